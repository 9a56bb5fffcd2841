"""Which counties a team's digest has: what the register was told before the week was closed, and the assumption before that."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from deploy.demo.staff import supervision_team
from projections.register.projection import RegisterProjection
from projections.register.read_model import REGISTER
from projections.weekly.assignments import assigned_teams, assigned_units
from projections.weekly.making import canonical, make
from projections.weekly.reading import cut_of
from projections.weekly.teams import TeamUnknown, teams, units_of
from projections.weekly.window import label_of, week
from registry.period.period import PeriodCalendar
from registry.reference.supervision_team import AssignSupervisionTeam
from schemas.clock import SHANGHAI
from tests.support.expense_facts import messages, placed
from tests.support.families import opening
from tests.support.pipeline import views
from tests.support.register import a_register
from tests.support.scenario import day, noon_of

HERE, THERE, ELSEWHERE = "469030000000", "469024000000", "469001000000"
ORGANISATION = supervision_team(3)


def given(county: str, team: int, on: date, until: date | None = None) -> AssignSupervisionTeam:
    return AssignSupervisionTeam(effective_on=on, county=county, team=team, organisation=ORGANISATION, until=until)


@contextmanager
def folded(path: Path, *steps: Any) -> Iterator[Connection]:
    register = a_register(opening(), *steps)
    events = [event for stream in register.streams for event in register.events(stream)]
    closings = PeriodCalendar("460000000000").closing_events(min(e.timestamp for e in events), noon_of(day(60)))
    told = messages(sorted([*events, *closings], key=lambda event: event.timestamp))
    engine = views(path)
    RegisterProjection(engine).fold(placed(told, REGISTER.topics))
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def week_of(on: date) -> Any:
    return week(label_of(int(noon_of(on).astimezone(SHANGHAI).timestamp() * 1_000_000)))


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    steps = given(HERE, 3, day(1), day(20)), given(THERE, 3, day(1)), given(HERE, 4, day(15)), given(HERE, 4, day(15), day(45))
    with folded(tmp_path / "views.db", *steps) as connection:
        yield connection


def units(connection: Connection, team: int, on: date) -> tuple[str, ...]:
    asked = week_of(on)
    return assigned_units(connection, team, asked.monday + 7, cut_of(connection, asked).position)


def test_a_team_has_its_counties_from_their_first_day_to_their_last(connection: Connection) -> None:
    assert units(connection, 3, day(7)) == (THERE, HERE)
    assert units(connection, 3, day(28)) == (THERE,)
    assert units(connection, 4, day(28)) == (HERE,)
    assert assigned_teams(connection) == (3, 4)


def test_of_the_same_first_day_the_last_word_holds(connection: Connection) -> None:
    with pytest.raises(TeamUnknown):
        units(connection, 4, day(50))


def test_a_digest_has_the_figures_of_the_teams_counties_alone(connection: Connection) -> None:
    asked = week_of(day(7))
    assert set(make(connection, asked, 3)["stocks"]["H1"]) == {HERE, THERE}
    with pytest.raises(TeamUnknown):
        make(connection, asked, 1)


def test_what_is_told_behind_the_cut_changes_no_byte(tmp_path: Path) -> None:
    asked = week_of(day(7))
    first, later = given(HERE, 3, day(1)), given(ELSEWHERE, 3, day(30))
    with folded(tmp_path / "before.db", first) as before, folded(tmp_path / "after.db", first, later) as after:
        assert canonical(make(before, asked, 3)) == canonical(make(after, asked, 3))
        assert units(after, 3, day(35)) == (ELSEWHERE, HERE)


def test_until_it_was_told_of_any_the_assumption_holds(tmp_path: Path) -> None:
    with folded(tmp_path / "untold.db") as connection:
        assert units(connection, 3, day(7)) == units_of(3, week_of(day(7)).monday + 7)
        assert assigned_teams(connection) == teams()
