"""The yearly plan of exits: how many persons, households, villages and counties of a place are to exit in a year.

Source: three-year plan, item 2 (2018: 83,000 persons, 83 villages, 2 counties) and item 3 (no adding at each level, no rushing).
A plan is what reports compare with. No exit is refused, hurried or let pass because of one, so no decision reads it.
"""

from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import UUID

from registry.command import Command, decides, number
from registry.decision import Decision
from registry.reference.county_plan import FIRST_YEAR, LAST_YEAR
from registry.reference.stream import ReferenceEvent, ReferenceStream
from registry.refusal import Refusals
from schemas.divisions import Level, level_of

PEOPLE_MAX: Final = 10_000_000
PLACES_MAX: Final = 10_000

Figures = tuple[int, int | None, int, int]
"""Persons, households (None: the plan names none), villages, counties."""


class AnnualExitPlanSet(ReferenceEvent):
    """How many are to exit in a year: a target of reports, and nothing else."""

    TOPIC = "reference.annual_exit_plan_set"
    place: str
    year: int
    persons: int
    households: int | None
    villages: int
    counties: int

    def apply(self, aggregate: "ExitPlans") -> None:
        aggregate.division = self.division
        aggregate.plans[self.year] = self.persons, self.households, self.villages, self.counties


class ExitPlans(ReferenceStream):
    """The plans of one place, by year."""

    TOPIC: ClassVar[str] = "exit_plan"

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.plans: dict[int, Figures] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAnnualExitPlan(Command):
    """Set or amend the plan of exits of a year. `place`: the province or a county-level unit, 12 digits.

    Without `households` the plan is in persons alone, as the province's own is.
    """

    place: str
    year: int = number(FIRST_YEAR, LAST_YEAR)
    persons: int = number(0, PEOPLE_MAX)
    households: int | None = number(0, PEOPLE_MAX, default=None)
    villages: int = number(0, PLACES_MAX, default=0)
    counties: int = number(0, PLACES_MAX, default=0)


@decides(SetAnnualExitPlan)
def set_annual_exit_plan(plans: ExitPlans, command: SetAnnualExitPlan, decision: Decision) -> None:
    """E-DIVISION-UNKNOWN, E-DIVISION-LEVEL, E-FIELD-RANGE (more households than persons, more counties than the place has).

    E-DATE-FUTURE; the same plan again is silent.
    """
    tree, refusals = decision.divisions, Refusals()
    if refusals.unless(command.place in tree, "E-DIVISION-UNKNOWN", at="place", division=command.place):
        units = {unit.code for unit in tree.reporting_units()}
        of_province = level_of(command.place) is Level.PROVINCE
        planned = of_province or command.place in units
        refusals.unless(planned, "E-DIVISION-LEVEL", at="place", division=command.place, level="COUNTY")
        most = len(units) if of_province else 1
        refusals.unless(command.counties <= most, "E-FIELD-RANGE", at="counties", minimum=0, maximum=most)
    few = (command.households or 0) <= command.persons
    refusals.unless(few, "E-FIELD-RANGE", at="households", minimum=0, maximum=command.persons)
    refusals.unless(command.effective_on <= decision.today, "E-DATE-FUTURE", at="effective_on", today=decision.today)
    refusals.raise_any()
    if plans.plans.get(command.year) == (command.persons, command.households, command.villages, command.counties):
        return
    plans.trigger(
        AnnualExitPlanSet,
        decision,
        command.effective_on,
        evidence=command.evidence,
        division=command.place,
        place=command.place,
        year=command.year,
        persons=command.persons,
        households=command.households,
        villages=command.villages,
        counties=command.counties,
    )
