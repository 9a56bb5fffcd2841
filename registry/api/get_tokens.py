"""`GET /v1/tokens`: the tokens within the asker's division, newest first; never a secret."""

from datetime import datetime
from typing import Any, Final

from flask import Response

from registry.api.answers import json_answer
from registry.api.endpoint import Asked, Endpoint
from registry.api.parts import CommandParts
from registry.tokens.token_row import IssuedToken
from schemas.access import decide

ACTION: Final = "token.list"
_TEXT: Final = {"type": "string"}
_INSTANT: Final = {"type": "string", "format": "date-time"}
_MAYBE: Final = {"type": ["string", "null"], "format": "date-time"}
TOKENS: Final = {
    "type": "object",
    "properties": {
        "tokens": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "token_id": {"type": "string", "format": "uuid"},
                    "user_id": _TEXT,
                    "role": _TEXT,
                    "organisation": _TEXT,
                    "division": _TEXT,
                    "made_by": {"type": "string", "description": "who had it made; registry: at the machine itself"},
                    "created_at": _INSTANT,
                    "expires_at": _INSTANT,
                    "revoked_at": _MAYBE,
                    "last_used_at": {**_MAYBE, "description": "to the hour"},
                },
            },
        }
    },
    "required": ["tokens"],
}


def get_tokens(parts: CommandParts) -> Endpoint:
    """The endpoint."""

    def view(asked: Asked) -> Response:
        seen = [issued for issued in parts.tokens.list() if decide(asked.actor, ACTION, issued.actor.division) is None]
        return json_answer({"tokens": [_told(issued) for issued in seen]})

    return Endpoint(
        method="GET",
        path="/v1/tokens",
        name="list_tokens",
        tag="Tokens",
        summary="List access tokens.",
        description="Those whose division lies within yours; expired and revoked ones too.",
        action=ACTION,
        view=view,
        answers={200: ("The tokens", TOKENS)},
    )


def _told(issued: IssuedToken) -> dict[str, Any]:
    return {
        "token_id": str(issued.token_id),
        "user_id": issued.actor.user_id,
        "role": issued.actor.role,
        "organisation": issued.actor.organisation,
        "division": issued.actor.division,
        "made_by": issued.made_by,
        "created_at": issued.created_at.isoformat(),
        "expires_at": issued.expires_at.isoformat(),
        "revoked_at": _maybe(issued.revoked_at),
        "last_used_at": _maybe(issued.last_used_at),
    }


def _maybe(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
