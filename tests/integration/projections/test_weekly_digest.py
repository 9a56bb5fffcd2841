"""A week's digest from the register's read model: frozen where the week was closed, balanced, the same from every build."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Connection, Engine, delete, select, update

from projections.database import open_engine
from projections.register.projection import RegisterProjection
from projections.register.tables import CUT, FLOW, METADATA, TIMELINE
from projections.weekly.making import DigestUnbalanced, Document, all_units, canonical, fingerprint, make
from projections.weekly.reading import WeekNotClosed
from projections.weekly.teams import TeamUnknown, units_of
from projections.weekly.telling import lines
from projections.weekly.window import label_of, week
from schemas.division_codes import reporting_unit
from tests.support.histories import exited
from tests.support.logged import batches, interleaved, logged
from tests.support.pipeline import views
from tests.support.scenario import VILLAGE, given

LIFE = given(exited()).history
RECORDS = logged(LIFE, every=1, until=LIFE[-1].timestamp + timedelta(days=20))
UNIT = reporting_unit(VILLAGE)
TEAM = next(team for team in range(1, 10) if UNIT in units_of(team, 18_000))


def instant(event_type: str) -> int:
    return next(int(event.timestamp.timestamp() * 1_000_000) for event in LIFE if event_type == event.TOPIC)


EXIT_WEEK = week(label_of(instant("household.household_exited")))
ENTRY_WEEK = week(label_of(instant("household.household_identified")))


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    engine = views(tmp_path / "views.db")
    RegisterProjection(engine).fold(RECORDS)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def events(document: Document, code: str) -> int:
    return int(document["flows"][code][UNIT]["events"])


def test_a_household_that_exits_leaves_one_stock_for_the_other(connection: Connection) -> None:
    before, after = make(connection, ENTRY_WEEK), make(connection, EXIT_WEEK)
    assert (events(before, "I2a"), events(before, "E2")) == (1, 0)
    assert (events(after, "I2a"), events(after, "E2")) == (0, 1)
    assert [d["stocks"]["H1"][UNIT]["households"] for d in (before, after)] == [1, 0]
    assert [d["stocks"]["H2"][UNIT] for d in (before, after)] == [
        {"households": 0, "persons": 0},
        {"households": 1, "persons": 3},
    ]


def test_a_figure_names_the_events_behind_it(connection: Connection) -> None:
    (event_id,) = make(connection, EXIT_WEEK)["flows"]["E2"][UNIT]["behind"]
    found = connection.execute(select(TIMELINE.c.recorded_at).where(TIMELINE.c.event_id == bytes.fromhex(event_id))).scalar_one()
    assert found == instant("household.household_exited")


def test_a_build_in_another_order_gives_the_same_bytes(connection: Connection) -> None:
    for seed in range(3):
        other: Engine = open_engine("sqlite://")
        METADATA.create_all(other)
        projection = RegisterProjection(other)
        for batch in batches(interleaved(RECORDS, Random(seed)), Random(seed)):
            projection.fold(batch)
        with other.begin() as again:
            assert canonical(make(again, EXIT_WEEK, TEAM)) == canonical(make(connection, EXIT_WEEK, TEAM))
        other.dispose()


def test_what_is_learnt_later_changes_no_byte_of_it(tmp_path: Path) -> None:
    engine = views(tmp_path / "growing.db")
    projection = RegisterProjection(engine)
    closed_at = closing_position(ENTRY_WEEK.label)
    known = [record for record in RECORDS if position_of(record) <= closed_at]
    assert len(known) < len(RECORDS)
    projection.fold(known)
    with engine.begin() as early:
        first = fingerprint(make(early, ENTRY_WEEK))
    projection.fold(RECORDS)
    with engine.begin() as late:
        assert fingerprint(make(late, ENTRY_WEEK)) == first
    engine.dispose()


def position_of(record: object) -> int:
    return next(int(value) for name, value in record.headers if name == "registry_position")  # type: ignore[attr-defined]


def closing_position(label: str) -> int:
    engine = open_engine("sqlite://")
    METADATA.create_all(engine)
    RegisterProjection(engine).fold(RECORDS)
    with engine.begin() as connection:
        return int(connection.execute(select(CUT.c.position).where(CUT.c.period == label).limit(1)).scalar_one())


def test_the_teams_have_every_unit_but_sansha_once_and_a_team_sees_its_own(connection: Connection) -> None:
    assigned = sorted(unit for team in range(1, 10) for unit in units_of(team, 18_000))
    assert assigned == [unit for unit in all_units() if unit != "460300000000"]
    other = make(connection, EXIT_WEEK, TEAM % 9 + 1)
    assert UNIT not in other["flows"]["E2"]
    assert events(make(connection, EXIT_WEEK, TEAM), "E2") == 1
    with pytest.raises(TeamUnknown):
        make(connection, EXIT_WEEK, 10)


def test_a_register_out_of_balance_gives_no_digest(connection: Connection) -> None:
    connection.execute(update(FLOW).where(FLOW.c.kind == "EXITED", FLOW.c.households == -1).values(persons=0))
    with pytest.raises(DigestUnbalanced, match="H1"):
        make(connection, EXIT_WEEK)


def test_a_week_that_one_partition_has_not_passed_gives_no_digest(connection: Connection) -> None:
    connection.execute(delete(CUT).where(CUT.c.partition == 0, CUT.c.period == EXIT_WEEK.label))
    with pytest.raises(WeekNotClosed, match=EXIT_WEEK.label):
        make(connection, EXIT_WEEK)


def test_it_is_told_in_both_languages_and_what_is_not_collected_is_no_nought(connection: Connection) -> None:
    document = make(connection, EXIT_WEEK)
    chinese, english = list(lines(document, "zh")), list(lines(document, "en"))
    assert any(line.startswith("E2    脱贫: 1（3 人") for line in chinese)
    assert next(line for line in english if line.startswith("A4 ")).endswith("Home visits: 0 (0 of earlier weeks)")
    assert english[-1].endswith(": not collected")
    assert " I10 " in english[-1]
