"""What whoever makes notices of events remembers of earlier events, in the transaction of what it makes of later ones."""

from typing import Protocol

from sqlalchemy import Connection, delete, select

from consumers.notices.tables import REMEMBERED
from projections.bulk import upsert_rows


class Memory(Protocol):
    """Short texts by key."""

    def get(self, key: str) -> str | None:
        """What was kept under this key."""
        ...

    def keep(self, key: str, value: str) -> None:
        """Keep it."""
        ...

    def forget(self, key: str) -> None:
        """It is not needed any more."""
        ...


class KeptMemory:
    """In the outbox's database, within one transaction of it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, key: str) -> str | None:
        value: str | None = self._connection.execute(select(REMEMBERED.c.value).where(REMEMBERED.c.key == key)).scalar()
        return value

    def keep(self, key: str, value: str) -> None:
        upsert_rows(self._connection, REMEMBERED, [(key, value)])

    def forget(self, key: str) -> None:
        self._connection.execute(delete(REMEMBERED).where(REMEMBERED.c.key == key))
