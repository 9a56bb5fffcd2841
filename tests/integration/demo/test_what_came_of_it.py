"""A tiny province after two and a half years: every step as it was meant, every kind of event there, the balance kept."""

import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from deploy.composition.write_side import register_clock, write_side
from deploy.demo.days import FIRST_DAY, LAST_DAY
from deploy.demo.installation import ENDS
from deploy.demo.scale import SCALES
from deploy.demo.staff import PROVINCE
from deploy.demo.years import H1, WITH_POLICY, years
from projections.register.balance import check_balance
from projections.register.codes import COUNTED_STATUSES
from projections.register.queries.exit_plan import first_and_last_day, places_exits, plans_of
from projections.register.tables import CUT, HOUSEHOLD
from registry.household.exit import HouseholdExited
from registry.household.relapse import RelapseConfirmed
from registry.store.instant import from_micros
from schemas.catalogue import registry_catalogue
from schemas.clock import shanghai_date
from tests.integration.demo.conftest import Finished

NOT_TOLD = {
    "person.personal_data_erased",
    "reference.code_table_changed",
    "reference.hospital_intake_stopped",
    "reference.hospitals_changed",
    "reference.hospital_intake_resumed",
    "reference.sample_drawn",
    "reference.sample_check_recorded",
    "reference.sync_discrepancy_found",
    "reference.sync_discrepancy_resolved",
    "supervision.typical_case_chosen",
}
"""Events of which the demonstration has no story."""
SELDOM = {
    "warning.early_warning_basis_changed",
    "warning.early_warning_cancelled",
    "warning.early_warning_level_changed",
    "warning.early_warning_transferred",
}
"""Events for which a tiny province has too few cases; a larger one may have them."""


def test_every_refusal_was_meant(finished: Finished) -> None:
    assert finished.lived.tally.not_meant == []
    assert finished.lived.tally.meant >= 5
    assert finished.lived.tally.commands > 10_000


def test_whatever_can_happen_to_a_household_happens_to_one(finished: Finished) -> None:
    with closing(sqlite3.connect(finished.settings.path("registry.db"))) as connection:
        told = {event_type for (event_type,) in connection.execute("SELECT DISTINCT topic FROM stored_events")}
    assert set(registry_catalogue().event_types) - told - SELDOM == NOT_TOLD


def test_visits_are_the_most_frequent_of_events(finished: Finished) -> None:
    with closing(sqlite3.connect(finished.settings.path("registry.db"))) as connection:
        counts = Counter(dict(connection.execute("SELECT topic, count(*) FROM stored_events GROUP BY topic")))
    assert counts.most_common(1)[0][0] == "household.home_visit_recorded"
    assert counts.total() < 200_000 * SCALES["tiny"].not_exited / SCALES["small"].not_exited * 1.1


def test_the_balance_holds_at_the_end_of_every_week_and_month(finished: Finished) -> None:
    with finished.read_model() as connection:
        assert check_balance(connection) == []
        ends = select(CUT.c.period_kind, func.count(func.distinct(CUT.c.period))).group_by(CUT.c.period_kind)
        cuts = sorted((kind, periods) for kind, periods in connection.execute(ends))
    assert cuts == [("MONTH", 30), ("WEEK", (LAST_DAY - FIRST_DAY).days // 7)]


def test_the_table_of_the_years_is_what_the_events_say(finished: Finished) -> None:
    exited: Counter[int] = Counter()
    relapsed: Counter[int] = Counter()
    with write_side(finished.settings) as side:
        _, events = side.store.events_of_types(0, [HouseholdExited.TOPIC, RelapseConfirmed.TOPIC])
        for event in events:
            counter = exited if isinstance(event, HouseholdExited) else relapsed
            counter[shanghai_date(event.timestamp).year] += event.size
    with finished.read_model() as connection:
        found = {year.year: year for year in years(connection)}
    assert {year: found[year].into("EXITED", WITH_POLICY)[1] for year in found} == {year: exited[year] for year in found}
    assert {year: found[year].into("RELAPSED", H1)[1] for year in found} == {year: relapsed[year] for year in found}


def test_the_exits_come_to_about_what_the_plan_wanted_though_nothing_reads_it(finished: Finished) -> None:
    scale = SCALES["tiny"]
    with finished.read_model() as connection:
        exited = sum(year.into("EXITED", WITH_POLICY)[1] for year in years(connection))
    assert 0.9 < exited / (scale.target(2018) + scale.target(2019)) < 1.15


def test_villages_and_counties_exit_as_planned_but_one_village_a_year_late(finished: Finished) -> None:
    scale, unit = SCALES["tiny"], {2018: ["469029000000", "469030000000"], 2019: ["469001000000", "469024000000", "469025000000"]}
    with finished.read_model() as connection:
        for year, counties in unit.items():
            plans = plans_of(connection, PROVINCE, year, None)
            first, last = first_and_last_day(year)
            exits = [place for place in places_exits(connection, PROVINCE, last, None) if place.step_on >= first]
            announced = [place.division for place in exits if place.step == "ANNOUNCED"]
            villages = [place for place in announced if place not in counties]
            assert set(announced) - set(villages) == set(counties)
            assert plans[PROVINCE].persons == scale.target(year) == sum(plans[p].persons for p in plans if p != PROVINCE)
            assert plans[PROVINCE].counties == len(counties)
            assert len(villages) == plans[PROVINCE].villages - (year == 2018)
            assert [place.step for place in exits].count("NOT_PASSED") == (year == 2018)


def test_the_opening_balance_has_the_persons_of_the_scale(finished: Finished) -> None:
    scale = SCALES["tiny"]
    with finished.read_model() as connection:
        opening = years(connection)[0].into("IMPORTED", H1)
        listed = select(func.count()).where(HOUSEHOLD.c.status.in_(COUNTED_STATUSES))
        assert connection.execute(listed).scalar_one() > scale.exited + scale.not_exited // 2
    assert opening == (scale.not_exited, scale.persons_not_exited)


def test_facts_are_recorded_in_order_and_some_of_them_late(finished: Finished) -> None:
    with closing(sqlite3.connect(finished.settings.path("registry.db"))) as connection:
        stamps = [stamp for (stamp,) in connection.execute("SELECT recorded_at FROM stored_events ORDER BY rowid")]
    assert stamps == sorted(stamps)
    assert shanghai_date(from_micros(stamps[0])) == FIRST_DAY
    with write_side(finished.settings) as side:
        _, visits = side.store.events_of_types(0, ["household.home_visit_recorded"])
    late = Counter(min((shanghai_date(visit.timestamp) - visit.effective_on).days // 15, 12) for visit in visits)
    assert late[0] > late[1] > late[4] > 0


def test_the_registers_time_goes_on_from_the_last_day(finished: Finished) -> None:
    now = register_clock(finished.settings).now()
    assert ENDS <= now < ENDS + timedelta(hours=1)
    assert now < datetime.now(UTC)
