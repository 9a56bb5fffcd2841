"""Which versions of settlements had been accepted by an instant, of those that were accepted again since."""

from collections.abc import Collection

from sqlalchemy import Connection

from projections.bulk import select_rows
from projections.expenses.tables import EARLIER_ACCEPTANCE

Version = tuple[bytes, bytes]
"""Settlement and rank."""


def accepted_before(connection: Connection, expenses: Collection[bytes], known_at: int) -> set[Version]:
    """Versions of these settlements of which an earlier acceptance than the last one was at that instant, or before."""
    e = EARLIER_ACCEPTANCE.c
    rows = select_rows(connection, (e.expense_id, e.rank, e.accepted_at), e.expense_id, sorted(expenses))
    return {(expense_id, rank) for expense_id, rank, accepted_at in rows if accepted_at <= known_at}
