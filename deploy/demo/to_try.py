"""What to ask the register once the demonstration is over: lines for a shell, of what there is to be seen."""

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, select

from deploy.demo.access import LINGAO
from projections.expenses.tables import CASE


class Worth(NamedTuple):
    """What is worth a look: a household that re-entered, and the case of a warning; None where there is none."""

    household_id: UUID | None = None
    case_id: UUID | None = None


def a_case_that_led_somewhere(connection: Connection) -> UUID | None:
    """The first warning for which the household's own steps were begun, or of any that there was."""
    c = CASE.c
    first = (
        select(c.case_id).where(c.raised_at.is_not(None)).order_by(c.linked_case_id.is_(None), c.raised_at, c.case_id).limit(1)
    )
    case_id = connection.execute(first).scalar_one_or_none()
    return None if case_id is None else UUID(bytes=case_id)


def to_try(address: str, worth: Worth) -> Iterator[str]:
    """One line each; $TOKEN is the supervisor's."""
    for path in _paths(worth):
        yield f"curl -H \"Authorization: Bearer $TOKEN\" '{address}/v1/{path}'"


def _paths(worth: Worth) -> Iterator[str]:
    yield "divisions/460000000000/totals"
    yield "divisions/460000000000/totals?as_of=2018-12-31"
    yield "divisions/460000000000/balance?period=2018-12"
    yield f"households?division={LINGAO}&status=REGISTERED&as_of=2019-03-31"
    if worth.household_id is not None:
        yield f"households/{worth.household_id}/timeline"
        yield f"households/{worth.household_id}/spells"
    if worth.case_id is not None:
        yield "warnings?division=460000000000"
        yield "warnings?division=460000000000&state=CLOSED"
        yield f"warnings/{worth.case_id}"
        yield f"warnings/{worth.case_id}/burden"
        yield "hospitals"
