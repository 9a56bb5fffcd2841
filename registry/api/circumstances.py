"""What every command endpoint reads from its request besides the body."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Request as HttpRequest

from registry.application.request import Request
from registry.decision import IdSource
from registry.refusal import refuse
from schemas.access import ACTOR, Actor

KEY_LENGTH_MAX = 200
BODY_BYTES_MAX = 1_000_000

Digest = Callable[[bytes], bytes]


def actor_of(http: HttpRequest) -> Actor:
    """Who sends the request; the authentication has let nobody else through."""
    actor: Actor = http.environ[ACTOR]
    return actor


def read_body(http: HttpRequest) -> dict[str, Any]:
    """The JSON object in the body, amounts as Decimal. Raises Refused (E-BODY)."""
    raw = http.get_data()
    if len(raw) > BODY_BYTES_MAX:
        refuse("E-BODY", rule="too long", maximum=BODY_BYTES_MAX)
    try:
        body = json.loads(raw or b"{}", parse_float=Decimal)
    except (ValueError, UnicodeDecodeError):
        refuse("E-BODY", rule="not JSON")
    if not isinstance(body, dict):
        refuse("E-BODY", rule="not an object")
    return body


def circumstances(http: HttpRequest, next_id: IdSource, digest: Digest) -> Request:
    """Actor, conversation, idempotency key and expected version of a command request.

    Raises Refused: E-HEADER for an X-Correlation-ID that is no UUID, a key that is too long, an If-Match that is no version.
    """
    request_id = next_id()
    key = http.headers.get("Idempotency-Key")
    if key is not None and not 0 < len(key) <= KEY_LENGTH_MAX:
        refuse("E-HEADER", at="Idempotency-Key", rule=f"1 to {KEY_LENGTH_MAX} characters")
    return Request(
        actor=actor_of(http),
        source="API",
        correlation_id=_correlation(http) or request_id,
        causation_id=request_id,
        idempotency_key=key,
        digest=digest(http.path.encode() + b"\n" + http.get_data()) if key is not None else b"",
        expected_version=_expected_version(http),
    )


def _correlation(http: HttpRequest) -> UUID | None:
    text = http.headers.get("X-Correlation-ID")
    if text is None:
        return None
    try:
        return UUID(text)
    except ValueError:
        refuse("E-HEADER", at="X-Correlation-ID", rule="a UUID")


def _expected_version(http: HttpRequest) -> int | None:
    text = http.headers.get("If-Match")
    if text is None:
        return None
    version = text.strip().removeprefix("W/").strip('"')
    if not version.isdecimal():
        refuse("E-HEADER", at="If-Match", rule="a household version in quotes")
    return int(version)
