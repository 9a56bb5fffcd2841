"""People of a township with bills from two hospitals, and what a plain reader of the rules expects to come of them.

people = BilledPeople(settings, seed=1)
people.settle()                          # the households are registered
for bill in people.bills(1): ...         # a round of them, in an order that chance gives
    people.report(bill)
people.expected()                        # of what was reported: subject -> Expected

Whoever reads the rules plainly adds up each person's bills and looks for the highest line that the sum passes; what is counted
here is counted without the intake, its windows, its read models or its policy (domain, early warning: P1-P4, G1-G2).
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import Any, Final
from uuid import UUID

from deploy.composition.intake_keys import read_intake_keys
from deploy.composition.log_side import open_producer
from deploy.composition.write_side import register_clock, write_side
from deploy.settings import Settings
from registry.expenses.check import CORRECTED, REPORTED
from registry.expenses.identities import expense_id
from registry.expenses.seal import seal
from registry.vault.id_number import synthetic_id
from registry.vault.personal_data import PersonalData
from schemas.access import Actor
from tests.support.expenses import amounts, settlement
from tests.support.families import newcomer, opening
from tests.support.hospital_reports import HOSPITALS
from tests.support.installation import ON, VILLAGE, request
from tests.support.intake import written

TOWNSHIP, COUNTY, PROVINCE = "469030100000", "469030000000", "460000000000"
OFFICER = Actor("officer-1", "COUNTY_OFFICER", "office-1", COUNTY)
HOUSEHOLDS, ALONE, ROUND = 16, 16, 24
"""Households of two; people in none; bills of a round, beside the one that is certain to warn."""
SMALL, FALSE_EVERY = Decimal(50), 11
LINES: Final = {
    True: {"P1": 3000, "P2": 5000, "P3": 10000, "P4": 20000, "G1": 20000, "G2": 50000},
    False: {"P1": 6000, "P2": 12900, "P3": 20000, "P4": 26000, "G1": 30000, "G2": 80000},
}
"""Yuan, of the registered and of everybody else."""
LEVELS: Final = {"P1": 1, "P2": 2, "P3": 3, "P4": 4, "G1": 1, "G2": 2}
NAMES: Final = ("", "BLUE", "YELLOW", "ORANGE", "RED")


@dataclass(frozen=True, slots=True)
class Bill:
    """One record of a hospital's. person: its number."""

    number: int
    person: int
    personal: Decimal
    paid: Decimal
    version: int = 1
    false: bool = False

    @property
    def institution(self) -> str:
        return HOSPITALS[self.number % 2]

    @property
    def record(self) -> tuple[UUID, int]:
        """What tells two accepted records apart."""
        return expense_id(self.institution, f"S{self.number:06d}"), self.version


@dataclass(frozen=True, slots=True)
class Expected:
    """The one case of a subject: the highest level that it reached, the amount that it rests on, and whose office has it."""

    level: str
    basis: Decimal
    division: str


