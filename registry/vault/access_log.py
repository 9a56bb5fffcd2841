"""Who looked at whom, when and why: every use of the vault leaves one row, sealed to the row before it.

A row's seal is a keyed hash over the previous seal and the row, so that a changed, missing or inserted row shows, even to
somebody who may write to the database but has not the key. Rows cut off at the end show only against a seal that was
kept elsewhere: publish `head` from time to time and give it to `verify`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, insert, select

from registry.store.instant import from_micros
from registry.vault.keys import LookupKey
from registry.vault.tables import access_log
from schemas.access import Actor

_ID_BYTES = 16
_PAGE_ROWS = 2000
_SEALED_COLUMNS = tuple(column.name for column in access_log.columns if column.name != "seal")
_FIRST_SEAL = bytes(32)


@dataclass(frozen=True, slots=True)
class Access:
    """One use.

    action: READ, FIND, IDENTIFY, REGISTER, UPDATE, ERASE, FORGET, NOTE, READ_NOTE; subjects: ids of persons and households;
    fields: names of what was shown or changed.
    """

    actor: Actor
    action: str
    purpose: str
    subjects: Sequence[UUID]
    fields: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class LoggedAccess:
    """One use as it was logged; `seq` counts from 1 without gaps."""

    seq: int
    at: datetime
    access: Access


@dataclass(frozen=True, slots=True)
class LogHead:
    """The newest row: its number and its seal (32 bytes). 0 and zeros before the first."""

    seq: int
    seal: bytes


@dataclass(frozen=True, slots=True)
class LogVerdict:
    """head: the last row in order; broken_at: number of the first row that is missing or not as it was written, if any."""

    head: LogHead
    broken_at: int | None

    @property
    def intact(self) -> bool:
        return self.broken_at is None


def append(connection: Connection, key: LookupKey, at: int, access: Access) -> None:
    """Write the next row; `at` is in microseconds. The caller holds the log's lock, and does nothing more after this."""
    last = head(connection)
    row = {
        "seq": last.seq + 1,
        "at": at,
        "user_id": access.actor.user_id,
        "role": access.actor.role,
        "organisation": access.actor.organisation,
        "division": access.actor.division,
        "action": access.action,
        "purpose": access.purpose,
        "subjects": b"".join(subject.bytes for subject in access.subjects),
        "fields": ",".join(sorted(access.fields)),
    }
    row["seal"] = _seal(key, last.seal, row)
    connection.execute(insert(access_log), row)


def head(connection: Connection) -> LogHead:
    """The newest row's number and seal."""
    newest = select(access_log.c.seq, access_log.c.seal).order_by(access_log.c.seq.desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    return LogHead(row.seq, row.seal) if row else LogHead(0, _FIRST_SEAL)


def verify(connection: Connection, key: LookupKey, anchor: LogHead | None = None) -> LogVerdict:
    """Compute every seal again. anchor: a head kept elsewhere, whose row must still be there as it was."""
    last = LogHead(0, _FIRST_SEAL)
    for row in _rows(connection):
        seq = last.seq + 1
        sound = row.seq == seq and row.seal == _seal(key, last.seal, row._asdict())
        if not sound or (anchor and anchor.seq == seq and anchor.seal != row.seal):
            return LogVerdict(last, broken_at=seq)
        last = LogHead(row.seq, row.seal)
    cut_off = anchor is not None and anchor.seq > last.seq
    return LogVerdict(last, broken_at=last.seq + 1 if cut_off else None)


def accesses_of(connection: Connection, subject: UUID) -> Iterator[LoggedAccess]:
    """Every use that concerned this person or household, oldest first. Reads the whole log: for a rare question."""
    for row in _rows(connection):
        if subject.bytes in row.subjects and subject in _ids_in(row.subjects):
            yield LoggedAccess(row.seq, from_micros(row.at), _access(row))


def subjects_since(connection: Connection, since: int, wanted: frozenset[bytes]) -> frozenset[bytes]:
    """Those of these ids that any use since an instant (microseconds) concerned; reads the log from its end."""
    found: set[bytes] = set()
    newest_first = select(access_log.c.seq, access_log.c.at, access_log.c.subjects).order_by(access_log.c.seq.desc())
    before = head(connection).seq + 1
    while page := connection.execute(newest_first.where(access_log.c.seq < before).limit(_PAGE_ROWS)).all():
        for row in page:
            # A clock may have been set back for a moment: a row that is older does not end the search, a page of them does.
            if row.at >= since:
                subjects = row.subjects
                found.update(wanted.intersection(subjects[i : i + _ID_BYTES] for i in range(0, len(subjects), _ID_BYTES)))
        before = page[-1].seq
        if all(row.at < since for row in page):
            break
    return frozenset(found)


def _rows(connection: Connection) -> Iterator[Row[Any]]:
    # From far below 1: a forged row must not hide there.
    after = -(2**62)
    in_order = select(access_log).order_by(access_log.c.seq).limit(_PAGE_ROWS)
    while page := connection.execute(in_order.where(access_log.c.seq > after)).all():
        yield from page
        after = page[-1].seq


def _ids_in(subjects: bytes) -> tuple[UUID, ...]:
    return tuple(UUID(bytes=subjects[i : i + _ID_BYTES]) for i in range(0, len(subjects), _ID_BYTES))


def _access(row: Row[Any]) -> Access:
    actor = Actor(row.user_id, row.role, row.organisation, row.division)
    fields = tuple(row.fields.split(",")) if row.fields else ()
    return Access(actor, row.action, row.purpose, _ids_in(row.subjects), fields)


def _seal(key: LookupKey, previous: bytes, row: Mapping[str, Any]) -> bytes:
    parts = [row[name] for name in _SEALED_COLUMNS]
    content = json.dumps([part.hex() if isinstance(part, bytes) else part for part in parts])
    return key.seal_log_row(previous + content.encode())
