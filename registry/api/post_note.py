"""`POST /v1/persons/{person_id}/notes` and `POST /v1/households/{household_id}/notes`: keep a free text in the vault.

With a key the note's id follows from it, and the answer is kept before the note: whatever breaks off, sending again either keeps
the note or finds it kept, once.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID, uuid5

from flask import Response

from registry.api.answers import json_answer
from registry.api.endpoint import REPLAY_HEADER, Asked, Endpoint
from registry.api.parts import CommandParts
from registry.api.person_access import require_household, require_person
from registry.api.vault_fields import fields_renamed, first_of
from registry.application.parsing import RawText
from registry.command import code
from registry.store.command_result import CommandResult
from registry.store.errors import CommandReplayed
from registry.vault.notes import NewNote, weigh_notes
from schemas.access import Actor

Owner = Literal["PERSON", "HOUSEHOLD"]
Require = Callable[[CommandParts, Actor, str, UUID], None]
ACTION: Final = "vault.write"
NOTES: Final = UUID("c5b0f6d2-6d0e-5a0c-8a35-0d3a1c8f7b11")
"""Namespace of the ids of notes that follow from a key."""
KEPT: Final = {"type": "object", "properties": {"note_id": {"type": "string", "format": "uuid"}}, "required": ["note_id"]}
OWNERS: Final[tuple[tuple[Owner, str, Require], ...]] = (
    ("PERSON", "persons", require_person),
    ("HOUSEHOLD", "households", require_household),
)
UNKNOWN: Final[Mapping[Owner, tuple[str, ...]]] = {
    "PERSON": ("E-NOT-FOUND",),
    "HOUSEHOLD": ("E-HOUSEHOLD-UNKNOWN", "E-ID-TAKEN"),
}
"""What an id is refused for that is nobody's of the kind."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NoteText:
    """A text, of a kind, written for a purpose. Printing one says nothing."""

    kind: str = code("note_kind")
    text: RawText
    purpose: str = code("read_purpose", "CASE_HANDLING")


def post_notes(parts: CommandParts) -> Iterator[Endpoint]:
    """The endpoints."""
    for owner_kind, folder, require in OWNERS:
        owner = owner_kind.lower()
        yield Endpoint(
            method="POST",
            path=f"/v1/{folder}/{{{owner}_id}}/notes",
            name=f"write_{owner}_note",
            tag="Notes",
            summary=f"Keep a free text on a {owner}.",
            description="Free texts are in the vault only; an event may hold the note's id.",
            action=ACTION,
            view=_view(parts, owner_kind, require),
            body=NoteText,
            answers={201: ("Kept", KEPT)},
            problems=(
                "E-AUTH-SCOPE",
                *UNKNOWN[owner_kind],
                "E-PERSON-ERASED",
                "E-FIELD-TOO-LONG",
                "E-CODE-UNKNOWN",
            ),
            keyed=True,
        )


def _view(parts: CommandParts, owner_kind: Owner, require: Require) -> Callable[[Asked], Response]:
    def view(asked: Asked) -> Response:
        owner_id = asked.path[f"{owner_kind.lower()}_id"]
        require(parts, asked.actor, ACTION, owner_id)
        note = NewNote(
            owner_kind=owner_kind, owner_id=owner_id, kind=asked.body.kind, text=asked.body.text, note_id=_note_id(asked)
        )
        with fields_renamed(first_of("notes")):
            weigh_notes([note], asked.body.purpose)
            replayed = _keep_answer(parts, asked, note)
            note_id = parts.vault.put_note(note, asked.actor, asked.body.purpose)
        response = json_answer({"note_id": str(note_id)}, 201)
        if replayed:
            response.headers[REPLAY_HEADER] = "true"
        return response

    return view


def _note_id(asked: Asked) -> UUID | None:
    key = asked.circumstances.idempotency_key
    return None if key is None else uuid5(NOTES, f"{asked.actor.user_id}\n{key}")


def _keep_answer(parts: CommandParts, asked: Asked, note: NewNote) -> bool:
    """Keep the answer under the request's key; whether it was kept before. Raises IdempotencyMismatch."""
    circumstances = asked.circumstances
    if circumstances.idempotency_key is None:
        return False
    body = json.dumps({"note_id": str(note.note_id)}).encode()
    result = CommandResult(asked.actor.user_id, circumstances.idempotency_key, circumstances.digest, 201, body)
    try:
        parts.service.store.save(command=result)
    except CommandReplayed:
        return True
    return False
