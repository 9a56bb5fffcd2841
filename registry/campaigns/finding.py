"""A hit of a comparison becomes a mismatch, if the register bears the rule out: what it says already is none."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from registry.campaigns.comparison_runs import ComparisonRuns
from registry.campaigns.event import CampaignEvent
from registry.campaigns.mismatch import FOUND, Mismatch, mismatch_id_of
from registry.command import Command, code, decides
from registry.decision import Decision
from registry.household import status
from registry.household.household import Household
from registry.refusal import Refusals, refuse
from schemas.code_tables import table

MISSED: Final = frozenset({"DIBAO_NOT_REGISTERED"})
"""Rules that are about households that are not in the register; all others are about those that are."""
UNREGISTERED: Final = frozenset({status.NOT_REGISTERED, status.CLEARED_OUT})


class ComparisonMismatchFound(CampaignEvent):
    """A sector's data and the register do not agree."""

    TOPIC = "campaign.comparison_mismatch_found"
    run_id: UUID
    sector: str
    rule: str
    household_id: UUID
    person_id: UUID | None

    def apply(self, aggregate: Mismatch) -> None:
        aggregate.division, aggregate.state, aggregate.household_id = self.division, FOUND, self.household_id


@dataclass(frozen=True, slots=True, kw_only=True)
class FindMismatch(Command):
    """Record a hit of a sector's data; `person_id`: the member that it is about, if it is about one."""

    run_id: UUID
    household_id: UUID
    person_id: UUID | None = None
    sector: str = code("comparison_sector")
    rule: str = code("mismatch_rule")

    @property
    def mismatch_id(self) -> UUID:
        """The mismatch that it is."""
        return mismatch_id_of(self.run_id, self.sector, self.rule, self.household_id, self.person_id)


@dataclass(frozen=True, slots=True)
class Hit:
    """What a hit is decided on: the mismatch itself, the province's runs, the household."""

    mismatch: Mismatch
    runs: ComparisonRuns
    household: Household


@decides(FindMismatch)
def find_mismatch(hit: Hit, command: FindMismatch, decision: Decision) -> None:
    """E-RUN-UNKNOWN, E-RUN-CLOSED, E-HIT-SECTOR, E-CODE-UNKNOWN (a rule of another sector), E-NOT-A-MEMBER, E-DATE-FUTURE.

    Silent where it was found before, and where the register does not bear the rule out (`holds`).
    """
    run = hit.runs.runs.get(command.run_id)
    if run is None:
        refuse("E-RUN-UNKNOWN", at="run_id")
    if hit.mismatch.version > 0:
        return
    refusals = Refusals()
    refusals.unless(run.is_open, "E-RUN-CLOSED", at="run_id")
    refusals.unless(command.sector in run.sectors, "E-HIT-SECTOR", at="sector", sector=command.sector)
    rules = table("mismatch_rule")
    refusals.unless(command.rule in rules.under(command.sector), "E-CODE-UNKNOWN", at="rule", table=rules.name)
    member = command.person_id is None or command.person_id in hit.household.members
    refusals.unless(member, "E-NOT-A-MEMBER", at="person_id")
    refusals.unless(command.effective_on <= decision.today, "E-DATE-FUTURE", at="effective_on", today=decision.today)
    refusals.raise_any()
    if holds(command.rule, hit.household):
        hit.mismatch.trigger(
            ComparisonMismatchFound,
            decision,
            command.effective_on,
            evidence=command.evidence,
            division=hit.household.division,
            run_id=command.run_id,
            sector=command.sector,
            rule=command.rule,
            household_id=command.household_id,
            person_id=command.person_id,
        )


def holds(rule: str, household: Household) -> bool:
    """Whether the rule can be about the household as it stands: a missed one is not registered, every other one is."""
    if household.status not in status.LIVE:
        return False
    return (household.status in UNREGISTERED) == (rule in MISSED)
