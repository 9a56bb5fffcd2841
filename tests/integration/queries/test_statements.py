"""How the hot statements run: by an index, never by reading a table that has a million rows."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from projections.database import open_engine, snapshot
from projections.register.queries.household_list import Wanted, list_now, list_then
from projections.register.queries.household_now import belongings, household_now, state_of
from projections.register.queries.household_then import household_then
from projections.register.queries.moments import Moment
from projections.register.queries.pages import Page
from projections.register.queries.prepared import driver_of, driver_on
from projections.register.queries.totals import totals_now
from projections.register.queries.village_ledger import village_ledger
from projections.register.tables import HOUSEHOLD
from projections.weekly.reading import CutPlace, facts_of
from projections.weekly.window import week
from tests.integration.queries.conftest import Make
from tests.support.register_rows import create_register, day, fill, household_row, insert, instant, with_villages

COUNTY, VILLAGE = "469024000000", "469024100201"
MOMENT = Moment(day("2019-06-01"), instant("2019-09-01T00:00:00"))
WEEK = week("2021-W10")
KEY = bytes(16)
Ask = Callable[[Connection], object]


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('register') / 'register.db'}")
    create_register(engine)
    fill(engine, with_villages(1), 200, facts=3)
    yield engine
    engine.dispose()


def plans(engine: Engine, ask: Ask) -> list[str]:
    """The plan of every statement that SQLAlchemy runs for a question."""
    statements: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_more: object) -> None:
        statements.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        with snapshot(engine) as connection:
            ask(connection)
            event.remove(engine, "before_cursor_execute", note)
            return [
                row[3] for text, given in statements for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given)
            ]
    finally:
        if event.contains(engine, "before_cursor_execute", note):
            event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("ask", "found_by"),
    [
        (lambda c: list_now(c, Wanted(division=COUNTY), Page()), "household USING INDEX household_by_division (division>"),
        (lambda c: list_then(c, Wanted(division=COUNTY), MOMENT, Page()), "register_history USING PRIMARY KEY (division>"),
        (
            lambda c: list_then(c, Wanted(division=COUNTY), MOMENT, Page(after=(469024100201, KEY))),
            "register_history USING PRIMARY KEY (",
        ),
        (lambda c: household_then(c, KEY, MOMENT), "register_history USING INDEX register_history_by_household (household_id="),
        (lambda c: totals_now(c, COUNTY, 9), "household USING COVERING INDEX household_by_division (division>"),
        (lambda c: village_ledger(c, VILLAGE), "household USING INDEX household_by_division (division="),
        (
            lambda c: facts_of(c, WEEK, CutPlace(9, {})),
            "timeline USING INDEX timeline_by_recorded_at (recorded_at>? AND recorded_at<?)",
        ),
    ],
    ids=["page now", "page then", "next page then", "one then", "totals now", "ledger", "a week's facts"],
)
def test_rows_are_found_by_an_index(register: Engine, ask: Ask, found_by: str) -> None:
    steps = plans(register, ask)
    assert any(found_by in step for step in steps), steps
    assert not any(step.startswith("SCAN") for step in steps), steps


def test_a_page_at_a_moment_needs_no_sorting(register: Engine) -> None:
    steps = plans(register, lambda c: list_then(c, Wanted(division=COUNTY), MOMENT, Page()))
    assert not any("TEMP B-TREE" in step for step in steps), steps


def test_prepared_statements_see_one_state_on_either_engine(new_register: Make) -> None:
    engine, key = new_register(), UUID(int=7)
    insert(engine, HOUSEHOLD, household_row(key, VILLAGE, version=1))
    with driver_on(engine) as driver:
        before = household_now(driver, key.bytes)
        with engine.begin() as other:
            other.execute(HOUSEHOLD.update().values(version=99))
        assert household_now(driver, key.bytes) == before
        assert belongings(driver, key.bytes)["members"] == []
    with driver_on(engine) as driver:
        assert state_of(driver, key.bytes) == (99, int(VILLAGE))


def test_a_prepared_statement_fails_like_any_other(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    with snapshot(engine) as connection, pytest.raises(OperationalError):
        state_of(driver_of(connection), KEY)
    engine.dispose()
