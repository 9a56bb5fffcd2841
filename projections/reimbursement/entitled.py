"""Who was entitled to the programme's measures on which days, and lived where (domain: entitled)."""

from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, or_, select

from projections.database import FOREVER
from projections.register.codes import OVERLAY_NUMBERS, STATUS_NUMBERS
from projections.register.queries.places import bounds
from projections.register.queries.prepared import Prepared, driver_of
from projections.register.tables import HISTORY

STATUSES: Final = ("REGISTERED", "PRE_EXIT", "RELAPSED", "EXITED_WITH_POLICY")
OVERLAY: Final = "ACTIVE"
"""Of a household in any status."""

Span = tuple[int, int, int]
"""First day, the day after the last, and the division as a number."""

_H: Final = HISTORY.c


def _spans(believed: ColumnElement[bool]) -> Select[Any]:
    return select(_H.household_id, _H.effective_from, _H.effective_to, _H.division).where(
        _H.division >= bindparam("first_place", type_=_H.division.type),
        _H.division < bindparam("beyond", type_=_H.division.type),
        believed,
        _H.effective_from <= bindparam("last_day", type_=_H.effective_from.type),
        _H.effective_to > bindparam("first_day", type_=_H.effective_to.type),
        or_(*(_H.status == STATUS_NUMBERS[word] for word in STATUSES), _H.overlay == OVERLAY_NUMBERS[OVERLAY]),
    )


_KNOWN_AT: Final = bindparam("known_at", type_=_H.known_from.type)
_SPANS: Final = Prepared(_spans(_H.known_to == FOREVER))
_SPANS_THEN: Final = Prepared(_spans(and_(_H.known_from <= _KNOWN_AT, _H.known_to > _KNOWN_AT)))


def entitled_spans(
    connection: Connection, division: str, first_day: int, last_day: int, known_at: int | None = None
) -> dict[bytes, list[Span]]:
    """By household: when it was entitled and lived within the division; spans may reach beyond the days.

    As is believed now, or was at an instant (microseconds).
    """
    first_place, beyond = bounds(division)
    asked = {"first_place": first_place, "beyond": beyond, "first_day": first_day, "last_day": last_day}
    driver = driver_of(connection)
    rows = _SPANS.rows(driver, **asked) if known_at is None else _SPANS_THEN.rows(driver, **asked, known_at=known_at)
    spans: dict[bytes, list[Span]] = {}
    for household_id, *span in rows:
        spans.setdefault(household_id, []).append(tuple(span))
    return spans
