"""Rows of notes, without cryptography or policy. Ids are 16 bytes here."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from registry.vault.data_keys import destroy_data_keys
from registry.vault.pages import in_pages
from registry.vault.tables import data_key, note


def insert_notes(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Rows of the table `note`; their data keys are the caller's to insert."""
    if rows:
        connection.execute(insert(note), rows)


def known_notes(connection: Connection, note_ids: Sequence[bytes]) -> frozenset[bytes]:
    """Which of these notes are there, erased or not."""
    return frozenset(row.note_id for row in in_pages(connection, select(note.c.note_id), note.c.note_id, note_ids))


def sealed_notes(connection: Connection, note_ids: Sequence[bytes]) -> list[Row[Any]]:
    """note_id, owner_id, kind, written_at, wrapped, sealed; neither unknown nor erased notes."""
    readable = (
        select(note.c.note_id, note.c.owner_id, note.c.kind, note.c.written_at, data_key.c.wrapped, note.c.sealed)
        .join(data_key, data_key.c.owner_id == note.c.note_id)
        .where(note.c.erased_at.is_(None))
    )
    return list(in_pages(connection, readable, note.c.note_id, note_ids))


def note_ids_of(connection: Connection, owner_ids: Sequence[bytes]) -> list[bytes]:
    """Ids of the notes on these persons or households that are not erased, oldest first for each page of owners."""
    theirs = select(note.c.note_id).where(note.c.erased_at.is_(None)).order_by(note.c.written_at, note.c.note_id)
    return [row.note_id for row in in_pages(connection, theirs, note.c.owner_id, owner_ids)]


def owners_of(connection: Connection, note_ids: Sequence[bytes]) -> dict[bytes, bytes]:
    """note id -> owner id, for those that are there and not erased; nobody else changes them meanwhile."""
    wanted = select(note.c.note_id, note.c.owner_id).where(note.c.erased_at.is_(None))
    locked = wanted.order_by(note.c.note_id).with_for_update()
    return {r.note_id: r.owner_id for r in in_pages(connection, locked, note.c.note_id, sorted(note_ids))}


def destroy_notes(connection: Connection, note_ids: Sequence[bytes], erased_at: int) -> None:
    """Destroy the keys, drop what was sealed. erased_at: microseconds."""
    if note_ids:
        destroy_data_keys(connection, note_ids)
        gone = update(note).where(note.c.note_id == bindparam("id"))
        connection.execute(gone.values(sealed=None, erased_at=erased_at), [{"id": i} for i in note_ids])
