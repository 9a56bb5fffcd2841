"""What medical expenses come to for a case's subject: by window, by person, by kind of care.

The same expenses that the rules look at, whole: they leave out what lies below policy's small amount. A window ends on a day,
that day included, and holds what was settled for good or beforehand; a notice of a stay has no sums yet.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row

from projections.days import date_of
from projections.expenses.belonging import household_of
from projections.expenses.queries.expenses import expenses_of
from projections.expenses.queries.membership import members_ever, memberships_of

ROLLING_365: Final = "ROLLING_365"
CALENDAR_YEAR: Final = "CALENDAR_YEAR"
HOUSEHOLD: Final = "HOUSEHOLD"
_DAYS: Final = 365
_NOTICE: Final = "IN_HOSPITAL_NOTICE"


@dataclass(slots=True)
class Burden:
    """Sums in fen. person_id: None of all together; care: code table care_kind, None of every kind."""

    window: str
    first_day: date
    person_id: UUID | None
    care: str | None
    settlements: int = 0
    gross: int = 0
    personal: int = 0
    personal_in_scope: int = 0

    def add(self, row: Row[Any]) -> None:
        """Count a settlement."""
        self.settlements += 1
        self.gross += row.total_fee or 0
        self.personal += row.personal_pay or 0
        self.personal_in_scope += row.personal_in_scope or 0


def burdens(connection: Connection, subject_kind: str, subject_id: UUID, until: date) -> list[Burden]:
    """Of a household or of a person in none, in the windows that end on a day: all together first, then by person."""
    persons = {subject_id.bytes}
    if subject_kind == HOUSEHOLD:
        persons = {person_id for _, person_id in members_ever(connection, [subject_id.bytes])}
    lives = memberships_of(connection, persons)
    wanted = subject_id if subject_kind == HOUSEHOLD else None
    own = [
        row
        for row in expenses_of(connection, persons)
        if row.stage != _NOTICE
        and household_of(lives.get(UUID(bytes=row.guardian_id or row.person_id), ()), _day_of(row)) == wanted
    ]
    windows = ((ROLLING_365, until - timedelta(days=_DAYS - 1)), (CALENDAR_YEAR, until.replace(month=1, day=1)))
    return [burden for window, first in windows for burden in _sums(window, first, until, own)]


def _sums(window: str, first: date, until: date, rows: Sequence[Row[Any]]) -> Iterable[Burden]:
    within = [row for row in rows if first <= _day_of(row) <= until]
    sums: dict[tuple[UUID | None, str | None], Burden] = defaultdict(lambda: Burden(window, first, None, None))
    sums[None, None] = Burden(window, first, None, None)
    for row in within:
        who = UUID(bytes=row.person_id)
        for key in ((None, None), (None, row.care), (who, None), (who, row.care)):
            if key not in sums:
                sums[key] = Burden(window, first, *key)
            sums[key].add(row)
    return [sums[key] for key in sorted(sums, key=lambda key: (str(key[0] or ""), key[1] or ""))]


def _day_of(row: Row[Any]) -> date:
    return date_of(row.admitted_on if row.discharged_on is None else row.discharged_on)
