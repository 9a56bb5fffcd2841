"""What if: a period's expenses under another policy. Who would have been warned, beside who was, and who would be as things are.

The expenses are those that count now, with every correction that came since; memberships and standings are as they are believed
now. So the policy in force is asked too: what it finds other than what was raised is not the other policy's doing. It tells the
highest level that a subject's windows reach within the period, and changes nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, Engine

from consumers.warning.assessment import PolicyFor
from consumers.warning.judgement import Judgement
from consumers.warning.reading import Known, read_known
from projections.database import snapshot
from projections.days import DAY_US, first_instant
from projections.expenses.queries.cases import RaisedCase, raised_cases
from projections.expenses.queries.expenses import with_expenses_between
from registry.early_warning.assess import AssessEarlyWarning
from registry.early_warning.levels import NONE, opens_a_case
from registry.early_warning.warnings import case_id_of
from schemas.uncollected import uncollected

AT_ONCE: Final = 4000
"""Persons of whom what is known is read at once."""
_EPOCH: Final = date(1970, 1, 1)

Told = Callable[[int], None]
"""Learns of so many further persons that are done."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """On one subject of whom any of the three warns. A level is NONE where there is no case (BLUE is watched only).

    case_id: of the case that was raised within the period; else the one that the subject's next case would have. raised: how
    severe that case became; in_force, then: the levels under the policy in force and under the other one; rules: what fires under
    the other.
    """

    case_id: UUID
    subject_kind: str
    subject_id: UUID
    division: str
    unclaimed: bool
    raised: str
    in_force: str
    then: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Asks two read models. in_force, other: the two policies; first, last: the days on which a window may end."""

    in_force: PolicyFor
    other: PolicyFor
    first: date
    last: date
    province: str

    def persons(self, expenses: Engine) -> list[UUID]:
        """Everybody who was treated in the period, in the order of their ids."""
        with snapshot(expenses) as connection:
            found = with_expenses_between(connection, (self.first - _EPOCH).days, (self.last - _EPOCH).days)
        return [UUID(bytes=person_id) for person_id in sorted(found)]

    def verdicts(self, expenses: Engine, register: Engine, persons: list[UUID], told: Told) -> Iterator[Verdict]:
        """On everybody of whom one of the three warns; in no order. Raises NotYetKnown."""
        with snapshot(expenses) as connection, snapshot(register) as households:
            cases = _Cases(raised_cases(connection), self.first, self.last)
            yield from self._found(connection, households, persons, cases, told)
            yield from cases.others()

    def _found(
        self, expenses: Connection, register: Connection, persons: list[UUID], cases: "_Cases", told: Told
    ) -> Iterator[Verdict]:
        judgements = [
            Judgement(policy_for, self.last, self.province, self.first, self.last) for policy_for in (self.in_force, self.other)
        ]
        seen: set[UUID] = set()
        for start in range(0, len(persons), AT_ONCE):
            some = persons[start : start + AT_ONCE]
            with uncollected():
                known = read_known(expenses, register, some)
                fresh = known.households_of(some) - seen
                seen |= fresh
                found = [*_of_households(known, fresh, judgements), *_of_persons(known, some, judgements)]
            for verdict in found:
                if (said := cases.verdict(*verdict)) is not None:
                    yield said
            told(len(some))


def _of_households(
    known: Known, households: set[UUID], judgements: list[Judgement]
) -> Iterator[tuple[AssessEarlyWarning, AssessEarlyWarning]]:
    for household_id in sorted(households):
        in_force, other = (judgement.household(known, household_id) for judgement in judgements)
        yield in_force, other


def _of_persons(
    known: Known, persons: list[UUID], judgements: list[Judgement]
) -> Iterator[tuple[AssessEarlyWarning, AssessEarlyWarning]]:
    for person_id in persons:
        if all(judgement.is_small(known, person_id) for judgement in judgements):
            continue
        in_force, other = (judgement.person(known, person_id) for judgement in judgements)
        if isinstance(in_force, AssessEarlyWarning) and isinstance(other, AssessEarlyWarning):
            yield in_force, other


class _Cases:
    """What was raised: all of each subject, and of these the latest within the period."""

    def __init__(self, raised: list[RaisedCase], first: date, last: date) -> None:
        begin, end = first_instant((first - _EPOCH).days), first_instant((last - _EPOCH).days) + DAY_US
        self._episodes: dict[bytes, int] = defaultdict(int)
        self._within: dict[bytes, RaisedCase] = {}
        for case in raised:
            self._episodes[case.subject_id] += 1
            if begin <= case.raised_at < end:
                self._within[case.subject_id] = case

    def verdict(self, in_force: AssessEarlyWarning, other: AssessEarlyWarning) -> Verdict | None:
        """None where nobody warns. A subject is asked about once."""
        subject_id = other.subject_id
        case = self._within.pop(subject_id.bytes, None)
        if case is None and not opens_a_case(in_force.level) and not opens_a_case(other.level):
            return None
        own = case_id_of(subject_id, self._episodes[subject_id.bytes] + 1) if case is None else UUID(bytes=case.case_id)
        return Verdict(
            own,
            other.subject_kind,
            subject_id,
            other.division,
            other.unclaimed,
            NONE if case is None else case.level,
            _level(in_force),
            _level(other),
            tuple(sorted({rule.rule for rule in other.fired})) if opens_a_case(other.level) else (),
        )

    def others(self) -> Iterator[Verdict]:
        """What was raised of those of whom nobody warns any more: their expenses were taken back, or are somebody else's."""
        for case in self._within.values():
            yield Verdict(
                UUID(bytes=case.case_id), case.subject_kind, UUID(bytes=case.subject_id), case.division, False, case.level, NONE,
                NONE, (),
            )  # fmt: skip


def _level(command: AssessEarlyWarning) -> str:
    return command.level if opens_a_case(command.level) else NONE


def counted(verdicts: list[Verdict], county_of: Callable[[str], str]) -> Mapping[tuple[str, str], tuple[int, int, int]]:
    """(county, level) -> how many were raised, would be under the policy in force, and would be under the other one."""
    found: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for verdict in verdicts:
        county = county_of(verdict.division)
        for column, level in enumerate((verdict.raised, verdict.in_force, verdict.then)):
            if level != NONE:
                found[county, level][column] += 1
    return {key: (counts[0], counts[1], counts[2]) for key, counts in found.items()}
