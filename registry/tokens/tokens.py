"""Tokens of programs: created once, shown once, checked with every request, revoked within seconds."""

import hmac
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.exc import OperationalError

from registry.refusal import Refusals, refuse
from registry.store.instant import to_micros
from registry.tokens.tables import token
from registry.tokens.token_cache import TokenCache
from registry.tokens.token_row import OPERATOR, IssuedToken, KnownToken, known_token
from registry.tokens.token_text import TokenText, new_token, parse_token
from schemas.access import Actor
from schemas.clock import Clock
from schemas.code_tables import table
from schemas.division_codes import is_division_code

LIFETIME_MAX = timedelta(days=400)
"""A year and a month to renew in; what is forgotten ends by itself."""
LAST_USED_STEP = timedelta(hours=1)
"""How exactly the last use is known: a write per request would cost more than the request."""
# Letters, digits and marks of an identifier: a staff id must not be a name (and cannot be one in Chinese).
_OPAQUE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class TokenRefused:
    """Why a token does not open the door: for the log and the metrics.

    The answer to the client is E-AUTH-TOKEN in every case, so that nobody learns which ids exist. EXPIRED and REVOKED
    are only said of tokens whose secret was right.
    """

    reason: Literal["MALFORMED", "UNKNOWN", "EXPIRED", "REVOKED"]
    code: str = "E-AUTH-TOKEN"


class Tokens:
    """The tokens of one register; safe between threads.

    engine: of the event store's database (see `tables`); ids: source of random ids (UUID version 4).
    """

    def __init__(self, engine: Engine, clock: Clock, ids: Callable[[], UUID]) -> None:
        self._engine = engine
        self._clock = clock
        self._ids = ids
        self._cache = TokenCache()

    def create(self, actor: Actor, expires_at: datetime, made_by: str = OPERATOR) -> TokenText:
        """A token that acts as this actor until then; the only moment at which its secret is known.

        expires_at: aware, at most LIFETIME_MAX from now; made_by: opaque id of whoever asked for it. Refused: E-FIELD-TYPE (an
        id that is no opaque id), E-CODE-UNKNOWN (role), E-DIVISION-UNKNOWN, E-FIELD-RANGE (expires_at).
        """
        now = self._clock.now()
        _weigh(actor, expires_at, now)
        made = new_token(self._ids())
        row = {
            "token_id": made.token_id.bytes,
            "secret_sha256": made.digest(),
            "user_id": actor.user_id,
            "role": actor.role,
            "organisation": actor.organisation,
            "division": actor.division,
            "made_by": made_by,
            "created_at": to_micros(now),
            "expires_at": to_micros(expires_at),
        }
        with self._engine.begin() as connection:
            connection.execute(insert(token), row)
        return made

    def authenticate(self, presented: str) -> Actor | TokenRefused:
        """Whom this token acts for, now. A revocation by another process is seen after FRESH_FOR at the latest."""
        held = self.held(presented)
        return held if isinstance(held, TokenRefused) else held.actor

    def held(self, presented: str) -> IssuedToken | TokenRefused:
        """The token itself, whose holder may be asked how long it lasts. See `authenticate`."""
        parts = parse_token(presented)
        if parts is None:
            return TokenRefused("MALFORMED")
        now = self._clock.now()
        cached = self._cache.get(parts.token_id, now)
        known = cached or self._read(parts.token_id, now)
        # One hash and one comparison of equal length, whatever was presented.
        if not hmac.compare_digest(parts.digest(), known.secret_sha256 if known else bytes(32)) or known is None:
            return TokenRefused("UNKNOWN")
        if known.issued.revoked_at is not None:
            return TokenRefused("REVOKED")
        if now >= known.issued.expires_at:
            return TokenRefused("EXPIRED")
        if cached is None:
            self._note_use(known.issued, now)
        return known.issued

    def find(self, token_id: UUID) -> IssuedToken | None:
        """One token, revoked or not; never its secret."""
        with self._engine.connect() as connection:
            known = _select(connection, token_id)
        return known.issued if known is not None else None

    def list(self) -> tuple[IssuedToken, ...]:
        """Every token ever made, newest first; never a secret."""
        newest_first = select(token).order_by(token.c.created_at.desc(), token.c.token_id)
        with self._engine.connect() as connection:
            return tuple(known_token(row).issued for row in connection.execute(newest_first))

    def revoke(self, token_id: UUID) -> None:
        """End a token for ever; one that is revoked stays as it was. Refused: E-TOKEN-UNKNOWN."""
        wanted = update(token).where(token.c.token_id == token_id.bytes, token.c.revoked_at.is_(None))
        with self._engine.begin() as connection:
            changed = connection.execute(wanted.values(revoked_at=to_micros(self._clock.now()))).rowcount
            if not changed and _select(connection, token_id) is None:
                refuse("E-TOKEN-UNKNOWN", at="token_id", token_id=str(token_id))
        self._cache.forget(token_id)

    def _read(self, token_id: UUID, now: datetime) -> KnownToken | None:
        with self._engine.connect() as connection:
            known = _select(connection, token_id)
        if known is not None:
            self._cache.put(known, now)
        return known

    def _note_use(self, issued: IssuedToken, now: datetime) -> None:
        if issued.last_used_at is not None and now - issued.last_used_at < LAST_USED_STEP:
            return
        used = update(token).where(token.c.token_id == issued.token_id.bytes).values(last_used_at=to_micros(now))
        # Nobody waits for a writer of the events in order to note a use: the next request will.
        with suppress(OperationalError), _not_waiting(self._engine) as connection:
            connection.execute(used)
            connection.commit()


def _select(connection: Connection, token_id: UUID) -> KnownToken | None:
    row = connection.execute(select(token).where(token.c.token_id == token_id.bytes)).one_or_none()
    return known_token(row) if row else None


@contextmanager
def _not_waiting(engine: Engine) -> Iterator[Connection]:
    """A connection that fails at once where SQLite's one write lock is taken; PostgreSQL locks the row only."""
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            yield connection
            return
        usual_ms = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        try:
            yield connection
        finally:
            connection.rollback()
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(usual_ms)}")


def _weigh(actor: Actor, expires_at: datetime, now: datetime) -> None:
    refusals = Refusals()
    weigh_actor(actor, refusals)
    latest = now + LIFETIME_MAX
    in_range = now < expires_at <= latest
    refusals.unless(in_range, "E-FIELD-RANGE", at="expires_at", minimum=now.isoformat(), maximum=latest.isoformat())
    refusals.raise_any()


def weigh_actor(actor: Actor, refusals: Refusals) -> None:
    """Note E-FIELD-TYPE, E-CODE-UNKNOWN and E-DIVISION-UNKNOWN for what a token or an account cannot act as."""
    for field in ("user_id", "organisation"):
        opaque = _OPAQUE_ID.fullmatch(getattr(actor, field)) is not None
        refusals.unless(opaque, "E-FIELD-TYPE", at=field, expected="OPAQUE_ID")
    refusals.unless(table("role").known(actor.role), "E-CODE-UNKNOWN", at="role", table="role", value=actor.role)
    refusals.unless(is_division_code(actor.division), "E-DIVISION-UNKNOWN", at="division", division=actor.division)
