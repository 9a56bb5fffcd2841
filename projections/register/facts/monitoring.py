"""The monitoring overlay beside the register status (M1 to M6)."""

from typing import Final

from projections.event_reader import Event
from projections.register.codes import OVERLAY_NUMBERS
from projections.register.facts.fact import Fact, joined
from projections.register.state import Household


def start(household: Household, event: Event) -> None:
    household.overlay = OVERLAY_NUMBERS[event["to_overlay"]]
    household.monitoring_category = event["category"]
    household.monitored_since = event["effective_on"]
    household.risks = joined(event["risks"])
    household.review_due = event["review_due"]


def review(household: Household, event: Event) -> None:
    household.risks = joined(event["risks"])
    household.review_due = event["review_due"]


def leave(household: Household, event: Event) -> None:
    """The category and the risks of the last time stay readable; nothing is due any more."""
    household.overlay = OVERLAY_NUMBERS[event["to_overlay"]]
    household.monitored_since = household.review_due = None


FACTS: Final = {
    "household.monitoring_started": Fact(start, shapes=True),
    "household.monitoring_reviewed": Fact(review),
    "household.risk_eliminated": Fact(leave, shapes=True),
    "household.monitoring_ended": Fact(leave, shapes=True),
}
