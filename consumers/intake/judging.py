"""Judges hospitals' records: decode, check, open the seals, find the persons; a batch asks the vault once.

What is wrong with a record becomes a dead letter: the record as it came, with the reasons beside it. What is wrong with our own
keys, vault or store is no reason to refuse anybody, and is raised.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from consumers.intake.intake import institution_of
from consumers.intake.letters import Letters
from registry.expenses.check import DAYS_MAX, REVERSED, Door, check
from registry.expenses.identities import newborn_id
from registry.expenses.person_tokens import PersonTokens
from registry.expenses.seal import IntakeKeys, SealedNumber
from registry.refusal import Refused, Violation
from registry.vault.id_number import violations_of
from schemas.catalogue import Catalogue
from schemas.clock import Clock, shanghai_date
from schemas.codec import Codec, Undecodable, dress
from schemas.divisions import Divisions
from schemas.messages import Message, Record

RECORD_KIND: Final = "hospital."

Identify = Callable[[Sequence[str]], Sequence[UUID]]
"""ID numbers in order -> the ids of their holders, known or new."""


@dataclass(slots=True)
class Case:
    """A record on its way: what it says (`bare`: as the codec's bare values), what is wrong with it, and whose it is."""

    record: Record
    institution: str
    record_type: str
    values: Mapping[str, Any]
    bare: Mapping[str, Any]
    violations: list[Violation]
    id_number: str | None = None
    person_id: UUID | None = None
    guardian_id: UUID | None = None


class ExpenseJudge:
    """Judges batches of records.

    keys: the intake's as they are now, asked once for each batch; identify: the vault's; divisions: the tree as it is now;
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
        source: str,
        *,
        allow_synthetic: bool = False,
    ) -> None:
        self._codec = Codec(catalogue)
        self._letters = Letters(catalogue, source)
        self._keys = keys
        self._tokens = tokens
        self._identify = identify
        self._divisions = divisions
        self._clock = clock
        self._allow_synthetic = allow_synthetic

    def judged(self, records: Sequence[Record]) -> Sequence[Message]:
        """One message for each record, in their order."""
        now = self._clock.now()
        divisions = self._divisions()
        doors = {topic: Door(institution_of(topic) or "", now, DAYS_MAX, divisions) for topic in {r.topic for r in records}}
        cases = [self._read(record, doors[record.topic]) for record in records]
        today = shanghai_date(now)
        self._look_behind_the_seals([case for case in cases if not case.violations], self._keys(), today)
        self._find_persons([case for case in cases if case.id_number is not None and not case.violations])
        return [self._message(case, now) for case in cases]

    def _read(self, record: Record, door: Door) -> Case:
        institution = door.institution
        try:
            schema, bare = self._codec.decode_bare_as_latest(record.value or b"")
            if not schema.event_type.startswith(RECORD_KIND):
                raise Undecodable(f"{schema.event_type} is no hospital's to send")
            values = dress(self._codec.catalogue.latest(schema.event_type), bare)
        except Undecodable:
            return Case(record, institution, "", {}, {}, [Violation("E-RECORD-UNREADABLE")])
        violations = list(check(schema.event_type, values, door))
        return Case(record, institution, schema.event_type, values, bare, violations)

    def _look_behind_the_seals(self, cases: Sequence[Case], keys: IntakeKeys, today: date) -> None:
        sealed = []
        for case in cases:
            if case.values["person_token"] is None:
                sealed.append(case)
            else:
                self._open_token(case)
        numbers = keys.open_all([SealedNumber(case.values["key_id"], case.values["sealed_id"]) for case in sealed])
        for case, number in zip(sealed, numbers, strict=True):
            if isinstance(number, Refused):
                case.violations.extend(number.violations)
            else:
                wrong = violations_of(number, today=today, allow_synthetic=self._allow_synthetic, at="sealed_id")
                case.violations.extend(wrong)
                case.id_number = number

    def _open_token(self, case: Case) -> None:
        try:
            self._is(case, self._tokens.open(case.values["person_token"], case.institution))
        except Refused as refused:
            case.violations.extend(refused.violations)

    def _find_persons(self, cases: Sequence[Case]) -> None:
        if cases:
            found = self._identify([case.id_number or "" for case in cases])
            for case, person_id in zip(cases, found, strict=True):
                self._is(case, person_id)

    @staticmethod
    def _is(case: Case, person_id: UUID) -> None:
        """It is this person's, or a newborn's of this person."""
        newborn_no = case.values["newborn_no"]
        case.person_id = person_id if newborn_no is None else newborn_id(person_id, newborn_no)
        case.guardian_id = None if newborn_no is None else person_id

    def _message(self, case: Case, now: datetime) -> Message:
        if case.violations or case.person_id is None:
            wrong = {violation.field for violation in case.violations}
            settlement_id = None if "settlement_id" in wrong else case.values.get("settlement_id")
            return self._letters.dead(case.record, case.institution, settlement_id, case.violations, now)
        reversed_ = case.record_type == REVERSED
        kind = case.record_type.rpartition("_")[2].upper()
        person = case.person_id, case.guardian_id
        return self._letters.accepted(case.record, case.values, kind, person, now, settled=not reversed_, bare=case.bare)
