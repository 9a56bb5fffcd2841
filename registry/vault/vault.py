"""The personal-data vault: the one place that knows who a person id is.

Events, read models and logs hold random ids; the vault holds the names behind them, sealed one by one, and says them
only to somebody with a purpose, which it writes down first (see `custodian`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from registry.refusal import Refusals, refuse
from registry.vault import access_log
from registry.vault.access_log import LoggedAccess, LogHead, LogVerdict
from registry.vault.custodian import Custodian, Use
from registry.vault.database import VaultDatabase
from registry.vault.forgetting import Forgotten, Kept, forget
from registry.vault.id_number import normalise
from registry.vault.key_checks import require_keys
from registry.vault.keys import LookupKey, MasterKeys
from registry.vault.note_rows import destroy_notes, note_ids_of
from registry.vault.notes import NewNote, Note, Notes
from registry.vault.pages import weigh_count
from registry.vault.person_rows import (
    claim_lookups,
    count_persons,
    destroy_persons,
    insert_persons,
    named_persons,
    offices_of,
    person_ids_by_lookup,
    replace_person,
    sealed_persons,
)
from registry.vault.personal_data import FIELDS, PersonalData, as_mapping, from_bytes, from_values, to_bytes, weigh_person
from registry.vault.purposes import weigh_purpose, weigh_reason
from registry.vault.rotation import count_keys, rotate
from registry.vault.sealing import Sealed, seal, unseal
from schemas.access import Actor
from schemas.clock import Clock, shanghai_date

FORGETTING: Final = "RETENTION_ENDED"
"""Why persons are forgotten; code table erasure_reason."""


@dataclass(frozen=True, slots=True)
class Registration:
    """person_id: random, the same for one identity number; new: whether this call made it."""

    person_id: UUID
    new: bool


class Vault:
    """Who people are.

    database: see `VaultDatabase`; ids: source of ids that tell nothing of a person; ids in the order of time (UUID version 7)
    keep registering at its speed however full the vault is, random ones slow it to half at 300,000 persons;
    allow_synthetic: whether made-up identity numbers (prefix 469999) are taken.
    Every method may raise VaultUnavailable and KeyRefused, and refuses wrong input with Refused, naming every violation.
    """

    def __init__(
        self,
        database: VaultDatabase,
        masters: MasterKeys,
        lookup: LookupKey,
        clock: Clock,
        ids: Callable[[], UUID],
        *,
        allow_synthetic: bool = False,
    ) -> None:
        self._database = database
        self._custodian = Custodian(database, masters, lookup, clock)
        self._notes = Notes(self._custodian, ids)
        self._ids = ids
        self._allow_synthetic = allow_synthetic

    def create_tables(self) -> None:
        """Create what is missing and take in the keys, at every start; quick where there is nothing to do."""
        self._database.create_tables()
        self.take_in_keys()

    def take_in_keys(self) -> None:
        """Compare the keys with the vault's, and keep what is needed to do so in a new one."""
        with self._database.writing() as connection:
            require_keys(connection, self._custodian.masters, self._custodian.lookup)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def request_digest(self, body: bytes) -> bytes:
        """32 bytes that tell the bodies of two commands apart without letting anybody guess what is in them."""
        return self._custodian.lookup.request_digest(body)

    def register(self, persons: Sequence[PersonalData], actor: Actor, purpose: str) -> list[Registration]:
        """Give each person an id, in the order given, all in one transaction; at most BATCH_MAX.

        Ids are drawn in that order too. A person who is known by the identity number keeps id and data; of two with one
        number in a batch, the first one's data are kept. Refused: E-ID-*, E-FIELD-*, E-CODE-UNKNOWN, E-TOO-MANY.
        """
        values = [as_mapping(person) for person in persons]
        refusals = Refusals()
        weigh_purpose(purpose, refusals)
        weigh_count(len(persons), refusals, at="persons")
        for i, fields in enumerate(values):
            self._weigh_person(fields, refusals, at=f"persons[{i}].")
        refusals.raise_any()
        hashes = [self._custodian.lookup.hash_id_number(person.id_number) for person in persons]
        drafts = dict(zip(reversed(hashes), reversed(values), strict=True))
        with self._custodian.use(actor, "REGISTER", purpose) as use:
            self._database.lock_lookups(use.connection)
            known, new = self._claim(use, list(dict.fromkeys(hashes)))
            new |= self._nameless(use, known)
            sealed = {new[h]: self._seal(new[h], drafts[h]) for h in new}
            insert_persons(use.connection, sealed, use.at, actor.division)
            person_ids = known | new
            use.subjects = [UUID(bytes=person_ids[h]) for h in dict.fromkeys(hashes)]
        registrations = []
        for lookup in hashes:
            registrations.append(Registration(UUID(bytes=person_ids[lookup]), lookup in new))
            new.pop(lookup, None)
        return registrations

    def identify(self, id_numbers: Sequence[str], actor: Actor, purpose: str) -> list[UUID]:
        """The ids of the persons with these identity numbers, in their order; at most BATCH_MAX.

        Somebody who is not known gets an id, and nothing else is kept: no number and no name. Registered later, such a person
        keeps the id. The numbers are in order (`id_number.violations_of`); whoever asks has seen to that.
        """
        self._weigh(purpose, len(id_numbers))
        hashes = [self._custodian.lookup.hash_id_number(normalise(number)) for number in id_numbers]
        with self._custodian.use(actor, "IDENTIFY", purpose) as use:
            self._database.lock_lookups(use.connection)
            known, new = self._claim(use, list(dict.fromkeys(hashes)))
            person_ids = known | new
            use.subjects = [UUID(bytes=person_ids[h]) for h in dict.fromkeys(hashes)]
        return [UUID(bytes=person_ids[h]) for h in hashes]

    def find(self, id_number: str, actor: Actor, purpose: str) -> UUID | None:
        """The person with this identity number, if the vault knows one."""
        return self.find_all([id_number], actor, purpose)[0]

    def find_all(self, id_numbers: Sequence[str], actor: Actor, purpose: str) -> list[UUID | None]:
        """The persons with these identity numbers, in their order, None where unknown; at most BATCH_MAX."""
        self._weigh(purpose, len(id_numbers))
        hashes = [self._custodian.lookup.hash_id_number(normalise(n)) for n in id_numbers]
        with self._custodian.use(actor, "FIND", purpose) as use:
            self._database.lock_lookups(use.connection)
            found = person_ids_by_lookup(use.connection, hashes)
            use.subjects = [UUID(bytes=person_id) for person_id in found.values()]
        return [UUID(bytes=found[h]) if h in found else None for h in hashes]

    def read(self, person_ids: Sequence[UUID], actor: Actor, purpose: str, fields: Sequence[str]) -> dict[UUID, dict[str, str]]:
        """These fields of these persons, fields without a value left out; at most BATCH_MAX.

        Persons who are unknown or erased are not in the answer. Raises SealBroken where stored bytes were changed.
        """
        self._weigh(purpose, len(person_ids), fields)
        with self._custodian.use(actor, "READ", purpose) as use:
            sealed = sealed_persons(use.connection, [person_id.bytes for person_id in person_ids])
            use.subjects, use.fields = person_ids, fields
        return {
            UUID(bytes=person_id): {name: value for name, value in values.items() if name in fields}
            for person_id, values in ((i, self._unseal(i, s)) for i, s in sealed.items())
        }

    def offices_of(self, person_ids: Sequence[UUID]) -> dict[UUID, str]:
        """person id -> division of the office that registered them, erased or not; it tells nothing, so it is not logged."""
        with self._database.reading() as connection:
            known = offices_of(connection, [person_id.bytes for person_id in person_ids])
        return {UUID(bytes=person_id): office for person_id, office in known.items()}

    def update(self, person_id: UUID, changes: Mapping[str, str | None], actor: Actor, purpose: str = "CORRECTION") -> None:
        """Change these fields; None takes a value away. A corrected identity number must be nobody else's.

        Refused: E-PERSON-UNKNOWN, E-PERSON-ERASED, E-ID-TAKEN, E-ID-*, E-FIELD-*, E-CODE-UNKNOWN.
        """
        refusals = Refusals()
        weigh_purpose(purpose, refusals)
        for name in changes:
            refusals.unless(name in FIELDS, "E-FIELD-UNKNOWN", at=name)
        try:
            with self._custodian.use(actor, "UPDATE", purpose) as use:
                use.subjects, use.fields = [person_id], list(changes)
                self._replace(use, person_id.bytes, changes, refusals)
        except IntegrityError:
            # Somebody else came first with that number, between our look and our writing.
            refuse("E-ID-TAKEN", at="id_number")

    def erase(self, person_ids: Sequence[UUID], actor: Actor, reason: str) -> None:
        """Destroy these persons' keys, data, lookups and notes for ever; their ids stay, known as erased.

        The identity number may be registered anew, as a new person. Erasing the erased changes nothing but cuts the
        write-ahead log once more: the answer to ErasureUnfinished. What this cannot reach is told at
        `VaultDatabase.remove_old_copies`. Notes on households are not touched: see `erase_notes`.
        reason: code table erasure_reason. Refused: E-PERSON-UNKNOWN, E-CODE-UNKNOWN, E-TOO-MANY.
        """
        refusals = Refusals()
        weigh_reason(reason, refusals)
        weigh_count(len(person_ids), refusals, at="person_ids")
        refusals.raise_any()
        with self._custodian.use(actor, "ERASE", reason) as use:
            use.subjects = person_ids
            live = use.lock_persons([person_id.bytes for person_id in person_ids], live=False)
            if live:
                destroy_notes(use.connection, note_ids_of(use.connection, live), use.at)
                destroy_persons(use.connection, live, use.at)
                self._database.rebuild_lookup_index(use.connection)
        self._database.remove_old_copies()

    def forget(self, unheard_since: datetime, kept: Kept, actor: Actor, after: int = 0) -> Forgotten:
        """Forget persons of whom only a number was seen and no use was logged since; at most BATCH_MAX, in one transaction.

        kept: those of whom something is kept elsewhere, whom nobody forgets; after: where an earlier call ended. Only ids that
        tell when they were made (UUID version 7) are looked at. Afterwards, once for all calls: `tidy_forgotten`.
        """
        return forget(self._custodian, actor, FORGETTING, unheard_since, kept, after)

    def tidy_forgotten(self) -> None:
        """Remove old copies of what was forgotten from the files. Raises ErasureUnfinished; calling it again is the answer."""
        with self._database.writing() as connection:
            self._database.rebuild_lookup_index(connection)
        self._database.remove_old_copies()

    def put_note(self, note: NewNote, actor: Actor, purpose: str = "CASE_HANDLING") -> UUID:
        """Keep a free text outside the events; the id is what an event may hold."""
        return self._notes.put([note], actor, purpose)[0]

    def put_notes(self, notes: Sequence[NewNote], actor: Actor, purpose: str = "CASE_HANDLING") -> list[UUID]:
        """As `put_note`, for many, in one transaction. See `Notes.put`."""
        return self._notes.put(notes, actor, purpose)

    def read_notes(self, note_ids: Sequence[UUID], actor: Actor, purpose: str) -> dict[UUID, Note]:
        """The texts of these notes; unknown and erased ones are not in the answer."""
        return self._notes.read(note_ids, actor, purpose)

    def note_ids_of(self, owner_id: UUID) -> list[UUID]:
        """Ids of the notes on this person or household, oldest first; ids tell nothing, so this is not logged."""
        return self._notes.ids_of(owner_id)

    def erase_notes(self, note_ids: Sequence[UUID], actor: Actor, reason: str) -> None:
        """Destroy these notes for ever. See `erase`."""
        self._notes.erase(note_ids, actor, reason)

    def rotate(self, progress: Callable[[int, int], None]) -> int:
        """Wrap every data key anew with the current master key. See `rotation`. Return how many were wrapped."""
        return rotate(self._custodian, progress)

    def keys_in_use(self) -> dict[int, int]:
        """Number of the master key -> how many data keys it wraps: which old one is needed no more."""
        return count_keys(self._custodian)

    def count_persons(self) -> tuple[int, int]:
        """How many persons the vault knows, and how many of them are erased; a number tells nothing, so this is not logged."""
        with self._database.reading() as connection:
            return count_persons(connection)

    def access_log_head(self) -> LogHead:
        """The newest row of the access log; keep it elsewhere, to give it to `verify_access_log` later."""
        with self._database.reading() as connection:
            return access_log.head(connection)

    def verify_access_log(self, anchor: LogHead | None = None) -> LogVerdict:
        """Whether every row is as it was written and none is missing. anchor: a head kept elsewhere."""
        custodian = self._custodian
        with self._database.reading() as connection:
            # With the wrong key the first row would seem to be forged.
            require_keys(connection, custodian.masters, custodian.lookup, change=False)
            return access_log.verify(connection, custodian.lookup, anchor)

    def accesses_of(self, subject: UUID) -> list[LoggedAccess]:
        """Who looked at this person or household, oldest first. Reads the whole log."""
        with self._database.reading() as connection:
            return list(access_log.accesses_of(connection, subject))

    def _claim(self, use: Use, hashes: Sequence[bytes]) -> tuple[dict[bytes, bytes], dict[bytes, bytes]]:
        """(lookup -> person id of those known, lookup -> person id of those now made)."""
        known = person_ids_by_lookup(use.connection, hashes)
        wanted = {lookup: self._ids().bytes for lookup in hashes if lookup not in known}
        claimed = claim_lookups(use.connection, wanted)
        overtaken = [lookup for lookup in wanted if lookup not in claimed]
        known |= person_ids_by_lookup(use.connection, overtaken)
        return known, {lookup: wanted[lookup] for lookup in wanted if lookup in claimed}

    def _nameless(self, use: Use, known: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
        """Of those known the ones of whom only the id is kept; nobody else names them until the transaction ends."""
        named = named_persons(use.connection, list(known.values()))
        return {lookup: person_id for lookup, person_id in known.items() if person_id not in named}

    def _replace(self, use: Use, person_id: bytes, changes: Mapping[str, str | None], refusals: Refusals) -> None:
        use.lock_persons([person_id], live=True)
        present = self._unseal(person_id, sealed_persons(use.connection, [person_id])[person_id])
        changed = {**present, **changes}
        self._weigh_person(changed, refusals)
        refusals.raise_any()
        person = from_values(changed)
        lookup = self._custodian.lookup.hash_id_number(person.id_number)
        if person_ids_by_lookup(use.connection, [lookup]).get(lookup, person_id) != person_id:
            refuse("E-ID-TAKEN", at="id_number")
        replace_person(use.connection, person_id, self._seal(person_id, as_mapping(person)), lookup)

    def _weigh(self, purpose: str, count: int, fields: Sequence[str] = ()) -> None:
        refusals = Refusals()
        weigh_purpose(purpose, refusals)
        weigh_count(count, refusals, at="person_ids")
        for name in fields:
            refusals.unless(name in FIELDS, "E-FIELD-UNKNOWN", at="fields", value=name)
        refusals.raise_any()

    def _weigh_person(self, values: Mapping[str, str | None], refusals: Refusals, at: str = "") -> None:
        today = shanghai_date(self._custodian.clock.now())
        weigh_person(values, refusals, today, allow_synthetic=self._allow_synthetic, at=at)

    def _seal(self, person_id: bytes, values: Mapping[str, str]) -> Sealed:
        return seal(self._custodian.masters, person_id, to_bytes(values))

    def _unseal(self, person_id: bytes, sealed: Sealed) -> dict[str, str]:
        return from_bytes(unseal(self._custodian.masters, person_id, sealed))
