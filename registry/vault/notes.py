"""Free texts (objections, reasons, remarks): sealed like persons, so that no event has to hold a word of them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from registry.refusal import Refusals
from registry.store.instant import from_micros
from registry.vault.custodian import Custodian, Use
from registry.vault.data_keys import insert_data_keys
from registry.vault.note_rows import destroy_notes, insert_notes, known_notes, note_ids_of, owners_of, sealed_notes
from registry.vault.pages import weigh_count
from registry.vault.purposes import weigh_purpose, weigh_reason
from registry.vault.sealing import Sealed, seal, unseal
from schemas.access import Actor

TEXT_MAX = 10_000
"""Characters; a complaint of three typed pages."""
_KIND = re.compile("[A-Z][A-Z0-9_]{0,39}")
# Control characters but tab and line ends, and halves of a character that no encoding can write.
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNote:
    """A text to be kept. owner_id: whom or which household it is about; kind: a code such as OBJECTION or REMARK.

    note_id: given by a caller who may have to say the same again: a note that is there already is left as it is.
    """

    owner_kind: Literal["PERSON", "HOUSEHOLD"]
    owner_id: UUID
    kind: str
    text: str
    note_id: UUID | None = None

    def __post_init__(self) -> None:
        if not _KIND.fullmatch(self.kind):
            raise ValueError("a note's kind is a code in capitals, chosen by the program")

    def __repr__(self) -> str:
        return f"NewNote({self.owner_kind} {self.owner_id}, {self.kind}, ...)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text as it was kept."""

    owner_id: UUID
    kind: str
    text: str
    written_at: datetime

    def __repr__(self) -> str:
        return f"Note({self.owner_id}, {self.kind}, ...)"


class Notes:
    """The vault's notes; `Vault` is the way to them."""

    def __init__(self, custodian: Custodian, ids: Callable[[], UUID]) -> None:
        self._custodian = custodian
        self._ids = ids

    def put(self, notes: Sequence[NewNote], actor: Actor, purpose: str) -> list[UUID]:
        """Keep these texts, in one transaction, and return their ids in order.

        Refused: E-FIELD-MISSING, E-FIELD-TOO-LONG, E-CODE-UNKNOWN, E-TOO-MANY; E-PERSON-UNKNOWN, E-PERSON-ERASED for a
        note on a person.
        """
        weigh_notes(notes, purpose)
        drafts = {new.note_id or self._ids(): new for new in notes}
        try:
            self._put(drafts, actor, purpose)
        except IntegrityError:
            self._put(drafts, actor, purpose)  # somebody said the same between our look and our writing
        return list(drafts)

    def _put(self, drafts: Mapping[UUID, NewNote], actor: Actor, purpose: str) -> None:
        notes = drafts.values()
        with self._custodian.use(actor, "NOTE", purpose) as use:
            use.subjects = list(dict.fromkeys(new.owner_id for new in notes))
            use.fields = sorted({new.kind for new in notes})
            use.lock_persons([n.owner_id.bytes for n in notes if n.owner_kind == "PERSON"], live=True)
            kept = known_notes(use.connection, [new.note_id.bytes for new in notes if new.note_id is not None])
            self._insert(use, {note_id: new for note_id, new in drafts.items() if note_id.bytes not in kept})

    def read(self, note_ids: Sequence[UUID], actor: Actor, purpose: str) -> dict[UUID, Note]:
        """The texts of these notes; unknown and erased ones are not in the answer."""
        refusals = Refusals()
        weigh_purpose(purpose, refusals)
        weigh_count(len(note_ids), refusals, at="note_ids")
        refusals.raise_any()
        with self._custodian.use(actor, "READ_NOTE", purpose) as use:
            found = sealed_notes(use.connection, [note_id.bytes for note_id in note_ids])
            use.subjects = list(dict.fromkeys(UUID(bytes=row.owner_id) for row in found))
            use.fields = sorted({row.kind for row in found})
        return {
            UUID(bytes=row.note_id): Note(
                owner_id=UUID(bytes=row.owner_id),
                kind=row.kind,
                text=unseal(self._custodian.masters, row.note_id, Sealed(row.wrapped, row.sealed)).decode(),
                written_at=from_micros(row.written_at),
            )
            for row in found
        }

    def ids_of(self, owner_id: UUID) -> list[UUID]:
        """Ids of the notes on this person or household, oldest first."""
        with self._custodian.database.reading() as connection:
            return [UUID(bytes=note_id) for note_id in note_ids_of(connection, [owner_id.bytes])]

    def erase(self, note_ids: Sequence[UUID], actor: Actor, reason: str) -> None:
        """Destroy these notes for ever; unknown and erased ones are passed over. reason: code table erasure_reason."""
        refusals = Refusals()
        weigh_reason(reason, refusals)
        weigh_count(len(note_ids), refusals, at="note_ids")
        refusals.raise_any()
        with self._custodian.use(actor, "ERASE_NOTE", reason) as use:
            owners = owners_of(use.connection, [note_id.bytes for note_id in note_ids])
            use.subjects = [UUID(bytes=owner) for owner in dict.fromkeys(owners.values())]
            destroy_notes(use.connection, list(owners), use.at)
        self._custodian.database.remove_old_copies()

    def _insert(self, use: Use, drafts: Mapping[UUID, NewNote]) -> None:
        masters = self._custodian.masters
        sealed = {i.bytes: seal(masters, i.bytes, new.text.encode()) for i, new in drafts.items()}
        insert_data_keys(use.connection, {note_id: s.wrapped for note_id, s in sealed.items()})
        insert_notes(
            use.connection,
            [
                {
                    "note_id": note_id.bytes,
                    "owner_kind": new.owner_kind,
                    "owner_id": new.owner_id.bytes,
                    "kind": new.kind,
                    "sealed": sealed[note_id.bytes].content,
                    "written_at": use.at,
                }
                for note_id, new in drafts.items()
            ],
        )


def weigh_notes(notes: Sequence[NewNote], purpose: str) -> None:
    """Raises Refused with all that is wrong with the texts and the purpose."""
    refusals = Refusals()
    weigh_purpose(purpose, refusals)
    weigh_count(len(notes), refusals, at="notes")
    for i, new in enumerate(notes):
        refusals.unless(bool(new.text.strip()), "E-FIELD-MISSING", at=f"notes[{i}].text")
        refusals.unless(not _NOT_TEXT.search(new.text), "E-FIELD-TYPE", at=f"notes[{i}].text", expected="TEXT")
        long = len(new.text) > TEXT_MAX
        refusals.unless(not long, "E-FIELD-TOO-LONG", at=f"notes[{i}].text", maximum=TEXT_MAX)
    refusals.raise_any()
