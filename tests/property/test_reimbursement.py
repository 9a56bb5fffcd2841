"""What is reimbursed to the entitled is the same in whatever order everything comes, and what a plain reading of it gives."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from projections.days import date_of
from projections.expenses.queries.expenses import expenses_of
from projections.expenses.queries.membership import memberships_of
from projections.register.codes import OVERLAYS, STATUSES
from projections.register.queries.moments import Moment, believed
from projections.register.tables import HISTORY
from projections.reimbursement.entitled import STATUSES as ENTITLED
from schemas.messages import Message
from tests.support.expense_facts import ACCEPTED_ON
from tests.support.families import FATHER, MOTHER, NEIGHBOUR, SON
from tests.support.plain_register import day_number
from tests.support.random_lives import random_neighbourhood, random_patients
from tests.support.reimbursement import BothModels, spent
from tests.support.scenario import day

PROVINCE = "460000000000"
FIRST, LAST = day_number(date(2018, 9, 1)), day_number(date(2020, 12, 31))
PATIENTS = (FATHER, MOTHER, SON, NEIGHBOUR)
SEEDS = st.integers(0, 2**32)


@pytest.fixture(scope="module")
def models() -> Iterator[BothModels]:
    models = BothModels("sqlite://", "sqlite://")
    yield models
    models.close()


def some_expenses(chance: Random, accepted_at: Callable[[], datetime] = lambda: ACCEPTED_ON) -> list[Message]:
    told: list[Message] = []
    for number in range(1, 9):
        for version in range(1, chance.randint(1, 3) + 1):
            on = day(chance.randint(0, 200))
            kind = "REPORTED" if version == 1 else chance.choice(("CORRECTED", "CORRECTED", "REVERSED"))
            dates: dict[str, Any] = {"admitted_on": on - timedelta(days=3), "discharged_on": on}
            dates |= {
                "med_type": chance.choice(("11", "14", "21")),
                "stage": chance.choice(("FINAL", "FINAL", "PRE")),
            }
            who = chance.choice(PATIENTS)
            personal = chance.randint(0, 300)
            for _ in range(chance.choice((1, 1, 1, 2))):
                told.append(spent(number, who, 1000, personal, version=version, kind=kind, accepted_at=accepted_at(), **dates))
    return told


def entitled_on(models: BothModels, person: bytes, on: int) -> tuple[bytes, int] | None:
    """Asked for one person and day alone: household and division."""
    with models.expenses.connect() as connection:
        memberships = memberships_of(connection, [person]).get(UUID(bytes=person), [])
    stays = [membership for membership in memberships if membership.holds_on(date_of(on))]
    if not stays:
        return None
    household = stays[-1].household_id.bytes
    h = HISTORY.c
    with models.register.connect() as connection:
        row = connection.execute(
            select(h.division, h.status, h.overlay).where(h.household_id == household, believed(Moment(on)))
        ).one_or_none()
    if row is None or (STATUSES[row.status] not in ENTITLED and OVERLAYS[row.overlay] != "ACTIVE"):
        return None
    return household, row.division


def plainly(models: BothModels) -> dict[bytes, tuple[bytes, int]]:
    """Of every settlement that counts for anybody, but other outpatients': whose it is."""
    with models.expenses.connect() as connection:
        rows = expenses_of(connection, [who.bytes for who in PATIENTS])
    homes = {
        row.expense_id: entitled_on(models, row.person_id, row.discharged_on)
        for row in rows
        if row.stage == "FINAL" and row.care != "OUTPATIENT" and FIRST <= row.discharged_on <= LAST
    }
    return {expense_id: home for expense_id, home in homes.items() if home is not None}


BOUNDED = settings(
    max_examples=60, deadline=None, derandomize=True, database=None, phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@BOUNDED
@given(SEEDS)
def test_it_is_the_same_in_any_order_of_arrival(models: BothModels, seed: int) -> None:
    chance = Random(seed)
    events, expenses = random_neighbourhood(seed), some_expenses(chance)
    models.fold(events, expenses, chance)
    found = models.settled(PROVINCE, FIRST, LAST)
    again = [*expenses, *chance.choices(expenses, k=2)]
    chance.shuffle(again)
    models.fold(events, again, chance)
    assert models.settled(PROVINCE, FIRST, LAST) == found
    middle = day_number(day(100))
    by_parts = [one for first, last in ((FIRST, middle), (middle + 1, LAST)) for one in models.settled(PROVINCE, first, last)]
    assert sorted(by_parts, key=lambda one: one.expense_id) == found
    by_county = [one for county in ("469030000000", "469024000000") for one in models.settled(county, FIRST, LAST)]
    assert sorted(by_county, key=lambda one: one.expense_id) == found


@pytest.fixture(scope="module")
def earlier() -> Iterator[BothModels]:
    models = BothModels("sqlite://", "sqlite://")
    yield models
    models.close()


def any_instant(chance: Random, first: datetime, last: datetime, told: list[datetime] | None = None) -> datetime:
    """Between two, kept in the list."""
    at = first + timedelta(seconds=chance.randint(0, int((last - first).total_seconds())))
    if told is not None:
        told.append(at)
    return at


def test_what_was_known_at_an_instant_is_what_both_showed_then(models: BothModels, earlier: BothModels) -> None:
    """Nothing that came later counts: not a correction, a late fact, another version, nor the same one accepted again."""
    differed = 0
    kinds: Counter[str] = Counter()
    for seed in range(150):
        chance = Random(seed)
        events = random_patients(seed)
        began, ended = events[0].timestamp, events[-1].timestamp + timedelta(days=30)
        times: list[datetime] = []
        expenses = some_expenses(chance, partial(any_instant, chance, began, ended, times))
        models.fold(events, expenses, chance)
        known_at = chance.choice([any_instant(chance, began, ended), *(event.timestamp for event in events)])
        known = [event for event in events if event.timestamp <= known_at]
        accepted = [message for at, message in zip(times, expenses, strict=True) if at <= known_at]
        earlier.fold(known, accepted, chance)
        micros = int(known_at.timestamp() * 1_000_000)
        shown = earlier.settled(PROVINCE, FIRST, LAST)
        assert models.settled(PROVINCE, FIRST, LAST, known_at=micros) == shown, seed
        differed += models.settled(PROVINCE, FIRST, LAST) != shown
        kinds.update(one.kind for one in shown)
    assert differed > 40
    assert min(kinds["INPATIENT"], kinds["CHRONIC_OUTPATIENT"], kinds["TEKUN"]) > 20


def test_it_is_what_one_finds_by_asking_for_each_patient_and_day(models: BothModels) -> None:
    kinds: Counter[str] = Counter()
    left_out = 0
    for seed in range(60):
        chance = Random(seed)
        models.fold(random_neighbourhood(seed), some_expenses(chance), chance)
        found = models.settled(PROVINCE, FIRST, LAST)
        homes = {one.expense_id: (one.household_id, one.division) for one in found if one.care != "OUTPATIENT"}
        assert homes == plainly(models)
        assert all(one.kind == "TEKUN" for one in found if one.care == "OUTPATIENT")
        kinds.update(one.kind for one in found)
        left_out += 8 - len(found)
    assert min(kinds["INPATIENT"], kinds["CHRONIC_OUTPATIENT"], left_out) > 20
