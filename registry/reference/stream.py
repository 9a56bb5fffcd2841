"""What the streams of reference data have in common: an id that follows from what they are about, and no policy behind them."""

from datetime import date
from uuid import UUID, uuid5

from registry.aggregate import Aggregate
from registry.decision import Decision
from registry.event import RegistryEvent

REFERENCE = UUID("0d8f5b0e-2b57-5d0b-9a53-3f6d7c1b5e42")
"""Namespace of the streams of reference data."""


class ReferenceEvent(RegistryEvent):
    """An event of reference data. `division` in the envelope is where it holds, `effective_on` from when: also days to come."""


class ReferenceStream(Aggregate):
    """The base of reference data."""

    EVENTS = ReferenceEvent

    def policy_version(self, decision: Decision, place: str, effective_on: date) -> str:
        """None: reference data are where policy comes from."""
        return ""


def stream_id(kind: str, *subject: object) -> UUID:
    """The id of the stream of this kind about this subject."""
    return uuid5(REFERENCE, ":".join([kind, *map(str, subject)]))
