"""Rows of persons and their lookups, without cryptography or policy. Ids are 16 bytes here."""

import os
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, bindparam, exists, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from registry.vault.data_keys import destroy_data_keys, insert_data_keys, overwrite_data_keys
from registry.vault.pages import in_pages
from registry.vault.sealing import Sealed
from registry.vault.tables import data_key, person, person_lookup

FORGOTTEN: Final = bytes(16)
"""What a lookup begins with that nobody is found by any more."""


def person_ids_by_lookup(connection: Connection, lookups: Sequence[bytes]) -> dict[bytes, bytes]:
    """lookup -> person id, for those that are there."""
    known = select(person_lookup.c.lookup, person_lookup.c.person_id)
    return {row.lookup: row.person_id for row in in_pages(connection, known, person_lookup.c.lookup, lookups)}


def count_persons(connection: Connection) -> tuple[int, int]:
    """How many persons there are, and how many of them are erased."""
    counts = select(func.count(), func.count(person.c.erased_at))
    total, erased = connection.execute(counts.select_from(person)).one()
    return total, erased


def claim_lookups(connection: Connection, person_ids: Mapping[bytes, bytes]) -> set[bytes]:
    """Insert lookup -> person id and return the lookups that are now ours; others had claimed the rest meanwhile."""
    if not person_ids:
        return set()
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    claim = dialect.insert(person_lookup).on_conflict_do_nothing(index_elements=["lookup"])
    # In one order for everybody, so that two batches cannot wait for each other.
    claims = [{"lookup": lookup, "person_id": person_ids[lookup]} for lookup in sorted(person_ids)]
    return set(connection.scalars(claim.returning(person_lookup.c.lookup), claims))


def insert_persons(connection: Connection, persons: Mapping[bytes, Sealed], created_at: int, office: str) -> None:
    """person id -> what is sealed; with the data keys. created_at: microseconds; office: division of whoever registers them."""
    if persons:
        insert_data_keys(connection, {person_id: sealed.wrapped for person_id, sealed in persons.items()})
        made = {"created_at": created_at, "office": office}
        rows = [{"person_id": i, "sealed": s.content, **made} for i, s in persons.items()]
        connection.execute(insert(person), rows)


def sealed_persons(connection: Connection, person_ids: Sequence[bytes]) -> dict[bytes, Sealed]:
    """person id -> what is sealed; neither unknown nor erased persons."""
    readable = (
        select(person.c.person_id, data_key.c.wrapped, person.c.sealed)
        .join(data_key, data_key.c.owner_id == person.c.person_id)
        .where(person.c.erased_at.is_(None))
    )
    found = in_pages(connection, readable, person.c.person_id, person_ids)
    return {row.person_id: Sealed(row.wrapped, row.sealed) for row in found}


def named_persons(connection: Connection, person_ids: Sequence[bytes]) -> frozenset[bytes]:
    """Those of these persons who were registered, erased or not; whoever registers the others waits for us."""
    if not person_ids:
        return frozenset()
    ours = select(person_lookup.c.person_id).order_by(person_lookup.c.person_id).with_for_update()
    for _ in in_pages(connection, ours, person_lookup.c.person_id, sorted(person_ids)):
        pass
    registered = select(person.c.person_id)
    return frozenset(row.person_id for row in in_pages(connection, registered, person.c.person_id, person_ids))


def offices_of(connection: Connection, person_ids: Sequence[bytes]) -> dict[bytes, str]:
    """person id -> division of the office that registered the person, for those that are there, erased or not."""
    registered = select(person.c.person_id, person.c.office)
    return {row.person_id: row.office for row in in_pages(connection, registered, person.c.person_id, person_ids)}


def lock_persons(connection: Connection, person_ids: Sequence[bytes]) -> dict[bytes, bool]:
    """person id -> whether erased, for those that are there; nobody else changes them until the transaction ends."""
    wanted = select(person.c.person_id, person.c.erased_at)
    locked = wanted.order_by(person.c.person_id).with_for_update()
    found = in_pages(connection, locked, person.c.person_id, sorted(person_ids))
    return {row.person_id: row.erased_at is not None for row in found}


def replace_person(connection: Connection, person_id: bytes, sealed: Sealed, lookup: bytes) -> None:
    """Put other data, another data key and another lookup in the place of a person's."""
    overwrite_data_keys(connection, {person_id: sealed.wrapped})
    overwrite_lookups(connection, {person_id: lookup})
    connection.execute(update(person).where(person.c.person_id == person_id).values(sealed=sealed.content))


def destroy_persons(connection: Connection, person_ids: Sequence[bytes], erased_at: int) -> None:
    """Destroy keys and lookups, drop what was sealed; the rows stay, so that the ids are known as erased."""
    destroy_data_keys(connection, person_ids)
    # Random bytes are nobody's keyed hash, and as long as one.
    overwrite_lookups(connection, {person_id: os.urandom(32) for person_id in person_ids})
    gone = update(person).where(person.c.person_id == bindparam("id"))
    connection.execute(gone.values(sealed=None, erased_at=erased_at), [{"id": i} for i in person_ids])


def nameless_after(connection: Connection, after: int, page: int) -> list[tuple[int, bytes]]:
    """(place, person id) of the next persons after a place of whom only a number was seen, and who are not forgotten."""
    wanted = (
        select(person_lookup.c.place, person_lookup.c.person_id)
        .where(person_lookup.c.place > after)
        .where(~exists().where(person.c.person_id == person_lookup.c.person_id))
        .where(func.substr(person_lookup.c.lookup, 1, len(FORGOTTEN)) != FORGOTTEN)
        .order_by(person_lookup.c.place)
        .limit(page)
    )
    return [(row.place, row.person_id) for row in connection.execute(wanted)]


def overwrite_lookups(connection: Connection, lookups: Mapping[bytes, bytes]) -> None:
    """person id -> the bytes, as long as a lookup, that take the place of the present one."""
    if not lookups:
        return
    changed = update(person_lookup).where(person_lookup.c.person_id == bindparam("id"))
    rows = [{"id": person_id, "hash": lookup} for person_id, lookup in lookups.items()]
    connection.execute(changed.values(lookup=bindparam("hash")), rows)