@dataclass
class BilledPeople:
    """Of one installation. Persons 0 and 1 are household 0's, and so on; those after the last household's are in none."""

    settings: Settings
    seed: int
    reported: list[Bill] = field(default_factory=list)
    persons: dict[int, UUID] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._chance = Random(self.seed)
        self._numbers = iter(range(1, 10**6))
        self._certain = iter(range(2 * HOUSEHOLDS + ALONE, 10**6))
        self._grown: set[int] = set()

    def settle(self) -> None:
        """Have the households registered, and the hospitals' producer opened."""
        with write_side(self.settings) as side:
            numbers = range(2 * HOUSEHOLDS)
            known = side.vault.register(
                [PersonalData(name=f"某{n}", id_number=id_of(n)) for n in numbers], OFFICER, "REGISTRATION"
            )
            self.persons = {n: found.person_id for n, found in zip(numbers, known, strict=True)}
            for number in range(HOUSEHOLDS):
                couple = (self.persons[2 * number], self.persons[2 * number + 1])
                head, spouse = newcomer(couple[0], "HEAD", "MALE"), newcomer(couple[1], "SPOUSE", "FEMALE")
                side.service.execute(
                    opening(household_of(number), head, spouse, division=VILLAGE, effective_on=ON), request(OFFICER)
                )
        self._clock = register_clock(self.settings)
        self._key_id, self._public = read_intake_keys(self.settings).current
        self._producer = open_producer(self.settings, None, self._clock)

    def bills(self) -> Iterator[Bill]:
        """A round: of anybody, some corrected to more, some with amounts that cannot be; the last one is certain to warn anew."""
        for _ in range(ROUND):
            older = [b for b in self.reported if b.version == 1 and not b.false and b.number not in self._grown]
            if older and self._chance.random() < 0.15:
                grown = self._chance.choice(older)
                self._grown.add(grown.number)
                yield Bill(grown.number, grown.person, grown.personal + 700, grown.paid, version=2)
                continue
            person = self._chance.randrange(2 * HOUSEHOLDS + ALONE)
            personal = Decimal(self._chance.choice((20, 900, 2600, 4200, 9000, 15000)))
            paid = Decimal(self._chance.choice((100, 100, 24_000)))
            number = next(self._numbers)
            yield Bill(number, person, personal, paid, false=number % FALSE_EVERY == 0)
        yield Bill(next(n for n in self._numbers if n % FALSE_EVERY), next(self._certain), Decimal(30_000), Decimal(100))

    def report(self, bill: Bill) -> None:
        """Have the hospital write it into the log."""
        named: dict[str, Any] = {
            "sealed_id": seal(id_of(bill.person), self._public),
            "key_id": self._key_id,
            "person_token": None,
        }
        stay = {
            "admitted_on": date(2020, 3, 2),
            "discharged_on": date(2020, 3, 3),
            "settled_at": datetime(2020, 3, 3, 8, tzinfo=UTC),
        }
        money = amounts(str(bill.personal + bill.paid), str(bill.personal))
        lives = {"residence_division": residence_of(bill.person), "settlement_version": bill.version}
        values = settlement(bill.number, institution=bill.institution, **(named | stay | money | lives))
        if bill.false:
            values["total_fee"] += 1
        self._producer.append([written(bill.institution, CORRECTED if bill.version > 1 else REPORTED, values)])
        self.reported.append(bill)

    def close(self) -> None:
        self._producer.close()

    def expected(self) -> dict[UUID, Expected]:
        """Subject -> the case that the rules give it, for all of whom there is one."""
        latest = {bill.number: bill for bill in sorted(self.reported, key=lambda bill: bill.version) if not bill.false}
        of_person: dict[int, list[Bill]] = defaultdict(list)
        for bill in latest.values():
            of_person[bill.person].append(bill)
        self._identify([person for person in of_person if person not in self.persons])
        subjects: dict[UUID, list[int]] = defaultdict(list)
        for person in of_person:
            listed = person < 2 * HOUSEHOLDS
            subjects[household_of(person // 2) if listed else self.persons[person]].append(person)
        found = {subject: _judged([of_person[person] for person in people], people[0]) for subject, people in subjects.items()}
        return {subject: expected for subject, expected in found.items() if expected is not None}

    def _identify(self, numbers: list[int]) -> None:
        with write_side(self.settings) as side:
            known = side.vault.identify([id_of(number) for number in numbers], OFFICER, "EXPENSE_MATCHING") if numbers else []
        self.persons |= dict(zip(numbers, known, strict=True))


def _judged(people: list[list[Bill]], first: int) -> Expected | None:
    """What is expected of the bills of people who belong together."""
    lines = LINES[first < 2 * HOUSEHOLDS]
    level, personal, gross = 0, Decimal(0), Decimal(0)
    for bills in people:
        own = sum((bill.personal for bill in bills if bill.personal >= SMALL), Decimal(0))
        costs = [bill.personal + bill.paid for bill in bills]
        amount = dict.fromkeys(("P1", "P2", "P3", "P4"), own) | {"G1": max(costs), "G2": sum(costs, Decimal(0))}
        fired = [rule for rule, line in lines.items() if amount[rule] >= line]
        level = max([level, *(LEVELS[rule] for rule in fired)])
        # Whatever fires for a person, what it is weighed by is what that person paid within the same days.
        personal = max(personal, own if {"P1"} & set(fired) else Decimal(0))
        gross = max([gross, *(amount[rule] for rule in fired if rule in ("G1", "G2"))])
    return None if not level else Expected(NAMES[level], personal or gross, office_of(first))


def household_of(number: int) -> UUID:
    """The id of a household."""
    return UUID(int=(0xB111 << 64) + number)


def id_of(person: int) -> str:
    """A made-up ID number; of a household the head's is a man's and the other a woman's."""
    return synthetic_id(date(1960 + person // 400, 5, 1 + person // 20 % 20), 1 + person % 20 + 20 * (person // 8000))


def residence_of(person: int) -> str:
    """What a hospital knows of where a person lives: of one in three that is in no household the county alone."""
    return COUNTY if person >= 2 * HOUSEHOLDS and person % 3 == 0 else TOWNSHIP


def office_of(person: int) -> str:
    """Whose the case is."""
    return residence_of(person)
