"""What an endpoint reads from its request: who asks, in which conversation, how often, and the JSON object in the body."""

import json
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final, NoReturn
from uuid import UUID

from flask import Request as HttpRequest
from werkzeug.exceptions import RequestEntityTooLarge

from registry.application.request import Request
from registry.decision import IdSource
from registry.refusal import refuse
from schemas.access import ACTOR, Actor

CORRELATION: Final = "registry.correlation"
"""Where the conversation's id is in the WSGI environment, once somebody has read or made one."""
TOKEN_UNTIL: Final = "registry.token_until"
"""Where the instant is at which the actor's own token ends."""
BODY_BYTES_MAX: Final = 1_000_000
"""A province's villages in one edition are half of it."""
_KEY: Final = re.compile(r"[\x21-\x7e]{1,200}")
# A proxy that compresses answers makes the tag a weak one (W/).
_VERSION: Final = re.compile(r'(?:W/)?"?([0-9]{1,9})"?')

Digest = Callable[[bytes], bytes]
"""Tells the bodies of two requests apart without letting anybody guess what is in them."""


def actor_of(http: HttpRequest) -> Actor:
    """Who sends the request; the authentication has let nobody else through."""
    actor: Actor = http.environ[ACTOR]
    return actor


def read_body(http: HttpRequest) -> dict[str, Any]:
    """The JSON object in the body, amounts as Decimal; empty where there is no body.

    Raises Refused: E-BODY, E-BODY-TOO-LONG, E-MEDIA-TYPE.
    """
    raw = _raw_body(http)
    if raw and not http.is_json:
        refuse("E-MEDIA-TYPE")
    try:
        body = json.loads(raw or b"{}", parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        refuse("E-BODY", rule="NOT_JSON")
    if not isinstance(body, dict):
        refuse("E-BODY", rule="NOT_AN_OBJECT")
    return body


def circumstances(http: HttpRequest, actor: Actor, next_id: IdSource, digest: Digest) -> Request:
    """Conversation, idempotency key and expected version of a request.

    Raises Refused: E-HEADER for an X-Correlation-ID that is no UUID, a key that is too long, an If-Match that is no version;
    E-BODY-TOO-LONG.
    """
    request_id = next_id()
    key = http.headers.get("Idempotency-Key")
    if key is not None and not _KEY.fullmatch(key):
        refuse("E-HEADER", at="Idempotency-Key", rule="KEY")
    return Request(
        actor=actor,
        source="API",
        correlation_id=correlation_of(http) or request_id,
        causation_id=request_id,
        idempotency_key=key,
        digest=digest(http.path.encode() + b"\n" + _raw_body(http)) if key is not None else b"",
        expected_version=_expected_version(http),
    )


def correlation_of(http: HttpRequest) -> UUID | None:
    """The conversation that the client names, or that was begun for it. Raises Refused (E-HEADER)."""
    text = http.headers.get("X-Correlation-ID")
    named = None if text is None else uuid_of(text)
    if text is not None and named is None:
        refuse("E-HEADER", at="X-Correlation-ID", rule="UUID")
    begun: UUID | None = http.environ.get(CORRELATION)
    return named or begun


def uuid_of(text: str) -> UUID | None:
    """The id that a text is; None where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _raw_body(http: HttpRequest) -> bytes:
    # One more than it may have: of a body whose length is not told, the rest beyond this bound is left out without a word.
    http.max_content_length = BODY_BYTES_MAX + 1
    try:
        raw = http.get_data()
    except RequestEntityTooLarge:
        raw = None
    if raw is None or len(raw) > BODY_BYTES_MAX:
        refuse("E-BODY-TOO-LONG", maximum=BODY_BYTES_MAX)
    return raw


def _expected_version(http: HttpRequest) -> int | None:
    text = http.headers.get("If-Match")
    if text is None:
        return None
    form = _VERSION.fullmatch(text.strip())
    if form is None:
        refuse("E-HEADER", at="If-Match", rule="VERSION")
    return int(form[1])


def _no_number(_: str) -> NoReturn:
    """NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError


def _each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        # Readers differ in which of the two they take; so neither is right.
        refuse("E-BODY", rule="FIELD_TWICE")
    return fields
