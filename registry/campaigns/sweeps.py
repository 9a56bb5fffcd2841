"""The annual sweep (大排查): once a year, over seven groups of people, of which whoever qualifies is admitted as usual.

Source: three-year plan, item 23. One stream for the province's sweeps, and one for each household that is looked at in one: a
sweep of a hundred thousand households is no single stream.
"""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from registry.aggregate import Aggregate
from registry.campaigns.comparison_runs import YEAR_MAX, YEAR_MIN
from registry.campaigns.event import CampaignEvent, campaign_id
from registry.command import Command, decides, number
from registry.decision import Decision
from registry.policy.validation import province_of
from registry.refusal import Refusals, refuse


class SweepOpened(CampaignEvent):
    """The year's sweep begins."""

    TOPIC = "campaign.sweep_opened"
    sweep_id: UUID
    year: int

    def apply(self, aggregate: "Sweeps") -> None:
        aggregate.division = self.division
        aggregate.sweeps[self.sweep_id] = True


class SweepClosed(CampaignEvent):
    """Nobody further is listed or checked in it."""

    TOPIC = "campaign.sweep_closed"
    sweep_id: UUID

    def apply(self, aggregate: "Sweeps") -> None:
        aggregate.sweeps[self.sweep_id] = False


class Sweeps(Aggregate):
    """All sweeps of a province: id -> whether it is open."""

    TOPIC: ClassVar[str] = "sweeps"
    EVENTS = CampaignEvent

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.sweeps: dict[UUID, bool] = {}


def sweeps_id_of(division: str) -> UUID:
    """The id of the stream of the sweeps of the province that the division is in."""
    return campaign_id("sweeps", province_of(division))


def sweep_id_of(division: str, year: int) -> UUID:
    """The id of the sweep of a year."""
    return campaign_id("sweep", province_of(division), year)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSweep(Command):
    """Open the sweep of a year; `effective_on` lies in the months of the policy."""

    year: int = number(YEAR_MIN, YEAR_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseSweep(Command):
    """End a sweep."""

    sweep_id: UUID


@decides(OpenSweep)
def open_sweep(sweeps: Sweeps, command: OpenSweep, decision: Decision) -> None:
    """E-RUN-OPEN, E-WINDOW-OVERLAP (the year had its sweep), E-SWEEP-MONTHS, E-DATE-FUTURE; silent where it is open."""
    province = province_of(decision.actor["division"])
    sweep_id = sweep_id_of(province, command.year)
    if sweeps.sweeps.get(sweep_id):
        return
    refusals = Refusals()
    refusals.unless(command.effective_on <= decision.today, "E-DATE-FUTURE", at="effective_on", today=decision.today)
    running = sorted(str(other) for other, is_open in sweeps.sweeps.items() if is_open)
    refusals.unless(not running, "E-RUN-OPEN", refs=running)
    refusals.unless(sweep_id not in sweeps.sweeps, "E-WINDOW-OVERLAP", at="year", refs=[str(sweep_id)])
    policy = decision.policy_for(province, command.effective_on)
    first, last = policy.sweep_month_from, policy.sweep_month_to
    day = command.effective_on
    in_season = day.year == command.year and first <= day.month <= last
    refusals.unless(in_season, "E-SWEEP-MONTHS", at="effective_on", year=command.year, first=first, last=last)
    refusals.raise_any()
    sweeps.trigger(
        SweepOpened,
        decision,
        command.effective_on,
        evidence=command.evidence,
        division=province,
        sweep_id=sweep_id,
        year=command.year,
    )


@decides(CloseSweep)
def close_sweep(sweeps: Sweeps, command: CloseSweep, decision: Decision) -> None:
    """E-RUN-UNKNOWN, E-DATE-FUTURE; silent where it is closed."""
    if command.sweep_id not in sweeps.sweeps:
        refuse("E-RUN-UNKNOWN", at="sweep_id")
    refusals = Refusals()
    refusals.unless(command.effective_on <= decision.today, "E-DATE-FUTURE", at="effective_on", today=decision.today)
    refusals.raise_any()
    if sweeps.sweeps[command.sweep_id]:
        sweeps.trigger(SweepClosed, decision, command.effective_on, evidence=command.evidence, sweep_id=command.sweep_id)
