"""`DELETE /v1/tokens/{token_id}`: end a token for ever, of whatever role: taking away gains nothing."""

from typing import Final

from flask import Response

from registry.api.answers import empty_answer
from registry.api.endpoint import Asked, Endpoint, require
from registry.api.parts import CommandParts
from registry.refusal import refuse

ACTION: Final = "token.revoke"


def delete_token(parts: CommandParts) -> Endpoint:
    """The endpoint."""

    def view(asked: Asked) -> Response:
        token_id = asked.path["token_id"]
        issued = parts.tokens.find(token_id)
        if issued is None:
            refuse("E-TOKEN-UNKNOWN", at="token_id", token_id=str(token_id))
        require(asked.actor, ACTION, issued.actor.division)
        parts.tokens.revoke(token_id)
        return empty_answer()

    return Endpoint(
        method="DELETE",
        path="/v1/tokens/{token_id}",
        name="revoke_token",
        tag="Tokens",
        summary="Revoke an access token.",
        description="Every process refuses it within seconds.",
        action=ACTION,
        view=view,
        answers={204: ("Revoked", None)},
        problems=("E-AUTH-SCOPE", "E-TOKEN-UNKNOWN"),
    )
