"""What an accepted command was answered, kept with its events so that a repeated request gets the same answer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CommandResult:
    """The answer to one accepted command.

    actor: opaque id; key: the request's idempotency key, unique per actor; request_digest: SHA-256 of the request;
    status: HTTP status; body: the answer's body as it was sent.
    """

    actor: str
    key: str
    request_digest: bytes
    status: int
    body: bytes
