"""The comparisons with the sectors' data: two runs a year, one after another.

Source: three-year plan, item 23 (two comparisons a year) and item 24 (the twelve sectors). One stream for the province, so that
whether another run is open, or has the half-year, has nothing to ask elsewhere.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final
from uuid import UUID

from registry.aggregate import Aggregate
from registry.campaigns.event import CampaignEvent, campaign_id
from registry.command import Command, codes, decides, number
from registry.decision import Decision
from registry.policy.validation import province_of
from registry.refusal import Refusals, refuse

YEAR_MIN: Final = 2014
YEAR_MAX: Final = 2100


@dataclass(slots=True)
class Run:
    """One run: `window_from` and `window_to` are the days that the sectors' data are of, both included."""

    run_id: UUID
    window_from: date
    window_to: date
    sectors: frozenset[str]
    is_open: bool = True


class ComparisonRunOpened(CampaignEvent):
    """The sectors are asked for their data."""

    TOPIC = "campaign.comparison_run_opened"
    run_id: UUID
    year: int
    half: int
    window_from: date
    window_to: date
    sectors: list[str]

    def apply(self, aggregate: "ComparisonRuns") -> None:
        aggregate.division = self.division
        aggregate.runs[self.run_id] = Run(self.run_id, self.window_from, self.window_to, frozenset(self.sectors))


class ComparisonRunClosed(CampaignEvent):
    """Nothing further is found in it; what was found is followed to its end."""

    TOPIC = "campaign.comparison_run_closed"
    run_id: UUID

    def apply(self, aggregate: "ComparisonRuns") -> None:
        aggregate.runs[self.run_id].is_open = False


class ComparisonRuns(Aggregate):
    """All runs of a province, by id."""

    TOPIC: ClassVar[str] = "comparison_runs"
    EVENTS = CampaignEvent

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.runs: dict[UUID, Run] = {}


def runs_id_of(division: str) -> UUID:
    """The id of the stream of the runs of the province that the division is in."""
    return campaign_id("comparison_runs", province_of(division))


def run_id_of(division: str, year: int, half: int) -> UUID:
    """The id of the run of a half-year."""
    return campaign_id("comparison_run", province_of(division), year, half)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenComparisonRun(Command):
    """Open the run of a half-year (`half`: 1 or 2); the window's days lie within it."""

    year: int = number(YEAR_MIN, YEAR_MAX)
    half: int = number(1, 2)
    window_from: date
    window_to: date
    sectors: tuple[str, ...] = codes("comparison_sector")


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseComparisonRun(Command):
    """End a run."""

    run_id: UUID


@decides(OpenComparisonRun)
def open_comparison_run(runs: ComparisonRuns, command: OpenComparisonRun, decision: Decision) -> None:
    """E-RUN-OPEN, E-WINDOW-OVERLAP, E-CAMPAIGN-WINDOW, E-DATE-ORDER, E-DATE-FUTURE, E-SECTORS-MISSING, E-SECTOR-EXCLUDED.

    Silent where this very run is open.
    """
    province = province_of(decision.actor["division"])
    run_id = run_id_of(province, command.year, command.half)
    known = runs.runs.get(run_id)
    wanted = Run(run_id, command.window_from, command.window_to, frozenset(command.sectors))
    if known == wanted:
        return
    refusals = Refusals()
    refusals.unless(command.effective_on <= decision.today, "E-DATE-FUTURE", at="effective_on", today=decision.today)
    check_window(command, refusals)
    check_sectors(command, decision, province, refusals)
    running = sorted(str(run.run_id) for run in runs.runs.values() if run.is_open)
    refusals.unless(not running, "E-RUN-OPEN", refs=running)
    clashing = sorted(
        str(run.run_id)
        for run in runs.runs.values()
        if run.run_id == run_id or (command.window_from <= run.window_to and run.window_from <= command.window_to)
    )
    refusals.unless(not clashing, "E-WINDOW-OVERLAP", at="window_from", refs=clashing)
    refusals.raise_any()
    runs.trigger(
        ComparisonRunOpened,
        decision,
        command.effective_on,
        evidence=command.evidence,
        division=province,
        run_id=run_id,
        year=command.year,
        half=command.half,
        window_from=command.window_from,
        window_to=command.window_to,
        sectors=list(dict.fromkeys(command.sectors)),
    )


def check_window(command: OpenComparisonRun, refusals: Refusals) -> None:
    """The days are in order, and of the half-year that the run is of."""
    ordered = command.window_from <= command.window_to
    refusals.unless(ordered, "E-DATE-ORDER", at="window_to", first="window_from", then="window_to")
    first = date(command.year, 1 if command.half == 1 else 7, 1)
    last = date(command.year, 6, 30) if command.half == 1 else date(command.year, 12, 31)
    for name, day in (("window_from", command.window_from), ("window_to", command.window_to)):
        refusals.unless(first <= day <= last, "E-CAMPAIGN-WINDOW", at=name, first=first, last=last)


def check_sectors(command: OpenComparisonRun, decision: Decision, province: str, refusals: Refusals) -> None:
    """There are some, and none whose data the policy leaves out."""
    refusals.unless(len(command.sectors) > 0, "E-SECTORS-MISSING", at="sectors")
    excluded = decision.policy_for(province, command.effective_on).comparison_excluded_sectors
    for place, sector in enumerate(command.sectors):
        refusals.unless(sector not in excluded, "E-SECTOR-EXCLUDED", at=f"sectors[{place}]", sector=sector)


@decides(CloseComparisonRun)
def close_comparison_run(runs: ComparisonRuns, command: CloseComparisonRun, decision: Decision) -> None:
    """E-RUN-UNKNOWN, E-DATE-FUTURE; silent where it is closed."""
    run = runs.runs.get(command.run_id)
    if run is None:
        refuse("E-RUN-UNKNOWN", at="run_id")
    refusals = Refusals()
    refusals.unless(command.effective_on <= decision.today, "E-DATE-FUTURE", at="effective_on", today=decision.today)
    refusals.raise_any()
    if run.is_open:
        runs.trigger(ComparisonRunClosed, decision, command.effective_on, evidence=command.evidence, run_id=run.run_id)
