"""How much at once: the bound of a call, and the pages in which the database is asked."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Row, Select

from registry.refusal import Refusals

BATCH_MAX = 10_000
"""Persons or ids of one call: half a second of write lock, and 160 kB in the access log."""
PAGE_ROWS = 500
"""Values of one IN: below every engine's limit of parameters, and where a longer list stops being faster."""


def weigh_count(count: int, refusals: Refusals, at: str) -> None:
    """Note a call that asks for more than BATCH_MAX at once."""
    refusals.unless(count <= BATCH_MAX, "E-TOO-MANY", at=at, count=count, maximum=BATCH_MAX)


def in_pages(connection: Connection, query: Select[Any], column: Column[Any], values: Sequence[bytes]) -> Iterator[Row[Any]]:
    """The query's rows whose column is one of these values, page by page in the order of the values."""
    for start in range(0, len(values), PAGE_ROWS):
        yield from connection.execute(query.where(column.in_(values[start : start + PAGE_ROWS])))
