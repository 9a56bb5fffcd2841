"""Samples: the households on which the lot may fall, and what the checks of a place found, as rates with their n.

Source: national figures of the quality of exit. Wrong exits: of the households checked, those exited wrongly. Missed: of the
persons of the unregistered households checked, those who should be registered. Approval: of the households asked, those who
approve. Who was not reached is in no rate.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, and_, func, select

from projections.register.codes import NO_STATUS, STATUS_NUMBERS
from projections.register.queries.moments import Moment, believed
from projections.register.queries.places import within
from projections.register.tables import HISTORY, SAMPLE, SAMPLE_CHECK, SAMPLE_HOUSEHOLD

FRAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "WRONG_EXIT": ("EXITED_WITH_POLICY", "EXITED_STABLE"),
    "MISSED": ("NOT_REGISTERED", "CLEARED_OUT"),
    "APPROVAL": tuple(word for word in STATUS_NUMBERS if word not in ("UNKNOWN", "NONE", "CLOSED")),
}
"""Which households a sample of a kind is drawn from, by their status."""
FOUND: Final = {"WRONG_EXIT": "WRONG_EXIT", "MISSED": "MISSED", "APPROVAL": "APPROVES"}
"""The result that the rate of a kind counts."""
IN_PERSONS: Final = frozenset({"MISSED"})
NOT_REACHED: Final = "NOT_REACHED"
assert NO_STATUS not in {STATUS_NUMBERS[word] for words in FRAMES.values() for word in words}

Amount = tuple[int, int]
"""Households and persons."""


@dataclass(frozen=True, slots=True)
class SampleFigures:
    """A sample and how far its check is. by_result: households and persons by result.

    as_of, drawn_on: days; known_at: microseconds since 1970.
    """

    sample_id: bytes
    division: str
    kind: str
    drawn_on: int
    seed: str
    as_of: int
    known_at: int
    frame_size: int
    frame_sha256: bytes
    drawn: int
    by_result: Mapping[str, Amount]


def frame_of(connection: Connection, division: str, kind: str, moment: Moment) -> list[bytes]:
    """Ids of the households of a place on which the lot of this kind may fall at the moment, in ascending order."""
    h = HISTORY.c
    statuses = [STATUS_NUMBERS[word] for word in FRAMES[kind]]
    here = and_(within(h.division, division), h.status.in_(statuses), believed(moment))
    return sorted(bytes(row.household_id) for row in connection.execute(select(h.household_id).where(here)))


def samples_of(connection: Connection, division: str, first: int, last: int) -> list[SampleFigures]:
    """Samples of the division and of places within it, drawn between two days (inclusive), oldest first."""
    s, drawn, c = SAMPLE.c, SAMPLE_HOUSEHOLD.c, SAMPLE_CHECK.c
    here = and_(within(s.division, division), s.drawn_on >= first, s.drawn_on <= last)
    rows = connection.execute(select(SAMPLE).where(here).order_by(s.drawn_on, s.sample_id)).all()
    counted = select(drawn.sample_id, func.count()).join(SAMPLE, s.sample_id == drawn.sample_id).where(here)
    counts = {bytes(sample_id): count for sample_id, count in connection.execute(counted.group_by(drawn.sample_id))}
    results: dict[bytes, dict[str, Amount]] = {}
    checked = select(c.sample_id, c.result, func.count(), func.sum(c.persons)).join(SAMPLE, s.sample_id == c.sample_id)
    for sample_id, result, households, persons in connection.execute(checked.where(here).group_by(c.sample_id, c.result)):
        results.setdefault(bytes(sample_id), {})[result] = households, int(persons)
    return [
        SampleFigures(
            bytes(row.sample_id),
            f"{row.division:012}",
            row.kind,
            row.drawn_on,
            row.seed,
            row.as_of,
            row.known_at,
            row.frame_size,
            bytes(row.frame_sha256),
            counts.get(bytes(row.sample_id), 0),
            results.get(bytes(row.sample_id), {}),
        )
        for row in rows
    ]


def find_sample(connection: Connection, sample_id: bytes) -> tuple[SampleFigures, list[bytes]] | None:
    """A sample with the households drawn, in the order of the lot; None if there is none."""
    s, drawn = SAMPLE.c, SAMPLE_HOUSEHOLD.c
    row = connection.execute(select(s.division, s.drawn_on).where(s.sample_id == sample_id)).one_or_none()
    if row is None:
        return None
    found = samples_of(connection, f"{row.division:012}", row.drawn_on, row.drawn_on)
    ids = connection.execute(select(drawn.household_id).where(drawn.sample_id == sample_id).order_by(drawn.ordinal))
    return next(one for one in found if one.sample_id == sample_id), [bytes(household_id) for (household_id,) in ids]
