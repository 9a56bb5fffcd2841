"""Who was entitled to the programme's measures on which days, and lived where (domain: entitled)."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, bindparam, or_, select

from projections.bulk import select_rows
from projections.database import FOREVER
from projections.register.codes import OVERLAY_NUMBERS, STATUS_NUMBERS
from projections.register.past_assistance import assistance_on
from projections.register.queries.places import bounds
from projections.register.queries.prepared import Prepared, driver_of
from projections.register.tables import HISTORY, MEMBER

STATUSES: Final = ("REGISTERED", "PRE_EXIT", "RELAPSED", "EXITED_WITH_POLICY")
OVERLAY: Final = "ACTIVE"
"""Of a household in any status."""

Span = tuple[int, int, int]
"""First day, the day after the last, and the division as a number."""

_H: Final = HISTORY.c
_SPANS: Final = Prepared(
    select(_H.household_id, _H.effective_from, _H.effective_to, _H.division).where(
        _H.division >= bindparam("first_place", type_=_H.division.type),
        _H.division < bindparam("beyond", type_=_H.division.type),
        _H.known_to == FOREVER,
        _H.effective_from <= bindparam("last_day", type_=_H.effective_from.type),
        _H.effective_to > bindparam("first_day", type_=_H.effective_to.type),
        or_(*(_H.status == STATUS_NUMBERS[word] for word in STATUSES), _H.overlay == OVERLAY_NUMBERS[OVERLAY]),
    )
)


def entitled_spans(connection: Connection, division: str, first_day: int, last_day: int) -> dict[bytes, list[Span]]:
    """By household: when it was entitled and lived within the division, as is believed now; spans may reach beyond the days."""
    first_place, beyond = bounds(division)
    asked = {"first_place": first_place, "beyond": beyond, "first_day": first_day, "last_day": last_day}
    spans: dict[bytes, list[Span]] = {}
    for household_id, *span in _SPANS.rows(driver_of(connection), **asked):
        spans.setdefault(household_id, []).append(tuple(span))
    return spans


def supported(connection: Connection, households: Collection[bytes]) -> dict[tuple[bytes, bytes], str]:
    """What was stated of the social assistance of these households' members, ever; by household and person."""
    columns = MEMBER.c.household_id, MEMBER.c.person_id, MEMBER.c.assistance_past
    rows = select_rows(connection, columns, MEMBER.c.household_id, sorted(households))
    return {(household_id, person_id): past for household_id, person_id, past in rows if past}


def had(past: str | None, day: int, state: str) -> bool:
    """Whether that was the member's assistance on the day."""
    return past is not None and assistance_on(past, day) == state
