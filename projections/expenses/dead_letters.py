"""A dead letter as a row: of whom, which record and settlement, when and why.

The record itself is never read: it may hold anything. The settlement is in the letter's key, where the intake has found its
number to be in order.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from schemas.messages import Record

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Row = tuple[Any, ...]


def row_of(record: Record) -> Row:
    """The row. Raises LookupError, ValueError where the headers are none that an intake writes."""
    headers = {name: value.decode() for name, value in record.headers}
    at = (datetime.fromisoformat(headers["ce_time"]) - _EPOCH) // timedelta(microseconds=1)
    institution = headers["institution"]
    _, _, settlement_id = (record.key or b"").decode().partition(":")
    return (
        record.partition,
        record.offset,
        institution,
        int(headers["source_offset"]),
        at,
        headers["reasons"],
        settlement_id or None,
    )


def written_at(row: Row) -> int:
    """When the intake wrote it, microseconds."""
    at: int = row[4]
    return at
