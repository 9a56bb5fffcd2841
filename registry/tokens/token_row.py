"""A token as the register keeps it: everything but its secret."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row

from registry.store.instant import from_micros
from schemas.access import Actor

OPERATOR: Final = "registry"
"""Makes the tokens that are made at the machine itself."""


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """Instants are aware, UTC. made_by: opaque id of whoever had it made; last_used_at: to the hour; None if never."""

    token_id: UUID
    actor: Actor
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    made_by: str = OPERATOR


@dataclass(frozen=True, slots=True)
class KnownToken:
    """A token with the hash of its secret: what a presented one is compared with."""

    issued: IssuedToken
    secret_sha256: bytes


def known_token(row: Row[Any]) -> KnownToken:
    """From a row of the table `token`."""
    issued = IssuedToken(
        token_id=UUID(bytes=row.token_id),
        actor=Actor(row.user_id, row.role, row.organisation, row.division),
        created_at=from_micros(row.created_at),
        expires_at=from_micros(row.expires_at),
        revoked_at=_maybe(row.revoked_at),
        last_used_at=_maybe(row.last_used_at),
        made_by=row.made_by,
    )
    return KnownToken(issued, row.secret_sha256)


def _maybe(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)
