"""The exit of a poor village or county: applied for, verified by the office above, announced.

Source: 厅字〔2016〕16号 (the province checks a county before its exit is announced; that counties check villages is [A]), and the
three-year plan, items 2 and 23. Whether a place exits and whether its households do are two things (83 villages exit while
households remain): no step asks about any household, and no household's exit asks about these steps.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, ClassVar, Final
from uuid import UUID

from registry.command import Command, code, decides, number
from registry.decision import Decision
from registry.reference.exit_plan import PEOPLE_MAX
from registry.reference.stream import ReferenceEvent, ReferenceStream
from registry.refusal import Refusals
from schemas.divisions import Divisions, Level, level_of

NONE: Final = "NONE"
APPLIED: Final = "APPLIED"
PASSED: Final = "PASSED"
NOT_PASSED: Final = "NOT_PASSED"
ANNOUNCED: Final = "ANNOUNCED"


class DivisionExitEvent(ReferenceEvent):
    """A step of a place's exit."""

    place: str


class ExitApplied(DivisionExitEvent):
    """What both kinds of place have in common: the exit was applied for."""

    def apply(self, aggregate: "DivisionExit") -> None:
        aggregate.take(self, APPLIED)
        aggregate.applied_by = self.actor["id"]


class ExitVerified(DivisionExitEvent):
    """The check of the office above: passed or not, with the rate of poverty that it found, as two numbers of persons."""

    result: str
    poor_persons: int
    rural_persons: int

    def apply(self, aggregate: "DivisionExit") -> None:
        aggregate.take(self, self.result)
        aggregate.found = self.poor_persons, self.rural_persons


class ExitAnnounced(DivisionExitEvent):
    """The exit was announced to everybody."""

    def apply(self, aggregate: "DivisionExit") -> None:
        aggregate.take(self, ANNOUNCED)


class VillageExitApplied(ExitApplied):
    """A village's exit was applied for."""

    TOPIC = "reference.village_exit_applied"


class VillageExitVerified(ExitVerified):
    """The county checked whether the village may exit."""

    TOPIC = "reference.village_exit_verified"


class VillageExitAnnounced(ExitAnnounced):
    """The village has exited."""

    TOPIC = "reference.village_exit_announced"


class CountyExitApplied(ExitApplied):
    """A county's exit was applied for."""

    TOPIC = "reference.county_exit_applied"


class CountyExitVerified(ExitVerified):
    """The province checked whether the county may exit."""

    TOPIC = "reference.county_exit_verified"


class CountyExitAnnounced(ExitAnnounced):
    """The county has exited."""

    TOPIC = "reference.county_exit_announced"


class DivisionExit(ReferenceStream):
    """How far the exit of one place is; found: poor and rural persons of the last check."""

    TOPIC: ClassVar[str] = "division_exit"

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.step = NONE
        self.last_on: date | None = None
        self.applied_by = ""
        self.found: tuple[int, int] | None = None

    def take(self, event: DivisionExitEvent, step: str) -> None:
        """Stand at this step from the event's day on."""
        self.division = event.division
        self.step = step
        self.last_on = event.effective_on


