"""`PATCH /v1/persons/{person_id}`: put a person's data right. Sent again, it changes nothing more."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Response

from registry.api.answers import empty_answer
from registry.api.endpoint import Asked, Endpoint
from registry.api.parts import CommandParts
from registry.api.person_access import require_person
from registry.api.vault_fields import fields_renamed
from registry.command import code
from registry.refusal import Refusals
from registry.vault.personal_data import FIELDS

ACTION: Final = "vault.write"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PersonChange:
    """`changes`: field -> its new value, or null to take it away."""

    changes: Mapping[str, Any]
    purpose: str = code("read_purpose", "CORRECTION")


def patch_person(parts: CommandParts) -> Endpoint:
    """The endpoint."""

    def view(asked: Asked) -> Response:
        person_id = asked.path["person_id"]
        require_person(parts, asked.actor, ACTION, person_id)
        check_names(asked.body.changes)
        with fields_renamed(lambda field: f"changes.{field}" if field in FIELDS else field):
            parts.vault.update(person_id, asked.body.changes, asked.actor, asked.body.purpose)
        return empty_answer()

    return Endpoint(
        method="PATCH",
        path="/v1/persons/{person_id}",
        name="change_person",
        tag="Persons",
        summary="Correct a person's data.",
        description=f"Fields: {', '.join(FIELDS)}. An identity number that is somebody else's is refused.",
        action=ACTION,
        view=view,
        body=PersonChange,
        answers={204: ("Changed", None)},
        problems=(
            *("E-AUTH-SCOPE", "E-NOT-FOUND", "E-PERSON-ERASED", "E-ID-TAKEN", "E-ID-LENGTH", "E-ID-CHECKSUM", "E-ID-BIRTHDATE"),
            *("E-ID-SYNTHETIC-FORBIDDEN", "E-DISABILITY-CERT", "E-FIELD-TOO-LONG", "E-CODE-UNKNOWN", "E-VAULT-UNAVAILABLE"),
        ),
    )


def check_names(changes: Mapping[str, Any]) -> None:
    """Raises Refused: E-FIELD-UNKNOWN, E-FIELD-MISSING where nothing is to be changed. What cannot be a name is not repeated."""
    refusals = Refusals()
    refusals.unless(bool(changes), "E-FIELD-MISSING", at="changes")
    for name in changes:
        refusals.unless(
            name in FIELDS, "E-FIELD-UNKNOWN", at=f"changes.{name if name.isidentifier() and name.isascii() else '?'}"
        )
    refusals.raise_any()
