"""A sample of households that was drawn by lot."""

from datetime import date
from uuid import UUID

from registry.reference.sample import DrawSample, digest_of
from tests.support.scenario import COUNTY, noon_of, ref


def a_sample(on: date, households: list[UUID]) -> DrawSample:
    """A sample of the county, of all these households."""
    return DrawSample(
        sample_id=ref(1),
        effective_on=on,
        place=COUNTY,
        kind="APPROVAL",
        seed="any",
        as_of=on,
        known_at=noon_of(on),
        frame_size=len(households),
        frame_sha256=digest_of(households),
        households=tuple(households),
    )
