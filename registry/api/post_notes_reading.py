"""`POST /v1/persons/{person_id}/notes/read` and `POST /v1/households/{household_id}/notes/read`: the texts, for a purpose.

Logged with actor and purpose before anything is decrypted, as with a person's data.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from flask import Response

from registry.api.answers import json_answer
from registry.api.endpoint import Asked, Endpoint
from registry.api.parts import CommandParts
from registry.api.post_note import OWNERS, UNKNOWN, Require
from registry.command import code
from registry.vault.notes import Note

ACTION: Final = "vault.read"
READ: Final = {
    "type": "object",
    "properties": {
        "notes": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "note_id": {"type": "string", "format": "uuid"},
                    "kind": {"type": "string", "description": "code table note_kind"},
                    "text": {"type": "string"},
                    "written_at": {"type": "string", "format": "date-time"},
                },
                "required": ["note_id", "kind", "text", "written_at"],
            },
        }
    },
    "required": ["notes"],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What the texts are read for."""

    purpose: str = code("read_purpose")


def post_notes_readings(parts: CommandParts) -> Iterator[Endpoint]:
    """The endpoints."""
    for owner_kind, folder, require in OWNERS:
        owner = owner_kind.lower()
        yield Endpoint(
            method="POST",
            path=f"/v1/{folder}/{{{owner}_id}}/notes/read",
            name=f"read_{owner}_notes",
            tag="Notes",
            summary=f"Read the free texts on a {owner}.",
            description="Oldest first; erased ones are gone.",
            action=ACTION,
            view=_view(parts, f"{owner}_id", require),
            body=Purpose,
            answers={200: ("The texts", READ)},
            problems=("E-AUTH-SCOPE", *UNKNOWN[owner_kind], "E-CODE-UNKNOWN", "E-VAULT-UNAVAILABLE"),
        )


def _view(parts: CommandParts, owner: str, require: Require) -> Callable[[Asked], Response]:
    def view(asked: Asked) -> Response:
        owner_id = asked.path[owner]
        require(parts, asked.actor, ACTION, owner_id)
        note_ids = parts.vault.note_ids_of(owner_id)
        notes = parts.vault.read_notes(note_ids, asked.actor, asked.body.purpose) if note_ids else {}
        return json_answer({"notes": [_told(note_id, notes[note_id]) for note_id in note_ids if note_id in notes]})

    return view


def _told(note_id: UUID, note: Note) -> dict[str, Any]:
    return {"note_id": str(note_id), "kind": note.kind, "text": note.text, "written_at": note.written_at.isoformat()}
