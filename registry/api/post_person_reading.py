"""`POST /v1/persons/{person_id}/read`: who a person is, for a purpose, which is written down first.

A POST although it reads: names of fields and a purpose in an address would be kept by every proxy and log on the way. Masked
unless the whole is asked for.
"""

from dataclasses import dataclass
from typing import Any, Final

from flask import Response

from registry.api.answers import json_answer
from registry.api.endpoint import Asked, Endpoint
from registry.api.parts import CommandParts
from registry.api.person_access import require_person
from registry.command import code
from registry.refusal import Refusals, refuse
from registry.vault.masking import mask
from registry.vault.personal_data import FIELDS

ACTION: Final = "vault.read"
READ: Final = {
    "type": "object",
    "properties": {
        "person_id": {"type": "string", "format": "uuid"},
        "masked": {"type": "boolean"},
        "fields": {"type": "object", "additionalProperties": {"type": "string"}, "description": "those that have a value"},
    },
    "required": ["person_id", "masked", "fields"],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is wanted, and what for. `unmasked`: say the fields in full."""

    purpose: str = code("read_purpose")
    fields: tuple[str, ...]
    unmasked: bool = False


def post_person_reading(parts: CommandParts) -> Endpoint:
    """The endpoint."""

    def view(asked: Asked) -> Response:
        person_id, wanted = asked.path["person_id"], asked.body
        require_person(parts, asked.actor, ACTION, person_id)
        check_fields(wanted.fields)
        read = parts.vault.read([person_id], asked.actor, wanted.purpose, wanted.fields)
        if person_id not in read:
            refuse("E-PERSON-ERASED", at="person_id")
        said = read[person_id] if wanted.unmasked else {name: mask(name, value) for name, value in read[person_id].items()}
        document: dict[str, Any] = {"person_id": str(person_id), "masked": not wanted.unmasked, "fields": said}
        return json_answer(document)

    return Endpoint(
        method="POST",
        path="/v1/persons/{person_id}/read",
        name="read_person",
        tag="Persons",
        summary="Read a person's data.",
        description=f"Logged with actor and purpose before anything is decrypted. Fields: {', '.join(FIELDS)}.",
        action=ACTION,
        view=view,
        body=Reading,
        answers={200: ("The fields", READ)},
        problems=("E-AUTH-SCOPE", "E-NOT-FOUND", "E-PERSON-ERASED", "E-CODE-UNKNOWN", "E-VAULT-UNAVAILABLE"),
    )


def check_fields(names: tuple[str, ...]) -> None:
    """Raises Refused: E-FIELD-UNKNOWN for a name that is none, E-FIELD-MISSING where there is none at all."""
    refusals = Refusals()
    refusals.unless(bool(names), "E-FIELD-MISSING", at="fields")
    for place, name in enumerate(names):
        refusals.unless(name in FIELDS, "E-FIELD-UNKNOWN", at=f"fields[{place}]")
    refusals.raise_any()
