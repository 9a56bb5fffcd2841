"""The door for what hospitals say otherwise than in their own topics: checked, sealed, and in the topic before it is answered.

A hospital learns that a record was taken in, and a token for the person: known to the register or not, poor or not, the answer is
the same. What is wrong is told row by row; the other rows are taken in. The intake judges the records again, as it does all.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from registry.expenses.check import DAYS_MAX, Door, check
from registry.expenses.person_tokens import PersonTokens
from registry.expenses.records import HospitalRecords
from registry.expenses.seal import IntakeKeys, seal
from registry.hospitals.sent import RECORD_TYPES, Sent, read_sent, record_values
from registry.refusal import Refused, Violation, refuse
from registry.vault.id_number import normalise, violations_of
from schemas.access import Actor
from schemas.catalogue import Catalogue
from schemas.clock import Clock, shanghai_date
from schemas.divisions import Divisions
from schemas.log_errors import UnknownTopic
from schemas.messages import Message
from schemas.topic_rights import CODES, Kind

PURPOSE: Final = "EXPENSE_MATCHING"
BATCH_MAX: Final = 500
"""Rows of one request, and of one append."""

Identify = Callable[[Sequence[str], Actor, str], Sequence[UUID]]
"""ID numbers in order, who asks and what for -> the ids of their holders, known or new."""
Append = Callable[[Sequence[Message]], None]
"""Puts records into the log; they are durable when it returns. Raises UnknownTopic, LogUnavailable."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a row: a token for its person, or what is wrong with it.

    settlement_id: None where it is not in order, since it may be anything then.
    """

    settlement_id: str | None
    settlement_version: int | None
    person_token: str | None
    violations: tuple[Violation, ...] = ()

    @property
    def taken_in(self) -> bool:
        """Whether it is in the log."""
        return not self.violations


@dataclass(slots=True)
class _Row:
    """A row on its way. number: the patient's or the mother's, only while it is looked up; person_id: of its holder."""

    record_type: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)
    number: str | None = None
    person_id: UUID | None = None

    @property
    def in_order(self) -> bool:
        return not self.violations


class ExpenseDoor:
    """Takes rows in, for any number of threads.

    keys: the intake's as they are now; divisions: the tree as it is now; append: may be called by any thread;
    allow_synthetic: whether made-up ID numbers are taken.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        keys: Callable[[], IntakeKeys],
        tokens: PersonTokens,
        identify: Identify,
        divisions: Callable[[], Divisions],
        clock: Clock,
        append: Append,
        *,
        allow_synthetic: bool = False,
    ) -> None:
        self._records = HospitalRecords(catalogue)
        self._keys = keys
        self._tokens = tokens
        self._identify = identify
        self._divisions = divisions
        self._clock = clock
        self._append = append
        self._allow_synthetic = allow_synthetic

    @property
    def public_key(self) -> tuple[str, str]:
        """The id of the key to seal with, and its public half in base64."""
        return self._keys().current

    def take_in(self, rows: Sequence[Any], actor: Actor, *, rehearse: bool = False) -> list[Answer]:
        """One answer for each row, in their order; those in order are in the log then, in one append.

        rows: parsed JSON, or cells, or a Refused that says why one cannot be read; actor: speaks for the hospital that its
        organisation is; rehearse: check, and append nothing.
        Raises Refused: E-INSTITUTION-KEY, E-TOO-MANY, E-HOSPITAL-UNKNOWN; LogUnavailable, and what the vault raises: nothing is
        taken in then, or the log does not say; sent again, it counts once.
        """
        institution = hospital_of(actor)
        if len(rows) > BATCH_MAX:
            refuse("E-TOO-MANY", count=len(rows), maximum=BATCH_MAX)
        now = self._clock.now()
        door = Door(institution, now, DAYS_MAX, self._divisions())
        read = [self._read(data, door) for data in rows]
        if not rehearse:
            self._find_persons([row for row in read if row.in_order and row.number is not None], actor)
            self._put(institution, [row for row in read if row.in_order])
        return [self._answer(row, institution) for row in read]

    def _read(self, data: Any, door: Door) -> _Row:
        row = _Row()
        if isinstance(data, Refused):
            row.violations.extend(data.violations)
            return row
        try:
            sent = read_sent(data)
            row.record_type = RECORD_TYPES[sent.kind]
            row.values = record_values(sent, door.institution)
        except Refused as refused:
            row.violations.extend(refused.violations)
            clear = data.get("id_number") if isinstance(data, Mapping) else None
            if isinstance(clear, str):
                row.violations.extend(self._wrong_with(clear, "id_number", door))
            return row
        self._name_person(row, sent, door)
        row.violations.extend(check(row.record_type, row.values, door))
        return row

    def _name_person(self, row: _Row, sent: Sent, door: Door) -> None:
        """Whose it is; a clear number is sealed here and nowhere written down. What is wrong with the naming is noted."""
        values = row.values
        given = [name for name in ("id_number", "sealed_id", "person_token") if getattr(sent, name) is not None]
        if len(given) != 1:
            row.violations.append(Violation("E-PERSON-REF", "id_number"))
            # The check would say the same again of the fields of the record.
            values |= {"sealed_id": None, "key_id": None, "person_token": ""}
            return
        try:
            if sent.person_token is not None:
                row.person_id = self._tokens.open(sent.person_token, door.institution)
                return
            number, at = self._number_of(sent, values)
        except Refused as refused:
            row.violations.extend(refused.violations)
            return
        row.violations.extend(self._wrong_with(number, at, door))
        row.number = normalise(number)
        if sent.id_number is not None:
            key_id, public = self._keys().current
            # What is not in order goes nowhere; and not everything that is sent as a number can be sealed as one.
            sealed = seal(row.number, public) if row.in_order else b""
            values |= {"sealed_id": sealed, "key_id": key_id}

    def _wrong_with(self, number: str, at: str, door: Door) -> list[Violation]:
        return violations_of(number, today=shanghai_date(door.now), allow_synthetic=self._allow_synthetic, at=at)

    def _number_of(self, sent: Sent, values: Mapping[str, Any]) -> tuple[str, str]:
        """The number, and the field that says it. Raises Refused (E-SEAL)."""
        if sent.id_number is not None:
            return sent.id_number, "id_number"
        if sent.key_id is None:
            refuse("E-FIELD-MISSING", at="key_id")
        return self._keys().open(sent.key_id, values["sealed_id"]), "sealed_id"

    def _find_persons(self, rows: Sequence[_Row], actor: Actor) -> None:
        if rows:
            found = self._identify([row.number or "" for row in rows], actor, PURPOSE)
            for row, person_id in zip(rows, found, strict=True):
                row.person_id, row.number = person_id, None

    def _put(self, institution: str, rows: Iterable[_Row]) -> None:
        messages = [self._records.message(row.record_type, row.values, institution) for row in rows]
        if not messages:
            return
        try:
            self._append(messages)
        except UnknownTopic:
            refuse("E-HOSPITAL-UNKNOWN")

    def _answer(self, row: _Row, institution: str) -> Answer:
        wrong = {violation.field for violation in row.violations}
        settlement_id = None if "settlement_id" in wrong else row.values.get("settlement_id")
        token = None
        if row.in_order and row.person_id is not None:
            token = self._tokens.give(row.person_id, institution)
        return Answer(settlement_id, row.values.get("settlement_version"), token, tuple(_once(row.violations)))


def hospital_of(actor: Actor) -> str:
    """The hospital that an actor speaks for. Raises Refused (E-INSTITUTION-KEY) where its organisation is none."""
    if not CODES[Kind.HOSPITAL].fullmatch(actor.organisation):
        refuse("E-INSTITUTION-KEY", at="institution")
    return actor.organisation


def _once(violations: Sequence[Violation]) -> list[Violation]:
    """The same is not said twice of one field."""
    return list({(violation.code, violation.field): violation for violation in violations}.values())
