"""The only door to the vault's rows: a transaction under the right keys, with its row in the access log as the last thing.

Nothing is decrypted before that transaction is durable, so there is no look without a trace.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from registry.refusal import Refusals
from registry.store.instant import to_micros
from registry.vault.access_log import Access, append
from registry.vault.database import VaultDatabase
from registry.vault.key_checks import require_keys
from registry.vault.keys import LookupKey, MasterKeys
from registry.vault.person_rows import lock_persons
from schemas.access import Actor
from schemas.clock import Clock


@dataclass(slots=True)
class Use:
    """One open transaction. at: microseconds since 1970 UTC; subjects, fields: set by the user, for the access log."""

    connection: Connection
    at: int
    subjects: Sequence[UUID] = ()
    fields: Sequence[str] = ()

    def lock_persons(self, person_ids: Sequence[bytes], *, live: bool) -> list[bytes]:
        """Let nobody else change these persons, and return those that are not erased.

        Refused: E-PERSON-UNKNOWN and, where they have to be `live`, E-PERSON-ERASED.
        """
        erased = lock_persons(self.connection, person_ids)
        refusals = Refusals()
        for person_id in dict.fromkeys(person_ids):
            name = str(UUID(bytes=person_id))
            if refusals.unless(person_id in erased, "E-PERSON-UNKNOWN", at="person_id", person_id=name):
                refusals.unless(not (live and erased[person_id]), "E-PERSON-ERASED", at="person_id", person_id=name)
        refusals.raise_any()
        return [person_id for person_id, gone in erased.items() if not gone]


@dataclass(frozen=True, slots=True)
class Custodian:
    """Holds the keys and the database."""

    database: VaultDatabase
    masters: MasterKeys
    lookup: LookupKey
    clock: Clock

    @contextmanager
    def use(self, actor: Actor, action: str, purpose: str) -> Iterator[Use]:
        """One logged transaction, durable when the block is left.

        Raises KeyRefused, VaultUnavailable.
        """
        with self.database.writing() as connection:
            require_keys(connection, self.masters, self.lookup)
            use = Use(connection, to_micros(self.clock.now()))
            yield use
            self.database.lock_access_log(connection)
            append(connection, self.lookup, use.at, Access(actor, action, purpose, use.subjects, use.fields))
