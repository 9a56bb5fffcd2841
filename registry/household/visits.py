"""Home visits, what the handbook said differently, and the doubts about a visit.

Source: three-year plan, items 13, 24 (the platform agrees with the handbook) and 26 (tours of all households). A visit is a fact
whatever its length: doubting it is a later fact of its own, made by a rule, and the visit stands.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from registry.command import code, codes, decides, number, staff
from registry.decision import Decision
from registry.household.assistance import check_order, recorded_before, require_known
from registry.household.command import HouseholdCommand, begin, require_live
from registry.household.event import HouseholdEvent
from registry.household.household import Household, Visit
from registry.policy.policy import Policy
from registry.refusal import refuse

MINUTES_A_DAY = 1440
FIELDS_MAX = 200


class HomeVisitRecorded(HouseholdEvent):
    """A visit, with the handbook fields compared and those that differed."""

    TOPIC = "household.home_visit_recorded"
    visit_id: UUID
    visitor_role: str
    visitor_id: str
    purpose: str
    minutes: int
    fields_compared: int
    differences: list[str]

    def apply(self, aggregate: Household) -> None:
        aggregate.visits[self.visit_id] = Visit(self.visitor_role, self.visitor_id, self.effective_on, self.minutes)


class VisitFlagged(HouseholdEvent):
    """A rule doubts a visit; the visit stands."""

    TOPIC = "household.visit_flagged"
    visit_id: UUID
    rule: str

    def apply(self, aggregate: Household) -> None:
        aggregate.visit_flags.add((self.visit_id, self.rule))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordHomeVisit(HouseholdCommand):
    """Record a visit of the effective day; `visitor_id` is an opaque staff id.

    `fields_compared` fields of the handbook were compared; those that differ are named. With `visit_id`, sending the same again
    does nothing.
    """

    visit_id: UUID | None = None
    visitor_role: str = code("visitor_role")
    visitor_id: str = staff()
    purpose: str = code("visit_purpose")
    minutes: int = number(0, MINUTES_A_DAY)
    fields_compared: int = number(0, FIELDS_MAX, 0)
    differences: tuple[str, ...] = codes("handbook_field")


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagVisit(HouseholdCommand):
    """Note that a rule doubts a visit."""

    visit_id: UUID
    rule: str = code("visit_flag_rule")


@dataclass(frozen=True, slots=True)
class VisitEntry:
    """What the rules ask about a visit.

    minutes: its length; visited_on, entered_on: days in Asia/Shanghai; entries_that_minute: visits that the same person entered
    in the same minute, this one among them; visitor_minutes_that_day: all that the visitor spent in households that day;
    visits_with_its_note: visits of the same visitor whose written note has the same hash, this one among them; 0 without a note.
    """

    minutes: int
    visited_on: date
    entered_on: date
    entries_that_minute: int
    visitor_minutes_that_day: int
    visits_with_its_note: int = 0


@decides(RecordHomeVisit)
def record_home_visit(household: Household, command: RecordHomeVisit, decision: Decision) -> None:
    """E-DIFFERENCES-EXCEED, E-ID-TAKEN. Never refused for being short.

    As its checks say: E-STATE.
    """
    require_live(household)
    known = household.visits.get(command.visit_id) if command.visit_id else None
    facts = Visit(command.visitor_role, command.visitor_id, command.effective_on, command.minutes)
    if recorded_before(known, facts, at="visit_id"):
        return
    refusals = begin(household, command, decision)
    differences = tuple(dict.fromkeys(command.differences))
    refusals.unless(
        len(differences) <= command.fields_compared,
        "E-DIFFERENCES-EXCEED",
        at="differences",
        differences=len(differences),
        compared=command.fields_compared,
    )
    refusals.raise_any()
    household.trigger(
        HomeVisitRecorded,
        decision,
        command.effective_on,
        evidence=command.evidence,
        visit_id=command.visit_id or decision.next_id(),
        visitor_role=command.visitor_role,
        visitor_id=command.visitor_id,
        purpose=command.purpose,
        minutes=command.minutes,
        fields_compared=command.fields_compared,
        differences=list(differences),
    )


@decides(FlagVisit)
def flag_visit(household: Household, command: FlagVisit, decision: Decision) -> None:
    """E-VISIT-UNKNOWN, E-DATE-ORDER; nothing where the rule has flagged the visit."""
    require_known(household)
    visit = household.visits.get(command.visit_id)
    if visit is None:
        refuse("E-VISIT-UNKNOWN", at="visit_id")
    if (command.visit_id, command.rule) in household.visit_flags:
        return
    refusals = begin(household, command, decision)
    check_order(refusals, "visited_on", visit.on, "effective_on", command.effective_on)
    refusals.raise_any()
    household.trigger(
        VisitFlagged,
        decision,
        command.effective_on,
        evidence=command.evidence,
        visit_id=command.visit_id,
        rule=command.rule,
    )


def rules_that_flag(visit: VisitEntry, policy: Policy) -> tuple[str, ...]:
    """Codes of the rules that doubt a visit (code table visit_flag_rule), in the table's order.

    There are no coordinates, so nothing is said of travel; that one person was in two places shows only when his visits of a day
    add up to more than a day's work can hold.
    """
    doubts = {
        "TOO_SHORT": visit.minutes < policy.visit_minutes_min,
        "BULK_ENTRY": visit.entries_that_minute > policy.visit_entries_per_minute_max,
        "OVERLAPPING": visit.visitor_minutes_that_day > policy.visit_minutes_per_day_max,
        "IDENTICAL_NOTES": visit.visits_with_its_note > 1,
        "ENTERED_LATE": (visit.entered_on - visit.visited_on).days > policy.visit_entry_days_max,
    }
    return tuple(rule for rule, holds in doubts.items() if holds)
