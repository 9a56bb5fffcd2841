"""What the relay needs of an event store: raw rows in store order."""

from collections.abc import Sequence
from typing import Protocol

from registry.store.recorder import RawRow
from registry.store.write_transaction import Head


class StoredEvents(Protocol):
    """Raw access to an event store, in store order; positions may have gaps, but none is filled later."""

    def select_raw(self, after_position: int, limit: int) -> Sequence[RawRow]:
        """At most `limit` rows after this position."""
        ...

    def head(self) -> Head:
        """The store's end."""
        ...

    def state_at(self, position: int) -> bytes | None:
        """The stored bytes at a position; None where there are none."""
        ...
