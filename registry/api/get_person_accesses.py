"""`GET /v1/persons/{person_id}/accesses`: who looked at a person, when and what for; also after the erasure."""

from typing import Any, Final

from flask import Response

from registry.api.answers import json_answer
from registry.api.endpoint import Asked, Endpoint
from registry.api.parts import CommandParts
from registry.api.person_access import require_person
from registry.vault.access_log import LoggedAccess

ACTION: Final = "vault.access_log"
_TEXT: Final = {"type": "string"}
ACCESSES: Final = {
    "type": "object",
    "properties": {
        "accesses": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "seq": {"type": "integer", "description": "place in the vault's sealed log"},
                    "at": {"type": "string", "format": "date-time"},
                    "user_id": _TEXT,
                    "role": _TEXT,
                    "organisation": _TEXT,
                    "division": _TEXT,
                    "action": _TEXT,
                    "purpose": {"type": "string", "description": "code table read_purpose, or erasure_reason"},
                    "fields": {"type": "array", "items": _TEXT},
                    "others": {"type": "integer", "description": "how many besides were looked at with it"},
                },
            },
        }
    },
    "required": ["accesses"],
}


def get_person_accesses(parts: CommandParts) -> Endpoint:
    """The endpoint."""

    def view(asked: Asked) -> Response:
        person_id = asked.path["person_id"]
        require_person(parts, asked.actor, ACTION, person_id)
        return json_answer({"accesses": [_told(logged) for logged in parts.vault.accesses_of(person_id)]})

    return Endpoint(
        method="GET",
        path="/v1/persons/{person_id}/accesses",
        name="list_person_accesses",
        tag="Persons",
        summary="Who read a person's data.",
        description="Oldest first. Reads the whole log of the vault: for a rare question.",
        action=ACTION,
        view=view,
        answers={200: ("Every use that concerned the person", ACCESSES)},
        problems=("E-AUTH-SCOPE", "E-NOT-FOUND", "E-VAULT-UNAVAILABLE"),
    )


def _told(logged: LoggedAccess) -> dict[str, Any]:
    access = logged.access
    return {
        "seq": logged.seq,
        "at": logged.at.isoformat(),
        "user_id": access.actor.user_id,
        "role": access.actor.role,
        "organisation": access.actor.organisation,
        "division": access.actor.division,
        "action": access.action,
        "purpose": access.purpose,
        "fields": list(access.fields),
        "others": len(access.subjects) - 1,
    }
