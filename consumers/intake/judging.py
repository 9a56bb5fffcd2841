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
from registry.expenses.seal import IntakeKeys
from registry.refusal import Refused, Violation
from registry.vault.id_number import violations_of
from schemas.catalogue import Catalogue
from schemas.clock import Clock, shanghai_date
from schemas.codec import Codec, Undecodable
from schemas.divisions import Divisions
from schemas.messages import Message, Record

RECORD_KIND: Final = "hospital."

Identify = Callable[[Sequence[str]], Sequence[UUID]]
"""ID numbers in order -> the ids of their holders, known or new."""


@dataclass(slots=True)
class Case:
    """A record on its way: what it says, what is wrong with it, and whose it is."""

    record: Record
    institution: str
    record_type: str
    values: Mapping[str, Any]
    violations: list[Violation]
    id_number: str | None = None
    person_id: UUID | None = None
    guardian_id: UUID | None = None


class ExpenseJudge:
    """Judges batches of records.

    identify: the vault's; divisions: the tree as it is now; allow_synthetic: whether made-up ID numbers are taken.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        keys: IntakeKeys,
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
        cases = [self._read(record, now, divisions) for record in records]
        today = shanghai_date(now)
        for case in cases:
            if not case.violations:
                self._look_behind_the_seal(case, today)
        self._find_persons([case for case in cases if case.id_number is not None and not case.violations])
        return [self._message(case, now) for case in cases]

    def _read(self, record: Record, now: datetime, divisions: Divisions) -> Case:
        institution = institution_of(record.topic) or ""
        try:
            schema, values = self._codec.decode_as_latest(record.value or b"")
        except Undecodable:
            return Case(record, institution, "", {}, [Violation("E-RECORD-UNREADABLE")])
        if not schema.event_type.startswith(RECORD_KIND):
            return Case(record, institution, "", {}, [Violation("E-RECORD-UNREADABLE")])
        violations = list(check(schema.event_type, values, Door(institution, now, DAYS_MAX, divisions)))
        return Case(record, institution, schema.event_type, values, violations)

    def _look_behind_the_seal(self, case: Case, today: date) -> None:
        values = case.values
        try:
            if values["person_token"] is not None:
                self._is(case, self._tokens.open(values["person_token"], case.institution))
                return
            number = self._keys.open(values["key_id"], values["sealed_id"])
        except Refused as refused:
            case.violations.extend(refused.violations)
            return
        case.violations.extend(violations_of(number, today=today, allow_synthetic=self._allow_synthetic, at="sealed_id"))
        case.id_number = number

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
        return self._letters.accepted(
            case.record, case.values, kind, (case.person_id, case.guardian_id), now, settled=not reversed_
        )
