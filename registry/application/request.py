"""What comes with a command besides the command: who, through which door, in which conversation, how often."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from schemas.access import Actor


@dataclass(frozen=True, slots=True)
class Request:
    """The circumstances of one command as its sender gave them.

    idempotency_key: with it, sending again gives the first answer; digest: keyed hash of the body, needed with a key;
    expected_version: the household's version that the sender saw (If-Match), None if he does not say.
    """

    actor: Actor
    source: str
    correlation_id: UUID
    causation_id: UUID
    idempotency_key: str | None = None
    digest: bytes = b""
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did.

    version: of the command's own subject, now; events: what was recorded, in order, also in other streams; warnings: code, field
    and params of what was doubted, without words; replayed: the command was accepted before, and this was its outcome.
    """

    aggregate_id: UUID
    version: int
    status: int = 200
    events: tuple[dict[str, Any], ...] = ()
    warnings: tuple[dict[str, Any], ...] = ()
    replayed: bool = False
