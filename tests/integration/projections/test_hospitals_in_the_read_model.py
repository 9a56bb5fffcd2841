"""What the read model of expenses shows of hospitals and of what came back to them."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from projections.database import open_engine
from projections.expenses.queries.hospitals import (
    HospitalFigures,
    KnownHospital,
    dead_letters_of,
    hospital_figures,
    known_hospitals,
)
from projections.expenses.read_model import EXPENSES
from projections.expenses.tables import METADATA
from tests.support.expense_facts import ACCEPTED_ON, Told, dead_letter, folded, messages, placed
from tests.support.expenses import HOSPITAL, OTHER_HOSPITAL
from tests.support.hospitals_told import hospitals_told
from tests.support.pipeline import digested_rows
from tests.support.scenario import day

DAY_NUMBER = date(1970, 1, 1).toordinal()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path}/views.db")
    METADATA.create_all(engine)
    yield engine
    engine.dispose()


def test_the_hospitals_figures(engine: Engine) -> None:
    told = [
        Told(1).message(), Told(1).message(), Told(2, after_days=1).message(), Told(2, 2, "REVERSED", after_days=2).message(),
        dead_letter(5, "E-SEAL", "E-CODE-UNKNOWN", after_days=3), dead_letter(6, "E-SEAL", institution=OTHER_HOSPITAL),
    ]  # fmt: skip
    folded(engine, placed(told))
    start = int(ACCEPTED_ON.timestamp() * 1_000_000)
    a_day = 86_400_000_000
    with engine.connect() as connection:
        everything, recent = hospital_figures(connection), hospital_figures(connection, start + a_day)
        known = known_hospitals(connection)
        letters = [tuple(row) for row in dead_letters_of(connection, HOSPITAL)]
    first_s = int(ACCEPTED_ON.timestamp() - 1_552_961_505)  # settled on 2019-03-19, 02:11:45
    longest = first_s + 86_400
    assert everything == {
        HOSPITAL: HospitalFigures(3, 1, first_s + 43_200, first_s, longest, longest),
        OTHER_HOSPITAL: HospitalFigures(0, 1),
    }
    assert recent == {HOSPITAL: HospitalFigures(2, 1, longest, longest, longest, longest)}
    assert known == [
        KnownHospital(HOSPITAL, last_seen=start + 3 * a_day), KnownHospital(OTHER_HOSPITAL, last_seen=start),
    ]  # fmt: skip
    assert letters == [(5, "S5", start + 3 * a_day, "E-SEAL:stage,E-CODE-UNKNOWN:stage")]


def test_percentiles_are_of_each_hospitals_own(engine: Engine) -> None:
    """A hundred that took from one to a hundred quarters of an hour; the other hospital's, which took longest, is no matter."""
    quarter = timedelta(minutes=15)
    told = [Told(n).message(settled_at=ACCEPTED_ON - n * quarter + timedelta(seconds=1)) for n in range(1, 101)]
    other = Told(200).message(institution=OTHER_HOSPITAL, settled_at=ACCEPTED_ON - 400 * quarter)
    folded(engine, placed([*told, other]))
    with engine.connect() as connection:
        figures = hospital_figures(connection)
    assert (figures[HOSPITAL].seconds_p50, figures[HOSPITAL].seconds_p95) == (50 * 900 - 1, 95 * 900 - 1)
    assert figures[HOSPITAL].seconds_max == 100 * 900 - 1
    assert figures[OTHER_HOSPITAL].seconds_p50 == figures[OTHER_HOSPITAL].seconds_max == 400 * 900


def test_within_a_quarter_of_an_hour_the_longest_stands_for_all(engine: Engine) -> None:
    seconds = [100, 200, 300, 1000]
    folded(engine, placed(Told(s).message(settled_at=ACCEPTED_ON - timedelta(seconds=s)) for s in seconds))
    with engine.connect() as connection:
        figures = hospital_figures(connection)[HOSPITAL]
    assert (figures.seconds_p50, figures.seconds_p95, figures.seconds_mean) == (300, 1000, 400)


def test_a_hospital_is_what_the_register_said_last_in_any_batches(engine: Engine) -> None:
    events = hospitals_told()
    records = placed(messages(events))
    folded(engine, *[[record] for record in records])
    one_by_one = digested_rows(engine, EXPENSES)
    projection = folded(engine, records)
    assert digested_rows(engine, EXPENSES) == one_by_one
    again = [record._replace(offset=record.offset + 100) for record in records]
    assert projection.fold(again) == 0
    assert digested_rows(engine, EXPENSES) == one_by_one
    with engine.connect() as connection:
        one, other = known_hospitals(connection)
    assert (one.name_zh, one.hospital_level, one.division, one.usual_interval_hours) == ("示范县人民医院", "2", 469024000000, 12)
    last_day = day(500).toordinal() - DAY_NUMBER
    assert (one.until, other.until, one.last_seen) == (last_day, None, None)
    stopped_at = events[-1].timestamp
    assert (one.stopped_at, one.resumed_at) == (int(stopped_at.timestamp() * 1_000_000), None)


def test_of_a_dead_letter_the_settlements_number_is_kept_and_nothing_else_that_its_hospital_wrote(engine: Engine) -> None:
    unreadable = dead_letter(6, "E-RECORD-UNREADABLE")._replace(key=HOSPITAL.encode())
    folded(engine, placed([dead_letter(5, "E-ID-CHECKSUM", value=b"469999190001011234"), unreadable]))
    rows = digested_rows(engine, EXPENSES)["dead_letter"]
    assert not any("469999" in str(value) for row in rows for value in row)
    assert {row[-1] for row in rows} == {"S5", None}
