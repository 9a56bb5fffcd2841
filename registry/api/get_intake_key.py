"""`GET /v1/hospitals/intake-key`: the public key with which hospitals seal ID numbers."""

from typing import Final

from flask import Response

from registry.api.answers import json_answer
from registry.api.endpoint import Asked, Endpoint
from registry.api.parts import CommandParts

ACTION: Final = "expenses.key"
SEALED_BOX: Final = "libsodium crypto_box_seal (X25519, XSalsa20-Poly1305)"
KEY: Final = {
    "type": "object",
    "properties": {
        "key_id": {"type": "string", "description": "goes with what is sealed"},
        "public_key": {"type": "string", "description": "base64 of 32 bytes"},
        "algorithm": {"type": "string"},
    },
    "required": ["key_id", "public_key", "algorithm"],
}


def get_intake_key(parts: CommandParts) -> Endpoint:
    """The endpoint."""

    def view(asked: Asked) -> Response:
        key_id, public_key = parts.expenses.public_key
        return json_answer({"key_id": key_id, "public_key": public_key, "algorithm": SEALED_BOX})

    return Endpoint(
        method="GET",
        path="/v1/hospitals/intake-key",
        name="get_intake_key",
        tag="Hospitals",
        summary="The key to seal ID numbers with.",
        description="Ask once a day: it may be changed. What was sealed with an older one is opened for as long as that is kept.",
        action=ACTION,
        view=view,
        answers={200: ("The newest key", KEY)},
    )
