"""How this program connects to PostgreSQL, for all that it cannot make again: events, tokens and the vault.

A server that restarts or fails over is away for a moment: whoever reached it once tries it again for RETURN_S before he is told.
A session is set up once so that no commit is acknowledged that a crash could take back, and nobody waits without end.
"""

from collections.abc import Sequence
from time import monotonic, sleep
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import Engine, create_engine

Connection = psycopg.Connection[tuple[Any, ...]]

RETURN_S: Final = 5.0
"""How long a server may be away before whoever needs it is told."""
_PAUSE_S: Final = 0.1
_STUCK_MS: Final = 60_000
"""Who is in a transaction and does nothing (its process is frozen) loses its session after this, and with it its locks."""
# A line cut without a word is noticed in a minute, also while a commit's answer is awaited. Of several hosts, a standby is none.
# The address may say otherwise.
_DEFAULTS: Final[dict[str, str | int]] = {
    "application_name": "registry",
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
    "target_session_attrs": "primary",
}
# A server or role may be set to another isolation, under which one sees no more than when one asked for a lock. `off` would
# acknowledge what a crash can take back; what is stricter than `on` is left. Not options of the address: poolers refuse them.
_SESSION: Final = (
    "SELECT set_config('lock_timeout', %s::text, false), set_config('idle_in_transaction_session_timeout', %s::text, false), "
    "set_config('default_transaction_isolation', 'read committed', false), "
    "set_config('synchronous_commit', coalesce(nullif(current_setting('synchronous_commit'), 'off'), 'on'), false)"
)


class Line:
    """One database's address, and the way to it. Threads share it.

    url: as libpq takes it; wait_s: how long a statement waits for a lock.
    """

    def __init__(self, url: str, wait_s: float) -> None:
        given = conninfo_to_dict(url)
        self._conninfo = make_conninfo("", **_DEFAULTS | {name: value for name, value in given.items() if value is not None})
        self._settings = (str(round(wait_s * 1000)), str(_STUCK_MS))
        self._was_reached = False
        self.where = f"postgresql://{given.get('host', '')}/{given.get('dbname', '')}"
        """The address without user and password."""

    def connect(self, *, autocommit: bool = False) -> Connection:
        """A new session. A server that was there and is away is tried for RETURN_S. Raises psycopg.Error."""
        give_up = monotonic() + RETURN_S if self._was_reached else 0.0
        while True:
            try:
                connection = psycopg.connect(self._conninfo, autocommit=True)
                self._set_up(connection, self._settings)
            except psycopg.Error:
                if monotonic() >= give_up:
                    raise
                sleep(_PAUSE_S)
            else:
                self._was_reached = True
                connection.autocommit = autocommit
                return connection

    @staticmethod
    def _set_up(connection: Connection, settings: Sequence[str]) -> None:
        try:
            connection.execute(_SESSION, settings)
        except psycopg.Error:
            connection.close()
            raise


def engine_on(url: str, wait_s: float) -> Engine:
    """SQLAlchemy over such a line. Its owner disposes of it. A connection that died while it was idle is replaced unnoticed."""
    line = Line(url, wait_s)
    return create_engine("postgresql+psycopg://", creator=line.connect, hide_parameters=True, pool_pre_ping=True)


def said(error: psycopg.Error) -> str:
    """The first line of what the server says: the rest of it shows statements and values."""
    return error.diag.message_primary or str(error).partition("\n")[0]
