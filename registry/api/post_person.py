"""`POST /v1/persons`: put a person's data into the vault, and learn the id that events and commands call the person by.

The same identity number gives the same id however often it is sent, and changes nothing of what is known: so no key is needed.
"""

from dataclasses import dataclass, fields
from typing import Final

from flask import Response

from registry.api.answers import json_answer
from registry.api.endpoint import Asked, Endpoint
from registry.api.parts import CommandParts
from registry.api.vault_fields import fields_renamed, first_of
from registry.application.parsing import RawText
from registry.command import code
from registry.vault.id_number import facts_of
from registry.vault.personal_data import FIELDS, PersonalData

REGISTERED: Final = {
    "type": "object",
    "properties": {
        "person_id": {"type": "string", "format": "uuid"},
        "new": {"type": "boolean", "description": "false where the identity number was known; then nothing was changed"},
        "birth_month": {"type": "string", "format": "date", "description": "first day of the month, by the identity number"},
        "sex": {"type": "string", "description": "code table sex, by the identity number"},
    },
    "required": ["person_id", "new", "birth_month", "sex"],
}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NewPerson:
    """Who a person is. Printing one says nothing."""

    name: RawText
    id_number: RawText
    phone: RawText | None = None
    account: RawText | None = None
    address: RawText | None = None
    disability_certificate: RawText | None = None
    purpose: str = code("read_purpose", "REGISTRATION")


assert set(FIELDS) < {field.name for field in fields(NewPerson)}


def post_person(parts: CommandParts) -> Endpoint:
    """The endpoint."""

    def view(asked: Asked) -> Response:
        person = PersonalData(**{name: getattr(asked.body, name) for name in FIELDS})
        with fields_renamed(first_of("persons")):
            (registration,) = parts.vault.register([person], asked.actor, asked.body.purpose)
        facts = facts_of(person.id_number)
        return json_answer(
            {
                "person_id": str(registration.person_id),
                "new": registration.new,
                "birth_month": facts.birth_month.isoformat(),
                "sex": facts.sex,
            },
            201 if registration.new else 200,
        )

    return Endpoint(
        method="POST",
        path="/v1/persons",
        name="register_person",
        tag="Persons",
        summary="Register a person.",
        description="The answer has the id, and what the register may keep of the identity number: month of birth and sex.",
        action="person.register",
        view=view,
        body=NewPerson,
        answers={200: ("Known already; nothing was changed", REGISTERED), 201: ("Registered", REGISTERED)},
        problems=(
            *("E-ID-LENGTH", "E-ID-CHECKSUM", "E-ID-BIRTHDATE", "E-ID-SYNTHETIC-FORBIDDEN", "E-DISABILITY-CERT"),
            *("E-FIELD-TOO-LONG", "E-CODE-UNKNOWN", "E-VAULT-UNAVAILABLE"),
        ),
    )
