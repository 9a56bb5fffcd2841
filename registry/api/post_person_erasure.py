"""`POST /v1/persons/{person_id}/erase`: destroy what the vault knows of a person, and note it in the person's stream.

First everything that could refuse it is asked, and nothing is done. Then the vault destroys the key; then the event tells
everybody who keeps a copy. The other way round a crash in between would leave an event that says what is not so. This way it
leaves an erased person without an event, and the same request sent again finds nothing left to destroy and records the event.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from flask import Response

from registry.api.answers import outcome_answer
from registry.api.command_endpoint import RECORDED
from registry.api.endpoint import Asked, Endpoint
from registry.api.parts import CommandParts
from registry.api.person_access import require_person
from registry.command import code
from registry.person.erasure import ErasePersonalData

ACTION: Final = "vault.erase"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """The ground of the erasure, and the day on which it is true."""

    person_id: UUID
    reason: str = code("erasure_reason")
    effective_on: date


def post_person_erasure(parts: CommandParts) -> Endpoint:
    """The endpoint."""

    def view(asked: Asked) -> Response:
        erasure, service = asked.body, parts.service
        command = ErasePersonalData(person_id=erasure.person_id, effective_on=erasure.effective_on)
        if service.answered_before(asked.circumstances) is None:
            require_person(parts, asked.actor, ACTION, erasure.person_id)
            service.weigh(command, asked.circumstances)
            parts.vault.erase([erasure.person_id], asked.actor, erasure.reason)
        return outcome_answer(service.execute(command, asked.circumstances), asked)

    return Endpoint(
        method="POST",
        path="/v1/persons/{person_id}/erase",
        name="erase_person",
        tag="Persons",
        summary="Erase a person's data for ever.",
        description="The register's figures stay as they were. Where it was cut off half-way, send it again.",
        action=ACTION,
        view=view,
        body=Erasure,
        in_path=("person_id",),
        answers=RECORDED,
        problems=("E-AUTH-SCOPE", "E-NOT-FOUND", "E-CODE-UNKNOWN", "E-DATE-FUTURE", "E-VAULT-ERASURE", "E-VAULT-UNAVAILABLE"),
        keyed=True,
    )
