"""`POST /v1/tokens`: make a token for a program. Its secret is in this answer and nowhere else.

It never gives more than its maker's own (`registry.tokens.granting`). Idempotency-Key is refused: the answer could only be
repeated if the secret were kept. Whoever lost the answer makes another token, and revokes the one that the list shows.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask import Response

from registry.api.answers import json_answer
from registry.api.circumstances import TOKEN_UNTIL
from registry.api.endpoint import Asked, Endpoint
from registry.api.parts import CommandParts
from registry.command import code
from registry.refusal import Refusals, refuse
from registry.tokens.granting import weigh_grant
from schemas.access import Actor

MADE: Final = {
    "type": "object",
    "properties": {
        "token_id": {"type": "string", "format": "uuid"},
        "token": {"type": "string", "description": "shown this once"},
        "expires_at": {"type": "string", "format": "date-time"},
    },
    "required": ["token_id", "token", "expires_at"],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedToken:
    """Whom the token acts for. `expires_at`: with its offset from UTC."""

    user_id: str
    role: str = code("role")
    organisation: str
    division: str
    expires_at: str


def post_token(parts: CommandParts) -> Endpoint:
    """The endpoint."""

    def view(asked: Asked) -> Response:
        if asked.circumstances.idempotency_key is not None:
            refuse("E-HEADER", at="Idempotency-Key", rule="NO_KEY")
        wanted = asked.body
        actor = Actor(wanted.user_id, wanted.role, wanted.organisation, wanted.division)
        expires_at = instant_of(wanted.expires_at)
        refusals = Refusals()
        weigh_grant(asked.actor, asked.http.environ[TOKEN_UNTIL], actor, expires_at, refusals)
        refusals.raise_any()
        made = parts.tokens.create(actor, expires_at, made_by=asked.actor.user_id)
        document: dict[str, Any] = {"token_id": str(made.token_id), "token": made.reveal(), "expires_at": expires_at.isoformat()}
        return json_answer(document, 201)

    return Endpoint(
        method="POST",
        path="/v1/tokens",
        name="create_token",
        tag="Tokens",
        summary="Make an access token.",
        description=(
            "Its role may do nothing that yours may not, its division lies within yours, and it ends no later than your own"
            " token. The secret is shown once."
        ),
        action="token.create",
        view=view,
        body=WantedToken,
        answers={201: ("Made", MADE)},
        problems=("E-TOKEN-EXCEEDS", "E-CODE-UNKNOWN", "E-DIVISION-UNKNOWN", "E-FIELD-RANGE"),
    )


def instant_of(text: str) -> datetime:
    """The instant that a text with an offset names. Raises Refused (E-FIELD-TYPE)."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        refuse("E-FIELD-TYPE", at="expires_at", expected="INSTANT")
    return instant
