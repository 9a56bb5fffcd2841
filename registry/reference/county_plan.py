"""A county's plan for exited households: each county adopts one a year, and its households get measures of it.

Source: three-year plan, item 23 (巩固提升: each county has a plan for those who exited). The register holds the paper's hash.
"""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from registry.command import Command, decides, number
from registry.decision import Decision
from registry.reference.stream import ReferenceEvent, ReferenceStream
from registry.refusal import Refusals

FIRST_YEAR, LAST_YEAR = 2014, 2099


class CountyConsolidationPlanAdopted(ReferenceEvent):
    """A county's plan for exited households (item 23)."""

    TOPIC = "reference.county_consolidation_plan_adopted"
    county: str
    year: int
    document_sha256: bytes

    def apply(self, aggregate: "CountyPlans") -> None:
        aggregate.division = self.division
        aggregate.adopted[self.year] = self.document_sha256


class CountyPlans(ReferenceStream):
    """The plans of one county: year -> hash of the paper that holds."""

    TOPIC: ClassVar[str] = "county_plan"

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.adopted: dict[int, bytes] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptConsolidationPlan(Command):
    """Adopt a county's consolidation plan of a year, or an amended one. `county`: 12 digits; the hash is SHA-256 of the paper."""

    county: str
    year: int = number(FIRST_YEAR, LAST_YEAR)
    document_sha256: bytes


@decides(AdoptConsolidationPlan)
def adopt_consolidation_plan(plans: CountyPlans, command: AdoptConsolidationPlan, decision: Decision) -> None:
    """E-DIVISION-UNKNOWN, E-DIVISION-LEVEL unless it is a county-level unit, E-DATE-FUTURE; the same paper again is silent."""
    refusals = Refusals()
    if refusals.unless(command.county in decision.divisions, "E-DIVISION-UNKNOWN", at="county", division=command.county):
        units = {unit.code for unit in decision.divisions.reporting_units()}
        is_unit = command.county in units
        refusals.unless(is_unit, "E-DIVISION-LEVEL", at="county", division=command.county, level="COUNTY")
    refusals.unless(command.effective_on <= decision.today, "E-DATE-FUTURE", at="effective_on", today=decision.today)
    refusals.raise_any()
    if plans.adopted.get(command.year) == command.document_sha256:
        return
    plans.trigger(
        CountyConsolidationPlanAdopted,
        decision,
        command.effective_on,
        evidence=command.evidence,
        division=command.county,
        county=command.county,
        year=command.year,
        document_sha256=command.document_sha256,
    )
