"""A lock that one process holds on a store in PostgreSQL for as long as it lives: the server lets go of it with the session.

It is an advisory lock of the session, on a connection of its own. That the session is still there is asked of the socket, without
a round trip: a server that ends a session says so, and closes it.
"""

import select
from time import monotonic, sleep
from typing import Final

import psycopg

from registry.store.errors import ConnectionLost, StoreUnavailable
from registry.store.postgres_line import Connection, Line, said

RELAYS: Final = 0x72656C6179727273 & ~0xFFFFFFFF
"""Distinguishes the relays' lock from other programs'; the table's number is added, so that each store has its own."""
_TRY: Final = "SELECT pg_try_advisory_lock(%s::bigint + 'stored_events'::regclass::oid::bigint)"
# A machine that lost its power says nothing: the server has to ask it, or the lock is held for hours. And an idle session is none
# to be tidied away.
_SESSION: Final = (
    "SELECT set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false), "
    "set_config('tcp_keepalives_count', '3', false), set_config('idle_session_timeout', '0', false)"
)
_LOOK_S: Final = 0.1
_WAIT_S: Final = 10.0


class StoreLock:
    """One holder's, or would-be holder's. Raises StoreUnavailable where the database cannot be reached."""

    def __init__(self, url: str, number: int) -> None:
        line = Line(url, _WAIT_S)
        self.where = line.where
        self._number = number
        try:
            self._connection: Connection = line.connect(autocommit=True)
            self._connection.execute(_SESSION)
        except psycopg.Error as error:
            raise StoreUnavailable(f"{self.where}: {said(error)}") from error
        self._incoming = select.poll()
        self._incoming.register(self._connection.fileno(), select.POLLIN)

    def taken_within(self, seconds: float) -> bool:
        """Take it, waiting so long for another holder; return whether it is ours."""
        deadline = monotonic() + seconds
        try:
            while self._connection.execute(_TRY, (self._number,)).fetchone() != (True,):
                if monotonic() >= deadline:
                    return False
                sleep(_LOOK_S)
        except psycopg.Error as error:
            raise StoreUnavailable(f"{self.where}: {said(error)}") from error
        return True

    def require(self) -> None:
        """Raises ConnectionLost where the session was ended, and the lock may be another one's."""
        if not self._incoming.poll(0):
            return  # the server has said nothing
        try:
            self._connection.execute("SELECT 1")
        except psycopg.Error as error:
            raise ConnectionLost(f"{self.where}: the session that held the lock was ended: {said(error)}") from error

    def close(self) -> None:
        """Let go of it."""
        self._connection.close()
