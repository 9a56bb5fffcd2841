"""Pages of a list, which go on after the last row seen (by its key, never by counting).

Counting rows to skip would repeat and lose rows whenever one changes between two pages; the key of the last row does not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, func, literal, tuple_

from projections.register.queries.fields import Document, Shape

Key = tuple[int, bytes]
"""Where a page ends: the value that is sorted by, and the id of what is listed."""
BEFORE_ALL: Final = -(2**31) + 1
"""Stands for a value that is not there: such rows come first, on both engines."""
FETCH_ROWS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which part of a list, in which order; `after` is the key of the last row of the page before."""

    sort: str = "division"
    descending: bool = False
    after: Key | None = None
    limit: int = 100


def or_first(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The column to sort by, where it may be null."""
    return func.coalesce(column, literal(BEFORE_ALL, column.type))


def ordered(statement: Select[Any], by: ColumnElement[Any], id_: ColumnElement[Any], page: Page) -> Select[Any]:
    """In order, from the page's key on. The last two columns are the key."""
    statement = statement.add_columns(by.label("sorted_by"), id_.label("last_id"))
    if page.after is not None:
        value, last_id = page.after
        # As wide as a cursor's numbers, which somebody may have made up, and not as the column: PostgreSQL would refuse them.
        last = tuple_(literal(value, BigInteger()), literal(last_id, id_.type))
        here = tuple_(by, id_)
        statement = statement.where(here < last if page.descending else here > last)
    if page.descending:
        return statement.order_by(by.desc(), id_.desc())
    return statement.order_by(by, id_)


def page_of(connection: Connection, statement: Select[Any], shape: Shape, limit: int) -> tuple[list[Document], Key | None]:
    """A page of an ordered statement, and the key to go on after, if there are more."""
    rows = connection.execute(statement.limit(limit + 1)).all()
    more = len(rows) > limit
    shown = rows[:limit]
    return [shape.document(row) for row in shown], (shown[-1][-2], bytes(shown[-1][-1])) if more else None


def all_of(connection: Connection, statement: Select[Any], shape: Shape) -> Iterator[Document]:
    """All its rows, read as they are consumed, within the connection's transaction."""
    result = connection.execution_options(yield_per=FETCH_ROWS).execute(statement)
    return (shape.document(row) for row in result)
