"""Sessions, kept here rather than in the cookie: signing out, a new password and a disabled account end them at once.

The cookie is 256 random bits, of which the SHA-256 alone is kept (see `registry/tokens/token_text.py`). Each sign-in makes a new
one, so that one that somebody was given beforehand is worth nothing.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, delete, insert, select, update

from registry.accounts.account import Session
from registry.accounts.tables import account, session
from registry.store.instant import from_micros, to_micros
from schemas.access import Actor
from schemas.clock import Clock

LASTS: Final = timedelta(hours=12)
"""A working day: then it is signed in anew, whatever was done."""
IDLE: Final = timedelta(minutes=30)
"""A desk that was left."""
SEEN_STEP: Final = timedelta(minutes=1)
"""How exactly the last request is known: a write for each would cost more than the page."""


class Sessions:
    """The sessions of one register; safe between threads. engine: of the event store's database."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def open(self, user_id: str) -> str:
        """A session of somebody who has just signed in: its secret, which is shown only now. Sweeps out those that have ended."""
        now, secret = self._clock.now(), secrets.token_urlsafe(32)
        row = {"secret_sha256": _digest(secret), "user_id": user_id, "opened_at": to_micros(now), "seen_at": to_micros(now)}
        with self._engine.begin() as connection:
            connection.execute(delete(session).where(session.c.expires_at <= to_micros(now)))
            connection.execute(insert(session), {**row, "expires_at": to_micros(now + LASTS)})
        return secret

    def held(self, secret: str) -> Session | None:
        """Whose it is; None for one that is unknown, over, idle for too long, or of an account that is disabled."""
        now, digest = self._clock.now(), _digest(secret)
        columns = (account.c.user_id, account.c.role, account.c.organisation, account.c.division)
        wanted = (
            select(*columns, session.c.seen_at, session.c.expires_at)
            .join(account, account.c.user_id == session.c.user_id)
            .where(session.c.secret_sha256 == digest, account.c.disabled_at.is_(None))
        )
        with self._engine.connect() as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None or now >= from_micros(row.expires_at) or now - from_micros(row.seen_at) >= IDLE:
            return None
        if now - from_micros(row.seen_at) >= SEEN_STEP:
            self._note_seen(digest, now)
        return Session(Actor(row.user_id, row.role, row.organisation, row.division), from_micros(row.expires_at))

    def end(self, secret: str) -> None:
        """Sign out; one that is over already stays so."""
        with self._engine.begin() as connection:
            connection.execute(delete(session).where(session.c.secret_sha256 == _digest(secret)))

    def _note_seen(self, digest: bytes, now: datetime) -> None:
        with self._engine.begin() as connection:
            connection.execute(update(session).where(session.c.secret_sha256 == digest).values(seen_at=to_micros(now)))


def end_all(connection: Connection, user_id: str) -> None:
    """Every session of somebody, in the transaction that changes their account."""
    connection.execute(delete(session).where(session.c.user_id == user_id))


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
