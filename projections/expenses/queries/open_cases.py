"""The cases of warnings in which somebody has to do something, or the register has."""

import json
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from projections.expenses.tables import CASE

WAITING: Final = ("RAISED", "ASSIGNED", "VERIFYING", "VERIFIED")
"""For people: each has a day until when."""
FOLLOWED: Final = "FOLLOWED"
"""For a case of the register."""


@dataclass(frozen=True, slots=True)
class OpenCase:
    """due: the day that it waits for (since 1970), None where the register's own days hold; told: who was told that it passed."""

    case_id: bytes
    subject_id: bytes
    state: str
    division: str
    due: int | None
    told: frozenset[str]


def open_cases(connection: Connection) -> list[OpenCase]:
    """All of them, in order of their ids."""
    c = CASE.c
    columns = c.case_id, c.subject_id, c.state, c.division, c.due_on, c.outcome_due_on, c.escalated
    found = []
    for row in connection.execute(select(*columns).where(c.state.in_((*WAITING, FOLLOWED))).order_by(c.case_id)):
        due = None if row.state == FOLLOWED else row.due_on if row.outcome_due_on is None else row.outcome_due_on
        told = frozenset(who for who, day in json.loads(row.escalated) if day == due)
        found.append(OpenCase(row.case_id, row.subject_id, row.state, f"{row.division:012}", due, told))
    return found
