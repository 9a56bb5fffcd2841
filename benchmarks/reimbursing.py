"""What is reimbursed to 121,000 entitled persons among a million, of 75,000 settlements a month kept for a year."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Connection

from benchmarks.figure import Figure, median, seconds_of
from projections.bulk import insert_rows
from projections.database import FOREVER, NO_END, open_engine, snapshot, writing
from projections.expenses.tables import AMOUNTS, MEMBERSHIP, SETTLEMENT
from projections.expenses.tables import METADATA as EXPENSES
from projections.register.codes import NO_OVERLAY, STATUS_NUMBERS
from projections.register.queries.fields import day_number
from projections.register.tables import HISTORY, MEMBER
from projections.register.tables import METADATA as REGISTER
from projections.reimbursement.figures import summed
from projections.reimbursement.rule import shipped_targets
from projections.reimbursement.settled import settled
from schemas.divisions import Level
from tests.support.register_rows import row_of, with_villages

PROVINCE, COUNTY = "460000000000", "469024000000"
HOUSEHOLDS, ENTITLED = 270_000, 32_600
SETTLEMENTS_A_MONTH, OF_ENTITLED = 75_000, 0.2
YEAR = 2020
ROUNDS = 5
MEDICAL = (("21", "INPATIENT", 0.5), ("14", "CHRONIC_OUTPATIENT", 0.7), ("11", "OUTPATIENT", 1.0))
WORDS = ("relation", "sex", "ethnicity", "health", "labour", "education", "school_status", "insurance", "social_assistance")


def measure() -> Iterator[Figure]:
    """Made once; then every question a few times."""
    with tempfile.TemporaryDirectory() as folder:
        yield from measured(*(f"sqlite:///{Path(folder, name)}.db" for name in ("register", "expenses")))


def measured(register_url: str, expenses_url: str) -> Iterator[Figure]:
    """In these two databases, which are empty."""
    with ExitStack() as stack:
        register, expenses = open_engine(register_url), open_engine(expenses_url)
        stack.callback(register.dispose)
        stack.callback(expenses.dispose)
        REGISTER.create_all(register)
        EXPENSES.create_all(expenses)
        with writing(register) as ours, writing(expenses) as theirs:
            _fill(ours, theirs, Random(1))
        march, april = day_number(date(YEAR, 3, 1)), day_number(date(YEAR, 4, 1))
        first, last = day_number(date(YEAR, 1, 1)), day_number(date(YEAR, 12, 31))
        for name, goal_ms, division, begun, end in (
            ("reimbursement of a month, province", 1000, PROVINCE, march, april - 1),
            ("reimbursement of a month, a county", 1000, COUNTY, march, april - 1),
            ("reimbursement of a year, province", None, PROVINCE, first, last),
        ):
            with snapshot(register) as ours, snapshot(expenses) as theirs:
                ask = _question(ours, theirs, division, begun, end)
                found = ask()
                spent_ms = 1000 * median([seconds_of(ask) for _ in range(ROUNDS)])
            goal = "" if goal_ms is None else f"<= {goal_ms} ms"
            yield Figure(f"{name} ({found:,} count)", f"{spent_ms:,.0f} ms", None, goal, goal_ms is None or spent_ms <= goal_ms)


def _question(register: Connection, expenses: Connection, division: str, first: int, last: int) -> Callable[[], int]:
    def ask() -> int:
        found = settled(register, expenses, division, first, last)
        return sum(sums.settlements for sums in summed(found, ("county",), lambda _year: shipped_targets()).values())

    return ask


def _fill(register: Connection, expenses: Connection, chance: Random) -> None:
    villages = [int(division.code) for division in with_villages(10).at_level(Level.VILLAGE)]
    persons: list[bytes] = []
    entitled: list[bytes] = []
    for start in range(0, HOUSEHOLDS, 10_000):
        histories: list[Any] = []
        members: list[Any] = []
        memberships: list[Any] = []
        for number in range(start, min(HOUSEHOLDS, start + 10_000)):
            household_id = chance.randbytes(16)
            histories += _history(household_id, chance.choice(villages), number < ENTITLED)
            for _ in range(chance.choice((3, 4, 4, 4))):
                person_id = chance.randbytes(16)
                tekun = number < ENTITLED and chance.random() < 0.02
                (entitled if number < ENTITLED else persons).append(person_id)
                words = dict.fromkeys(WORDS, "X")
                past = "17000:TEKUN" if tekun else ""
                members.append(row_of(MEMBER, household_id=household_id, person_id=person_id, assistance_past=past, **words))
                memberships.append((person_id, 1, household_id, 17_000, None, chance.randbytes(16), None, 1))
        insert_rows(register, HISTORY, histories)
        insert_rows(register, MEMBER, members)
        insert_rows(expenses, MEMBERSHIP, memberships)
    for month in range(1, 13):
        rows = (
            _settlement(chance, month, entitled if chance.random() < OF_ENTITLED else persons) for _ in range(SETTLEMENTS_A_MONTH)
        )
        insert_rows(expenses, SETTLEMENT, list(rows))


def _history(household_id: bytes, division: int, entitled: bool) -> Iterator[tuple[Any, ...]]:
    """Three rectangles that are believed, and three that were."""
    statuses = ("IN_IDENTIFICATION", "REGISTERED", "EXITED_WITH_POLICY") if entitled else ("NOT_REGISTERED",) * 3
    days = (17_000, 17_500, 18_000, NO_END)
    for number, status in enumerate(statuses):
        span = days[number], 1_000 + number, days[number + 1]
        yield (division, household_id, *span, FOREVER, STATUS_NUMBERS[status], NO_OVERLAY, 1, 4)
        yield (division, household_id, span[0], number, span[2], 1_000 + number, STATUS_NUMBERS[status], NO_OVERLAY, 1, 3)


def _settlement(chance: Random, month: int, among: list[bytes]) -> tuple[Any, ...]:
    kind = chance.random()
    med_type, care, _ = next(one for one in MEDICAL if kind < one[2])
    on = day_number(date(YEAR, month, 1) + timedelta(days=chance.randrange(28)))
    total = chance.randrange(10_000, 2_000_000)
    personal = int(total * chance.choice((0.05, 0.08, 0.1, 0.12, 0.3)))
    amounts = dict.fromkeys(AMOUNTS, 0) | {"total_fee": total, "basic_pay": total - personal, "personal_pay": personal}
    hospital = f"H4690{chance.randrange(21, 31)}0{chance.randrange(1, 20):04}"
    told = {"institution": hospital, "encounter_ref": chance.randbytes(16), "insutype": "390", "med_type": med_type, "care": care}
    dates = {"admitted_on": on - 3, "discharged_on": on, "settled_at": on * 86_400_000_000, "accepted_at": on * 86_400_000_000}
    facts = {"residence_division": int(COUNTY), "hukou_kind": "RURAL", "diagnosis_category": "OTHER", "stage": "FINAL"}
    key = {"expense_id": chance.randbytes(16), "rank": chance.randbytes(37), "partition": 0, "kind": "REPORTED"}
    version = {"settlement_version": 1, "person_id": chance.choice(among)}
    return row_of(SETTLEMENT, **key, **version, **told, **dates, **facts, **amounts)
