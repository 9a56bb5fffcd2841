"""A household in a sweep: listed for its groups, and checked. What qualifies is a lead, and changes no status."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from registry.aggregate import Aggregate
from registry.campaigns.event import CampaignEvent, campaign_id
from registry.campaigns.sweeps import Sweeps
from registry.command import Command, code, codes, decides, staff
from registry.decision import Decision
from registry.household import status
from registry.household.household import Household
from registry.refusal import Refusals, refuse


class SweepTargetListed(CampaignEvent):
    """The household is looked at in the sweep, for these further groups."""

    TOPIC = "campaign.sweep_target_listed"
    sweep_id: UUID
    household_id: UUID
    groups: list[str]

    def apply(self, aggregate: "SweepTarget") -> None:
        aggregate.division = self.division
        aggregate.groups |= set(self.groups)


class SweepHouseholdChecked(CampaignEvent):
    """Somebody was there."""

    TOPIC = "campaign.sweep_household_checked"
    sweep_id: UUID
    household_id: UUID
    checkers: list[str]
    sweep_result: str

    def apply(self, aggregate: "SweepTarget") -> None:
        aggregate.result = self.sweep_result


class SweepTarget(Aggregate):
    """One household in one sweep. Version 0: it is not listed."""

    TOPIC: ClassVar[str] = "sweep_target"
    EVENTS = CampaignEvent

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.groups: set[str] = set()
        self.result = ""


def target_id_of(sweep_id: UUID, household_id: UUID) -> UUID:
    """The id of the stream of a household in a sweep."""
    return campaign_id("sweep_target", sweep_id, household_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepTargetCommand(Command):
    """An intent about one household in one sweep."""

    sweep_id: UUID
    household_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSweepTarget(SweepTargetCommand):
    """List a household for the groups that it belongs to."""

    groups: tuple[str, ...] = codes("sweep_group")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSweepTarget(SweepTargetCommand):
    """Record what was found there; `checkers` are staff."""

    checkers: tuple[str, ...] = staff()
    sweep_result: str = code("sweep_result")


@dataclass(frozen=True, slots=True)
class Listing:
    """What is decided on: the household's place in the sweep, the province's sweeps, the household."""

    target: SweepTarget
    sweeps: Sweeps
    household: Household


def begin(listing: Listing, command: SweepTargetCommand, decision: Decision) -> Refusals:
    """The answer so far. E-SWEEP-CLOSED, E-DATE-FUTURE; at once E-RUN-UNKNOWN, E-STATE (the household is closed)."""
    if command.sweep_id not in listing.sweeps.sweeps:
        refuse("E-RUN-UNKNOWN", at="sweep_id")
    if listing.household.status not in status.LIVE:
        refuse("E-STATE", status=listing.household.status, allowed=sorted(status.LIVE))
    refusals = Refusals()
    refusals.unless(listing.sweeps.sweeps[command.sweep_id], "E-SWEEP-CLOSED", at="sweep_id")
    refusals.unless(command.effective_on <= decision.today, "E-DATE-FUTURE", at="effective_on", today=decision.today)
    return refusals


@decides(ListSweepTarget)
def list_sweep_target(listing: Listing, command: ListSweepTarget, decision: Decision) -> None:
    """E-SWEEP-GROUPS, E-RUN-UNKNOWN, E-SWEEP-CLOSED, E-STATE, E-DATE-FUTURE; silent where it is listed for them."""
    refusals = begin(listing, command, decision)
    refusals.unless(len(command.groups) > 0, "E-SWEEP-GROUPS", at="groups")
    refusals.raise_any()
    further = [group for group in dict.fromkeys(command.groups) if group not in listing.target.groups]
    if further:
        listing.target.trigger(
            SweepTargetListed,
            decision,
            command.effective_on,
            evidence=command.evidence,
            division=listing.household.division,
            sweep_id=command.sweep_id,
            household_id=command.household_id,
            groups=further,
        )


@decides(CheckSweepTarget)
def check_sweep_target(listing: Listing, command: CheckSweepTarget, decision: Decision) -> None:
    """E-TARGET-UNKNOWN before it is listed, E-TARGET-CHECKED with another result, E-FIELD-MISSING where nobody checked.

    E-RUN-UNKNOWN, E-SWEEP-CLOSED, E-STATE, E-DATE-FUTURE.

    Silent where this result is known.
    """
    refusals = begin(listing, command, decision)
    if listing.target.version == 0:
        refuse("E-TARGET-UNKNOWN", at="household_id")
    refusals.unless(len(command.checkers) > 0, "E-FIELD-MISSING", at="checkers")
    refusals.unless(listing.target.result in ("", command.sweep_result), "E-TARGET-CHECKED", at="sweep_result")
    refusals.raise_any()
    if not listing.target.result:
        listing.target.trigger(
            SweepHouseholdChecked,
            decision,
            command.effective_on,
            evidence=command.evidence,
            sweep_id=command.sweep_id,
            household_id=command.household_id,
            checkers=list(command.checkers),
            sweep_result=command.sweep_result,
        )
