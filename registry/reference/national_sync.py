"""Where an extract of the national system says something else of a household than the register, and what came of it.

Source: three-year plan, item 24 (the platform, the handbook and the national system are compared, with alarms). Neither side is
changed by a comparison: a person finds out which is right, and has the other one put right by its own means.

Events name fields and hold hashes of both values: enough to tell whether a later extract says anything new.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import Any, ClassVar, Final
from uuid import UUID

from registry.command import Command, code, decides, number
from registry.decision import Decision
from registry.household import status
from registry.household.household import Household
from registry.reference.stream import ReferenceEvent, ReferenceStream
from registry.refusal import Refusals, refuse

AGREED: Final = "AGREED"
"""The outcome that a later extract brings by itself."""
SIZE_MAX: Final = 99
RELAPSE: Final = "RELAPSE"
NO_FLAG: Final = "NONE"
"""Of a household that the national system would not list."""
_FLAGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        status.REGISTERED: "0",
        status.EXITED_WITH_POLICY: "1",
        status.EXITED_STABLE: "1",
        status.PRE_EXIT: "2",
        status.RELAPSED: "3",
    }
)
"""Register status -> the national system's exit flag (AAR010)."""

Pair = tuple[bytes, bytes]
"""Hashes of the register's value and of the extract's."""


class SyncDiscrepancyFound(ReferenceEvent):
    """An extract says something else of a field than the register."""

    TOPIC = "reference.sync_discrepancy_found"
    household_id: UUID
    field: str
    register_sha256: bytes
    national_sha256: bytes
    extract_sha256: bytes

    def apply(self, aggregate: "NationalSync") -> None:
        aggregate.division = self.division
        aggregate.open[self.field] = self.register_sha256, self.national_sha256


class SyncDiscrepancyResolved(ReferenceEvent):
    """What came of it."""

    TOPIC = "reference.sync_discrepancy_resolved"
    household_id: UUID
    field: str
    outcome: str

    def apply(self, aggregate: "NationalSync") -> None:
        aggregate.division = self.division
        aggregate.answered[self.field] = aggregate.open.pop(self.field)


class NationalSync(ReferenceStream):
    """Of one household: field -> what differs, and what a person has answered of the last that did."""

    TOPIC: ClassVar[str] = "national_sync"

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.open: dict[str, Pair] = {}
        self.answered: dict[str, Pair] = {}


@dataclass(frozen=True, slots=True)
class SyncedHousehold:
    """A household as the register has it, and what is known of its differences."""

    household: Household
    sync: NationalSync


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareWithNational(Command):
    """Compare a household with its row of an extract. `exit_flag`: AAR010; `division`: 12 digits of the village.

    `extract_sha256`: of the file. What the row leaves out is not compared.
    """

    household_id: UUID
    extract_sha256: bytes
    exit_flag: str = code("national_exit_flag")
    division: str | None = None
    size: int | None = number(1, SIZE_MAX, default=None)
    attribute: str | None = code("household_attribute", None)
    main_cause: str | None = code("poverty_cause", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveSyncDiscrepancy(Command):
    """Say which side was right about a field. The same values are not found to differ again."""

    household_id: UUID
    field: str = code("sync_field")
    outcome: str = code("sync_outcome")


@decides(CompareWithNational)
def compare_with_national(synced: SyncedHousehold, command: CompareWithNational, decision: Decision) -> None:
    """E-HOUSEHOLD-UNKNOWN, E-DATE-FUTURE.

    A difference that is open, or that a person has answered, is not found again while neither side changes; one that is gone is
    resolved as agreed. The same extract again is silent.
    """
    household, sync = synced.household, synced.sync
    refusals = Refusals()
    refusals.unless(command.effective_on <= decision.today, "E-DATE-FUTURE", at="effective_on", today=decision.today)
    refusals.raise_any()
    ours = values_of(household)
    for name, theirs in _values_given(command).items():
        pair = _hash(household.id, name, ours[name]), _hash(household.id, name, theirs)
        about: dict[str, Any] = {"division": household.division, "household_id": household.id, "field": name}
        if ours[name] == theirs:
            if name in sync.open:
                sync.trigger(
                    SyncDiscrepancyResolved, decision, command.effective_on, evidence=command.evidence, **about, outcome=AGREED
                )
        elif pair not in (sync.open.get(name), sync.answered.get(name)):
            sync.trigger(
                SyncDiscrepancyFound,
                decision,
                command.effective_on,
                evidence=command.evidence,
                **about,
                register_sha256=pair[0],
                national_sha256=pair[1],
                extract_sha256=command.extract_sha256,
            )


@decides(ResolveSyncDiscrepancy)
def resolve_sync_discrepancy(synced: SyncedHousehold, command: ResolveSyncDiscrepancy, decision: Decision) -> None:
    """E-HOUSEHOLD-UNKNOWN, E-SYNC-NOT-OPEN, E-SYNC-OUTCOME for agreement, which only a comparison finds, E-DATE-FUTURE."""
    sync, refusals = synced.sync, Refusals()
    if command.field not in sync.open:
        refuse("E-SYNC-NOT-OPEN", at="field", field=command.field)
    refusals.unless(command.outcome != AGREED, "E-SYNC-OUTCOME", at="outcome")
    refusals.unless(command.effective_on <= decision.today, "E-DATE-FUTURE", at="effective_on", today=decision.today)
    refusals.raise_any()
    sync.trigger(
        SyncDiscrepancyResolved,
        decision,
        command.effective_on,
        evidence=command.evidence,
        division=synced.household.division,
        household_id=command.household_id,
        field=command.field,
        outcome=command.outcome,
    )


def values_of(household: Household) -> dict[str, str]:
    """The register's value of each field that is compared, as text."""
    return {
        "STATUS": exit_flag_of(household),
        "DIVISION": household.division,
        "SIZE": str(household.size),
        "ATTRIBUTE": household.attribute,
        "MAIN_CAUSE": household.main_cause,
    }


def exit_flag_of(household: Household) -> str:
    """What AAR010 would be; NO_FLAG for a household that is not, or no longer, on the register."""
    flag = _FLAGS.get(household.status, NO_FLAG)
    relapsed = household.status == status.REGISTERED and household.spell is not None and household.spell.entry_kind == RELAPSE
    return "3" if relapsed else flag


def _values_given(command: CompareWithNational) -> dict[str, str]:
    given = {
        "STATUS": command.exit_flag,
        "DIVISION": command.division,
        "SIZE": None if command.size is None else str(command.size),
        "ATTRIBUTE": command.attribute,
        "MAIN_CAUSE": command.main_cause,
    }
    return {name: value for name, value in given.items() if value is not None}


def _hash(household_id: UUID, field: str, value: str) -> bytes:
    return sha256(household_id.bytes + f"{field}\n{value}".encode()).digest()
