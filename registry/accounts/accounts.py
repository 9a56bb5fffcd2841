"""Accounts: made and ended at the machine itself, like an operator's tokens, and asked whenever somebody signs in."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from registry.accounts.account import Account, Reason, SignInRefused
from registry.accounts.one_time_codes import Authenticator, TotpSeal, new_secret
from registry.accounts.passwords import hash_of, is_password, weigh_password
from registry.accounts.sessions import end_all
from registry.accounts.tables import account
from registry.refusal import Refusals, refuse
from registry.store.instant import to_micros
from registry.tokens.tokens import weigh_actor
from schemas.access import Actor
from schemas.clock import Clock

LOCKED_AFTER: Final = 5
"""Wrong passwords or codes in a row."""
LOCKED_FOR: Final = timedelta(minutes=15)
"""So that 480 guesses a day are possible, at most, whoever makes them."""
PRIVILEGED: Final = frozenset({"PROVINCE_OFFICER", "AUDITOR", "OPERATOR"})
"""Roles that need a one-time code too: they make rules and tokens, or see the whole province's families."""


class Accounts:
    """The accounts of one register; safe between threads.

    engine: of the event store's database; codes_clock: the time by which authenticators go, which is everybody's.
    """

    def __init__(self, engine: Engine, clock: Clock, seal: TotpSeal, codes_clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._seal = seal
        self._codes_clock = codes_clock

    def add(self, actor: Actor, password: str) -> None:
        """An account that acts as this actor.

        Refused: E-FIELD-TYPE (an id that is no opaque id), E-CODE-UNKNOWN (role), E-DIVISION-UNKNOWN, E-PASSWORD-LENGTH,
        E-ACCOUNT-EXISTS.
        """
        refusals = Refusals()
        weigh_actor(actor, refusals)
        weigh_password(password, refusals)
        refusals.raise_any()
        row = {
            "user_id": actor.user_id,
            "role": actor.role,
            "organisation": actor.organisation,
            "division": actor.division,
            "password_hash": hash_of(password),
            "totp_step": 0,
            "failures": 0,
            "created_at": to_micros(self._clock.now()),
        }
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(account), row)
        except IntegrityError:
            refuse("E-ACCOUNT-EXISTS", at="user_id")

    def list(self) -> tuple[Account, ...]:
        """Every account, disabled or not, in order of ids."""
        with self._engine.connect() as connection:
            return tuple(Account.of(row) for row in connection.execute(select(account).order_by(account.c.user_id)))

    def set_password(self, user_id: str, password: str) -> None:
        """A new password; ends every session, and a lock. Refused: E-PASSWORD-LENGTH, E-ACCOUNT-UNKNOWN."""
        refusals = Refusals()
        weigh_password(password, refusals)
        refusals.raise_any()
        self._change(user_id, password_hash=hash_of(password), failures=0, locked_until=None)

    def set_authenticator(self, user_id: str) -> Authenticator:
        """A new authenticator in place of any that was; its secret is known only now. Refused: E-ACCOUNT-UNKNOWN."""
        made = Authenticator(new_secret(), user_id)
        self._change(user_id, totp_sealed=self._seal.seal(made.secret, user_id), totp_step=0)
        return made

    def disable(self, user_id: str) -> None:
        """End an account for ever: its id is in events, and must not come to be somebody else's. Refused: E-ACCOUNT-UNKNOWN."""
        self._change(user_id, disabled_at=to_micros(self._clock.now()))

    def sign_in(self, user_id: str, password: str, code: str = "") -> Actor | SignInRefused:
        """Whom this password, and the authenticator's code where there is one, let in.

        A try is counted before it is judged: a hundred at once get no more guesses than one after the other.
        """
        now = self._clock.now()
        with self._engine.begin() as connection:
            row = self._count_try(connection, user_id, now)
        right = is_password(password, row.password_hash if row is not None else None)
        if row is None:
            return SignInRefused(self._why_not(user_id))
        if not right:
            return SignInRefused("PASSWORD")
        step = self._step(row, code)
        if isinstance(step, SignInRefused):
            return step
        return self._let_in(row, step, now)

    def _count_try(self, connection: Connection, user_id: str, now: datetime) -> Row[Any] | None:
        """The account with its tries; None if there is none, or none that may try. The last try locks, until it succeeds."""
        us = to_micros(now)
        may = (
            account.c.user_id == user_id,
            account.c.disabled_at.is_(None),
            or_(account.c.locked_until.is_(None), account.c.locked_until <= us),
        )
        if not connection.execute(update(account).where(*may).values(failures=account.c.failures + 1)).rowcount:
            return None
        row = connection.execute(select(account).where(account.c.user_id == user_id)).one()
        if row.failures >= LOCKED_AFTER:
            locked = {"failures": 0, "locked_until": to_micros(now + LOCKED_FOR)}
            connection.execute(update(account).where(account.c.user_id == user_id).values(**locked))
        return row

    def _step(self, row: Row[Any], code: str) -> int | SignInRefused:
        if row.totp_sealed is None:
            return SignInRefused("NO_AUTHENTICATOR") if row.role in PRIVILEGED else int(row.totp_step)
        step = self._seal.step_of(code.replace(" ", ""), row.totp_sealed, row.user_id, self._codes_clock.now())
        return SignInRefused("CODE") if step is None or step <= row.totp_step else step

    def _let_in(self, row: Row[Any], step: int, now: datetime) -> Actor | SignInRefused:
        done = {"failures": 0, "locked_until": None, "totp_step": step, "last_sign_in_at": to_micros(now)}
        # Of two sign-ins with one code at once, the second finds the step taken; a password that was just changed is no longer.
        same = (
            account.c.user_id == row.user_id,
            account.c.totp_step == row.totp_step,
            account.c.password_hash == row.password_hash,
            account.c.disabled_at.is_(None),
        )
        with self._engine.begin() as connection:
            if not connection.execute(update(account).where(*same).values(**done)).rowcount:
                return SignInRefused("CODE")
        return Actor(row.user_id, row.role, row.organisation, row.division)

    def _why_not(self, user_id: str) -> Reason:
        with self._engine.connect() as connection:
            row = connection.execute(select(account).where(account.c.user_id == user_id)).one_or_none()
        if row is None:
            return "UNKNOWN"
        return "LOCKED" if row.disabled_at is None else "DISABLED"

    def _change(self, user_id: str, **values: Any) -> None:
        with self._engine.begin() as connection:
            if not connection.execute(update(account).where(account.c.user_id == user_id).values(**values)).rowcount:
                refuse("E-ACCOUNT-UNKNOWN", at="user_id")
            end_all(connection, user_id)
