"""Help: the responsible helper, visits, and measures."""

from typing import Final

from projections.event_reader import Event, fen
from projections.register.facts.fact import Fact
from projections.register.state import Household, Measure


def assign_helper(household: Household, event: Event) -> None:
    household.helper_id = event["helper_id"]


def visit(household: Household, event: Event) -> None:
    """Visits often come late: the latest by its day counts."""
    if household.last_visit_on is None or event["effective_on"] > household.last_visit_on:
        household.last_visit_on = event["effective_on"]


def start(household: Household, event: Event) -> None:
    measure = household.measure(event["measure_id"])
    measure.category = event["category"]
    measure.subtype = event["subtype"]
    measure.unit = event["unit"]
    measure.person_id = event["person_id"]
    measure.starts_on = event["starts_on"]
    measure.planned_until = event["planned_until"]
    measure.expected_income = fen(event["expected_income"])
    _enter(measure, event, "LIVE")


def progress(household: Household, event: Event) -> None:
    measure = household.measure(event["measure_id"])
    measure.progress_on = event["effective_on"]
    measure.progress_pct = event["progress_pct"]


def complete(household: Household, event: Event) -> None:
    measure = household.measure(event["measure_id"])
    _enter(measure, event, "COMPLETED")
    measure.income_gained = fen(event["income_gained"])


def stop(household: Household, event: Event) -> None:
    _enter(household.measure(event["measure_id"]), event, "STOPPED")


def resume(household: Household, event: Event) -> None:
    _enter(household.measure(event["measure_id"]), event, "LIVE")


def _enter(measure: Measure, event: Event, state: str) -> None:
    measure.state = state
    measure.state_on = event["effective_on"]
    measure.state_reason = event["reason_code"]


FACTS: Final = {
    "household.helper_assigned": Fact(assign_helper),
    "household.helper_replaced": Fact(assign_helper),
    "household.home_visit_recorded": Fact(visit),
    "household.assistance_measure_started": Fact(start),
    "household.assistance_measure_progressed": Fact(progress),
    "household.assistance_measure_completed": Fact(complete),
    "household.assistance_measure_stopped": Fact(stop),
    "household.assistance_measure_resumed": Fact(resume),
}
