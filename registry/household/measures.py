"""Assistance measures: what is done for a household, from its start to its end.

Source: three-year plan, items 4 to 13 (the ten projects); a measure is live until it is completed or stopped. The end of an
entitlement (T8, T12, T15) stops all live ones; an upheld appeal (T13) lets those go on that the clear-out had stopped.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from registry.command import code, decides
from registry.decision import Decision
from registry.household import status
from registry.household.assistance import (
    check_amount,
    check_body,
    check_entitled,
    check_member,
    check_order,
    recorded_before,
    require_known,
)
from registry.household.command import HouseholdCommand, begin
from registry.household.event import HouseholdEvent
from registry.household.household import Household, Measure
from registry.policy.policy import Policy
from registry.refusal import Refusals, refuse
from schemas.code_tables import table

LIVE = "LIVE"
COMPLETED = "COMPLETED"
STOPPED = "STOPPED"
RETENTION_ENDED = "RETENTION_ENDED"
CLEARED_OUT = "CLEARED_OUT"
HOUSEHOLD_CLOSED = "HOUSEHOLD_CLOSED"
MONITORING_ENDED = "MONITORING_ENDED"
STOPPED_BY_THE_REGISTER = frozenset({RETENTION_ENDED, CLEARED_OUT, HOUSEHOLD_CLOSED, MONITORING_ENDED})
"""Reasons that only a change of status gives; an appeal against it finds its measures by them."""


class AssistanceMeasureStarted(HouseholdEvent):
    """A measure began."""

    TOPIC = "household.assistance_measure_started"
    measure_id: UUID
    category: str
    subtype: str
    unit: str
    starts_on: date
    planned_until: date | None
    expected_income: Decimal | None
    person_id: UUID | None

    def apply(self, aggregate: Household) -> None:
        aggregate.measures[self.measure_id] = Measure(
            self.measure_id, self.category, self.subtype, self.unit, self.person_id, self.effective_on, self.starts_on
        )


class AssistanceMeasureStopped(HouseholdEvent):
    """A measure ended early; the reason is in the envelope."""

    TOPIC = "household.assistance_measure_stopped"
    measure_id: UUID

    def apply(self, aggregate: Household) -> None:
        measure = aggregate.measures[self.measure_id]
        measure.state = STOPPED
        measure.stopped_for = self.reason_code
        measure.stopped_on = self.effective_on


class AssistanceMeasureResumed(HouseholdEvent):
    """A stopped measure goes on, after an upheld appeal."""

    TOPIC = "household.assistance_measure_resumed"
    measure_id: UUID

    def apply(self, aggregate: Household) -> None:
        measure = aggregate.measures[self.measure_id]
        measure.state = LIVE
        measure.stopped_for = measure.stopped_on = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartMeasure(HouseholdCommand):
    """Start a measure, for the household or for one member.

    `unit`: code (GB 32100) of the body that gives it; it begins on the effective day unless `starts_on` is later;
    `expected_income` in yuan a year. With `measure_id`, sending the same again does nothing.
    """

    measure_id: UUID | None = None
    category: str = code("measure_category")
    subtype: str = code("measure_subtype")
    unit: str
    starts_on: date | None = None
    planned_until: date | None = None
    expected_income: Decimal | None = None
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopMeasure(HouseholdCommand):
    """End a measure early."""

    REASONS: ClassVar[str | None] = "measure_stop_reason"

    measure_id: UUID


@decides(StartMeasure)
def start_measure(household: Household, command: StartMeasure, decision: Decision) -> None:
    """E-NOT-ENTITLED, E-MEASURE-OVERLAP, E-MEASURE-SUBTYPE, E-NOT-A-MEMBER, E-USCC, E-AMOUNT, E-DATE-ORDER, E-ID-TAKEN.

    W-MEASURE-CAUSE-MISMATCH comes with the acceptance.
    """
    require_known(household)
    starts_on = command.starts_on or command.effective_on
    if recorded_before(*_facts(household, command, starts_on), at="measure_id"):
        return
    refusals = begin(household, command, decision)
    check_entitled(household, command, decision, refusals, lasting=True)
    check_member(household, command.person_id, refusals)
    kind = (command.category, command.subtype, command.person_id)
    overlaps = any((m.category, m.subtype, m.person_id) == kind for m in household.live_measures)
    refusals.unless(not overlaps, "E-MEASURE-OVERLAP", at="subtype", category=command.category, subtype=command.subtype)
    belongs = command.subtype in table("measure_subtype").under(command.category)
    refusals.unless(belongs, "E-MEASURE-SUBTYPE", at="subtype", category=command.category)
    check_body(command.unit, refusals, at="unit")
    check_amount(command.expected_income, refusals, at="expected_income")
    check_order(refusals, "effective_on", command.effective_on, "starts_on", starts_on)
    check_order(refusals, "starts_on", starts_on, "planned_until", command.planned_until)
    refusals.raise_any()
    doubt(household, command, decision.policy_for(household.division, command.effective_on))
    household.trigger(
        AssistanceMeasureStarted,
        decision,
        command.effective_on,
        evidence=command.evidence,
        measure_id=command.measure_id or decision.next_id(),
        category=command.category,
        subtype=command.subtype,
        unit=command.unit,
        starts_on=starts_on,
        planned_until=command.planned_until,
        expected_income=command.expected_income,
        person_id=command.person_id,
    )


@decides(StopMeasure)
def stop_measure(household: Household, command: StopMeasure, decision: Decision) -> None:
    """E-MEASURE-UNKNOWN, E-MEASURE-NOT-LIVE (completed), E-FIELD-MISSING, E-REASON-NOT-ALLOWED; nothing where it is stopped.

    As its checks say: E-DATE-ORDER.
    """
    require_known(household)
    refusals = begin(household, command, decision)
    measure = require_measure(household, command.measure_id)
    if measure.state == STOPPED:
        return
    check_live(measure, command, refusals)
    refusals.unless(command.reason_code is not None, "E-FIELD-MISSING", at="reason_code")
    allowed = command.reason_code not in STOPPED_BY_THE_REGISTER
    refusals.unless(allowed, "E-REASON-NOT-ALLOWED", at="reason_code", reason=command.reason_code)
    refusals.raise_any()
    household.trigger(
        AssistanceMeasureStopped,
        decision,
        command.effective_on,
        reason_code=command.reason_code,
        evidence=command.evidence,
        measure_id=command.measure_id,
    )


def stop_all(household: Household, decision: Decision, effective_on: date, reason: str) -> None:
    """Stop every live measure, since the entitlement ended; `reason` is a code of measure_stop_reason.

    A measure that was agreed after that day ends on the day on which it was agreed: its stream stays in effective order.
    """
    _stop(household.live_measures, household, decision, effective_on, reason)


def stop_those_of(household: Household, person_ids: Set[UUID], decision: Decision, effective_on: date) -> None:
    """Stop the live measures that are for these members alone, since they leave the household."""
    theirs = [measure for measure in household.live_measures if measure.person_id in person_ids]
    _stop(theirs, household, decision, effective_on, "BENEFICIARY_LEFT")


def _stop(measures: Iterable[Measure], household: Household, decision: Decision, effective_on: date, reason: str) -> None:
    for measure in measures:
        day = max(effective_on, measure.agreed_on)
        household.trigger(AssistanceMeasureStopped, decision, day, reason_code=reason, measure_id=measure.measure_id)


def resume_stopped(household: Household, decision: Decision, effective_on: date, reason: str) -> None:
    """Let those measures go on that were stopped for this reason (T13); what had been stopped before stays stopped."""
    for measure in list(household.measures.values()):
        if measure.state == STOPPED and measure.stopped_for == reason:
            day = max(effective_on, measure.stopped_on or effective_on)
            household.trigger(AssistanceMeasureResumed, decision, day, measure_id=measure.measure_id)


def require_measure(household: Household, measure_id: UUID) -> Measure:
    """The measure, live or not. Raises Refused (E-MEASURE-UNKNOWN)."""
    measure = household.measures.get(measure_id)
    if measure is None:
        refuse("E-MEASURE-UNKNOWN", at="measure_id")
    return measure


def check_live(measure: Measure, command: HouseholdCommand, refusals: Refusals) -> None:
    """E-MEASURE-NOT-LIVE; E-DATE-ORDER before the day on which it was agreed."""
    refusals.unless(measure.state == LIVE, "E-MEASURE-NOT-LIVE", at="measure_id", state=measure.state)
    check_order(refusals, "agreed_on", measure.agreed_on, "effective_on", command.effective_on)


def doubt(household: Household, command: StartMeasure, policy: Policy) -> None:
    """W-MEASURE-CAUSE-MISMATCH: it answers none of the household's causes or risks, though policy names measures for them."""
    causes = [c for c in (household.main_cause, *household.other_causes) if c]
    risks = household.monitoring_risks if household.overlay == status.OVERLAY_ACTIVE else ()
    asked = {category for c in causes for category in policy.required_measures(c)}
    asked |= {category for r in risks for category in policy.required_measures_for_risk(r)}
    if asked and command.category not in asked:
        household.warn("W-MEASURE-CAUSE-MISMATCH", at="category", category=command.category, asked=sorted(asked))


def _facts(household: Household, command: StartMeasure, starts_on: date) -> tuple[object, object]:
    """What is known under the command's id, and what the command says, to compare."""
    m = household.measures.get(command.measure_id) if command.measure_id else None
    stored = m and (m.category, m.subtype, m.unit, m.person_id, m.agreed_on, m.starts_on)
    said = (command.category, command.subtype, command.unit, command.person_id, command.effective_on, starts_on)
    return stored, said
