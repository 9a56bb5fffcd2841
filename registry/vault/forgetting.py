"""Forgets persons of whom only a number was seen: what finds their ids is destroyed once nothing was heard of them for long.

Whoever identifies an ID number leaves a row in the access log in the same transaction, so the log says when each id was last
asked for; and who is registered has a row of a person. What others know of an id (expenses that are kept) they are asked
beforehand. In the transaction that forgets nobody else identifies or registers, so that no id is given out that nothing finds.

Lookups are overwritten in place and their rows stay (`tables` says why); the number may be seen again, as another person.
"""

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from registry.store.instant import to_micros
from registry.vault.access_log import subjects_since
from registry.vault.custodian import Custodian
from registry.vault.pages import BATCH_MAX
from registry.vault.person_rows import FORGOTTEN, named_persons, nameless_after, overwrite_lookups
from schemas.access import Actor

PAGES_MAX: Final = 100
"""Of BATCH_MAX rows, looked through by one call."""
_TIMED_VERSION: Final = 7

Kept = Callable[[Collection[UUID]], Collection[UUID]]
"""Those of these persons of whom something is kept elsewhere."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """person_ids: whom nothing finds any more; after: where the next call goes on, None where this one came to the end."""

    person_ids: Sequence[UUID]
    after: int | None


def forget(custodian: Custodian, actor: Actor, reason: str, unheard_since: datetime, kept: Kept, after: int = 0) -> Forgotten:
    """Forget at most BATCH_MAX persons in one transaction. See `Vault.forget`."""
    found: list[bytes] = []
    place: int | None = after
    for _ in range(PAGES_MAX):
        place, page = _candidates(custodian, unheard_since, place or 0)
        told = kept([UUID(bytes=person_id) for person_id in page]) if page else ()
        gone = {person_id.bytes for person_id in told}
        found += [person_id for person_id in page if person_id not in gone]
        if found or place is None:
            break
    return Forgotten(_forget(custodian, actor, reason, unheard_since, found) if found else (), place)


def _candidates(custodian: Custodian, unheard_since: datetime, after: int) -> tuple[int | None, list[bytes]]:
    """The next page's nameless persons whose ids are older than that; an id that does not tell its age is not among them."""
    with custodian.database.reading() as connection:
        rows = nameless_after(connection, after, BATCH_MAX)
    oldest_ms = to_micros(unheard_since) // 1000
    ids = [UUID(bytes=person_id) for _, person_id in rows]
    old = [i.bytes for i in ids if i.version == _TIMED_VERSION and i.int >> 80 < oldest_ms]
    return (rows[-1][0] if len(rows) == BATCH_MAX else None), old


def _forget(
    custodian: Custodian, actor: Actor, reason: str, unheard_since: datetime, person_ids: Sequence[bytes]
) -> Sequence[UUID]:
    with custodian.use(actor, "FORGET", reason) as use:
        custodian.database.lock_lookups(use.connection, alone=True)
        spared = subjects_since(use.connection, to_micros(unheard_since), frozenset(person_ids))
        spared |= named_persons(use.connection, person_ids)
        gone = [person_id for person_id in person_ids if person_id not in spared]
        # Random, for each one is another; begun as no keyed hash is, so that it is known as forgotten.
        overwrite_lookups(use.connection, {person_id: FORGOTTEN + os.urandom(32 - len(FORGOTTEN)) for person_id in gone})
        use.subjects = [UUID(bytes=person_id) for person_id in gone]
    return use.subjects
