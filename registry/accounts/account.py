"""An account as the register keeps it, and what comes of a try to sign in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row

from registry.store.instant import from_micros
from schemas.access import Actor

Reason = Literal["UNKNOWN", "PASSWORD", "CODE", "NO_AUTHENTICATOR", "LOCKED", "DISABLED"]


@dataclass(frozen=True, slots=True)
class Account:
    """Instants are aware, UTC. authenticator: whether it has one."""

    actor: Actor
    authenticator: bool
    locked_until: datetime | None
    created_at: datetime
    disabled_at: datetime | None
    last_sign_in_at: datetime | None

    @classmethod
    def of(cls, row: Row[Any]) -> "Account":
        """From a row of the table `account`."""
        return cls(
            Actor(row.user_id, row.role, row.organisation, row.division),
            row.totp_sealed is not None,
            _maybe(row.locked_until),
            from_micros(row.created_at),
            _maybe(row.disabled_at),
            _maybe(row.last_sign_in_at),
        )


@dataclass(frozen=True, slots=True)
class SignInRefused:
    """Why, for the log. Whoever tries learns E-SIGN-IN in every case, so that nobody learns who has an account."""

    reason: Reason
    code: str = "E-SIGN-IN"


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who has signed in, and until when that holds."""

    actor: Actor
    until: datetime


def _maybe(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)
