"""What is behind a figure: the events that it counts, with the households to which they happened."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from projections.weekly.reading import cut_of, facts_of
from projections.weekly.window import Week


@dataclass(frozen=True, slots=True)
class Behind:
    """One event that a figure counts. unit: 12 digits; effective_on: days since 1970; recorded_at: microseconds since 1970."""

    event_id: bytes
    event_type: str
    household_id: bytes
    unit: str
    effective_on: int
    recorded_at: int


def behind(connection: Connection, week: Week, document: dict[str, Any], code: str) -> list[Behind]:
    """In the order in which the register learnt of them. `document`: the digest of that week. Raises WeekNotClosed."""
    counted = {bytes.fromhex(one) for cell in document["flows"][code].values() for one in cell["behind"]}
    facts = [fact for fact in facts_of(connection, week, cut_of(connection, week)) if fact.event_id in counted]
    return [
        Behind(fact.event_id, fact.event_type, fact.household_id, fact.unit, fact.effective_on, fact.recorded_at)
        for fact in sorted(facts, key=lambda fact: fact.position)
    ]