@dataclass(frozen=True, slots=True, kw_only=True)
class DivisionExitCommand(Command):
    """An intent to take a step of a place's exit. `place`: 12 digits."""

    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitCheck(DivisionExitCommand):
    """A check of the office above. The rate of poverty is `poor_persons` of `rural_persons`; it decides nothing by itself."""

    result: str = code("exit_check_result")
    poor_persons: int = number(0, PEOPLE_MAX)
    rural_persons: int = number(1, PEOPLE_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyForVillageExit(DivisionExitCommand):
    """Apply for the exit of a village; after a check that it did not pass, once more. `place`: 12 digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyVillageExit(ExitCheck):
    """Record the county's check of a village. The rate of poverty is `poor_persons` of `rural_persons`; it decides nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnounceVillageExit(DivisionExitCommand):
    """Announce that a village has exited. `place`: 12 digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyForCountyExit(DivisionExitCommand):
    """Apply for the exit of a county-level unit; after a check that it did not pass, once more. `place`: 12 digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyCountyExit(ExitCheck):
    """Record the province's check of a county. The rate of poverty is `poor_persons` of `rural_persons`; it decides nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnounceCountyExit(DivisionExitCommand):
    """Announce that a county-level unit has exited. `place`: 12 digits."""


@dataclass(frozen=True, slots=True)
class Kind:
    """The steps of one kind of place, at its level."""

    level: Level
    applied: type[ExitApplied]
    verified: type[ExitVerified]
    announced: type[ExitAnnounced]


VILLAGE: Final = Kind(Level.VILLAGE, VillageExitApplied, VillageExitVerified, VillageExitAnnounced)
COUNTY: Final = Kind(Level.COUNTY, CountyExitApplied, CountyExitVerified, CountyExitAnnounced)
KINDS: Final[Mapping[type[DivisionExitCommand], Kind]] = MappingProxyType(
    {
        ApplyForVillageExit: VILLAGE,
        VerifyVillageExit: VILLAGE,
        AnnounceVillageExit: VILLAGE,
        ApplyForCountyExit: COUNTY,
        VerifyCountyExit: COUNTY,
        AnnounceCountyExit: COUNTY,
    }
)


@decides(ApplyForVillageExit)
@decides(ApplyForCountyExit)
def apply_for_division_exit(place: DivisionExit, command: DivisionExitCommand, decision: Decision) -> None:
    """E-DIVISION-UNKNOWN, E-DIVISION-LEVEL, E-DIVISION-EXIT-STEP after a passed check, E-DATE-BEFORE-LAST, E-DATE-FUTURE.

    Applying for what is applied for is silent.
    """
    refusals = _begin(place, command, decision)
    refusals.unless(place.step in (NONE, APPLIED, NOT_PASSED), "E-DIVISION-EXIT-STEP", at="place", step=place.step)
    refusals.raise_any()
    if place.step != APPLIED:
        _take(place, KINDS[type(command)].applied, command, decision)


@decides(VerifyVillageExit)
@decides(VerifyCountyExit)
def verify_division_exit(place: DivisionExit, command: ExitCheck, decision: Decision) -> None:
    """E-DIVISION-EXIT-STEP unless it was applied for, E-TWO-PERSON-RULE where the one who applied checks.

    E-FIELD-RANGE for more poor than rural persons, E-DIVISION-UNKNOWN, E-DIVISION-LEVEL, E-DATE-BEFORE-LAST, E-DATE-FUTURE; the
    same finding again is silent.
    """
    refusals = _begin(place, command, decision)
    found = command.poor_persons, command.rural_persons
    again = (place.step, place.found) == (command.result, found)
    refusals.unless(place.step == APPLIED or again, "E-DIVISION-EXIT-STEP", at="place", step=place.step)
    other = decision.actor["id"] != place.applied_by
    refusals.unless(other or again, "E-TWO-PERSON-RULE", other=APPLIED)
    within = command.poor_persons <= command.rural_persons
    refusals.unless(within, "E-FIELD-RANGE", at="poor_persons", minimum=0, maximum=command.rural_persons)
    refusals.raise_any()
    if not again:
        found_now = {"result": command.result, "poor_persons": command.poor_persons, "rural_persons": command.rural_persons}
        _take(place, KINDS[type(command)].verified, command, decision, **found_now)


@decides(AnnounceVillageExit)
@decides(AnnounceCountyExit)
def announce_division_exit(place: DivisionExit, command: DivisionExitCommand, decision: Decision) -> None:
    """E-DIVISION-EXIT-STEP unless the check was passed, E-DIVISION-UNKNOWN, E-DIVISION-LEVEL, E-DATE-BEFORE-LAST, E-DATE-FUTURE.

    Announcing what was announced is silent.
    """
    refusals = _begin(place, command, decision)
    refusals.unless(place.step in (PASSED, ANNOUNCED), "E-DIVISION-EXIT-STEP", at="place", step=place.step)
    refusals.raise_any()
    if place.step != ANNOUNCED:
        _take(place, KINDS[type(command)].announced, command, decision)


def _begin(place: DivisionExit, command: DivisionExitCommand, decision: Decision) -> Refusals:
    refusals, level = Refusals(), KINDS[type(command)].level
    if refusals.unless(command.place in decision.divisions, "E-DIVISION-UNKNOWN", at="place", division=command.place):
        fits = _is_place(command.place, level, decision.divisions)
        refusals.unless(fits, "E-DIVISION-LEVEL", at="place", division=command.place, level=level.name)
    refusals.unless(command.effective_on <= decision.today, "E-DATE-FUTURE", at="effective_on", today=decision.today)
    in_order = place.last_on is None or command.effective_on >= place.last_on
    refusals.unless(in_order, "E-DATE-BEFORE-LAST", at="effective_on", last=place.last_on)
    return refusals


def _is_place(code: str, level: Level, tree: Divisions) -> bool:
    """County-level units are told by the tree: some have no county's code."""
    if level is Level.COUNTY:
        return code in {unit.code for unit in tree.reporting_units()}
    return level_of(code) is level


def _take(
    place: DivisionExit, event_class: type[DivisionExitEvent], command: DivisionExitCommand, decision: Decision, **found: Any
) -> None:
    place.trigger(
        event_class,
        decision,
        command.effective_on,
        evidence=command.evidence,
        division=command.place,
        place=command.place,
        **found,
    )
