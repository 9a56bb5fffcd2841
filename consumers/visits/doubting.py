"""Which visits the rules doubt (domain C4): the commands that flag them, from the register's read model.

A rule may need all visits of a visitor's day, or of a minute, so nobody can ask it when a visit is recorded; and no visit is ever
refused for it. Run again, it says nothing twice: what is flagged is left alone.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from projections.register.queries.fields import EPOCH_ORDINAL
from projections.register.queries.visits import Entered, entered_visits
from registry.household.visits import FlagVisit, VisitEntry, rules_that_flag
from registry.policy.policy import Policy
from schemas.clock import shanghai_date

PolicyFor = Callable[[str, date], Policy]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def doubts(connection: Connection, since: int, policy_for: PolicyFor, today: date) -> Iterator[FlagVisit]:
    """Of visits first entered at `since` (microseconds since 1970) or later, by the policy of their day and village."""
    for visit in entered_visits(connection, since):
        policy = policy_for(f"{visit.division:012}", _day(visit))
        for rule in rules_that_flag(_entry(visit), policy):
            if rule not in visit.flags:
                yield FlagVisit(
                    household_id=UUID(bytes=visit.household_id),
                    visit_id=UUID(bytes=visit.visit_id),
                    effective_on=today,
                    rule=rule,
                )


def _entry(visit: Entered) -> VisitEntry:
    return VisitEntry(
        minutes=visit.minutes,
        visited_on=_day(visit),
        entered_on=shanghai_date(_EPOCH + timedelta(microseconds=visit.entered_at)),
        entries_that_minute=visit.entries_that_minute,
        visitor_minutes_that_day=visit.visitor_minutes_that_day,
        visits_with_its_note=visit.visits_with_its_note,
    )


def _day(visit: Entered) -> date:
    return date.fromordinal(visit.visited_on + EPOCH_ORDINAL)
