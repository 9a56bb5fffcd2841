"""A household's event, as far as a weekly figure asks about it."""

from dataclasses import dataclass
from typing import Final

VOIDED: Final = "household.fact_voided"


@dataclass(frozen=True, slots=True)
class DigestFact:
    """One event of a household's stream.

    position: its place in the register's whole sequence; recorded_at: microseconds since 1970; effective_on: days since 1970;
    unit: the reporting unit that its division lies in (12 digits); corrects: the event that it corrects or voids; size: live
    members at the event, where it says so; entry_kind, procedure: as in the event, where it has them.
    """

    event_id: bytes
    event_type: str
    household_id: bytes
    position: int
    recorded_at: int
    effective_on: int
    unit: str
    policy_version: str = ""
    corrects: bytes | None = None
    size: int | None = None
    entry_kind: str | None = None
    procedure: str | None = None
