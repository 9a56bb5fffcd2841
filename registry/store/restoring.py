"""Puts a history into an empty store: the same bytes at the same positions, all of it in one transaction or nothing."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from registry.store.recorder import StoreRecorder
from registry.store.write_transaction import Row


class StoreNotEmpty(Exception):
    """E-RESTORE-NOT-EMPTY: there are events in the store, or read models of another history beside it."""

    code: ClassVar[str] = "E-RESTORE-NOT-EMPTY"


def restore_rows(recorder: StoreRecorder, pages: Iterable[Sequence[Row]]) -> int:
    """Write rows that are encoded, chained and checked already; return the last position.

    What raises within `pages` leaves the store empty, and so does a process that is killed. Raises StoreNotEmpty, StoreBusy,
    StoreUnavailable.
    """
    position = 0
    with recorder.writing() as transaction:
        head = transaction.read(()).head
        if head.position:
            raise StoreNotEmpty(f"the store holds events already, up to position {head.position}")
        for rows in pages:
            transaction.append(rows)
            position = transaction.read(()).head.position  # asking sends what waits: memory does not grow with the history
            assert position == rows[-1].position, "rows are written in the order of their positions"
    return position
