"""An accepted record as a row, and its rank among the versions of its settlement.

The highest version counts; of the same version a reversal, then a correction, then a report; of two that are the same in that
too, the one whose content has the higher SHA-256. The rank says nothing of when a record came, so that the one that counts is
the same in any order of arrival.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from projections.event_reader import Event, fen
from projections.expenses.tables import AMOUNTS, SETTLEMENT

KINDS: Final = ("REPORTED", "CORRECTED", "REVERSED")
"""In the order in which they count, the last before all others."""
REVERSED: Final = KINDS[-1]

Row = tuple[Any, ...]
_COLUMNS: Final = SETTLEMENT.columns.keys()
_NOT_CONTENT: Final = frozenset({"rank", "partition", "accepted_at"})
_CONTENT: Final = [number for number, name in enumerate(_COLUMNS) if name not in _NOT_CONTENT]
_ACCEPTED_AT: Final = _COLUMNS.index("accepted_at")
_PARTITION: Final = _COLUMNS.index("partition")


def row_of(event: Event, partition: int) -> Row:
    """The row of a record. Raises KeyError, ValueError where it is none that an intake writes."""
    settlement: Mapping[str, Any] = event["settlement"] or {}
    values = {name: settlement.get(name) for name in _COLUMNS} | {name: fen(settlement.get(name)) for name in AMOUNTS}
    division = settlement.get("residence_division")
    values["residence_division"] = None if division is None else int(division)
    for name in ("expense_id", "kind", "settlement_version", "accepted_at", "institution", "person_id", "guardian_id"):
        values[name] = event[name]
    values["partition"], values["rank"] = partition, b""
    row = tuple(values.values())
    values["rank"] = _rank(event["settlement_version"], event["kind"], row)
    return tuple(values.values())


def key_of(row: Row) -> Row:
    """Settlement and rank: the same content twice has the same."""
    return row[:2]


def later(one: Row, other: Row) -> Row:
    """Of two rows with the same key, the one that was accepted last: it stays longest."""
    return max(one, other, key=accepted_at)


def earlier(one: Row, other: Row) -> Row | None:
    """Of two rows with the same key, the other acceptance as a row of `earlier_acceptance`; None where it is the same one."""
    first = min(one, other, key=accepted_at)
    return None if accepted_at(one) == accepted_at(other) else (*key_of(first), accepted_at(first), partition_of(first))


def accepted_at(row: Row) -> int:
    """When it was accepted, microseconds."""
    instant: int = row[_ACCEPTED_AT]
    return instant


def partition_of(row: Row) -> int:
    """The partition that it came from."""
    partition: int = row[_PARTITION]
    return partition


def _rank(version: int, kind: str, row: Row) -> bytes:
    """To be compared as bytes."""
    content = repr([row[number] for number in _CONTENT])
    return version.to_bytes(4, "big") + bytes([KINDS.index(kind)]) + sha256(content.encode()).digest()
