"""Home visits between two days, and what the rules of doubt ask of them: real commands, the real fold, both engines."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine

from consumers.visits.doubting import doubts
from projections.database import open_engine, snapshot
from projections.register.queries.fields import day_number
from projections.register.queries.visits import entered_visits, together, visit_figures
from projections.register.read_model import REGISTER
from projections.register.tables import METADATA
from registry.household.corrections import CorrectFact, VoidFact
from registry.household.visits import FlagVisit, HomeVisitRecorded, RecordHomeVisit
from tests.support.histories import registered
from tests.support.logged import logged
from tests.support.register import Register, a_register
from tests.support.scenario import HOUSEHOLD, PROVINCE, VILLAGE, amended, day, paper, ref

FIRST, LAST = day_number(day(30)), day_number(day(60))


def visit(number: int, on: int, **changes: Any) -> RecordHomeVisit:
    facts = {
        "household_id": HOUSEHOLD,
        "effective_on": day(on),
        "visit_id": ref(number),
        "visitor_role": "HELPER",
        "visitor_id": "staff-17",
        "purpose": "HELP",
        "minutes": 35,
    }
    return RecordHomeVisit(**(facts | changes))


def the_register() -> Register:
    secretary = {"visitor_role": "TOWNSHIP_SECRETARY", "visitor_id": "staff-1"}
    return a_register(
        registered(),
        visit(1, 29),
        visit(2, 30, fields_compared=10, differences=("INCOME", "HEALTH")),
        visit(3, 40, minutes=3, evidence=(paper("VISIT_RECORD", 9),)),
        FlagVisit(household_id=HOUSEHOLD, visit_id=ref(3), effective_on=day(41), rule="TOO_SHORT"),
        visit(4, 42, fields_compared=8, differences=("INCOME",), **secretary),
        visit(5, 60, minutes=500, evidence=(paper("VISIT_RECORD", 9),)),
        visit(6, 60, minutes=200),
        visit(7, 61),
        visit(8, 50, minutes=2),
        visit(9, 52, fields_compared=4, differences=("CAUSES",)),
    )


def corrected(register: Register) -> Register:
    """The eighth visit never was, the ninth had no difference and was the secretary's."""
    events = {e.visit_id: e.event_id for e in register.events(HOUSEHOLD) if isinstance(e, HomeVisitRecorded)}
    about: dict[str, Any] = {"household_id": HOUSEHOLD}
    register.take(VoidFact(**about, effective_on=day(70), corrects_event_id=events[ref(8)]))
    facts = {"differences": [], "visitor_role": "TOWNSHIP_SECRETARY", "visitor_id": "staff-1"}
    register.take(CorrectFact(**about, effective_on=day(52), corrects_event_id=events[ref(9)], facts=facts))
    return register


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('visits') / 'register.db'}"
    else:
        url = request.getfixturevalue("new_postgres_database")()
    engine = open_engine(url)
    METADATA.create_all(engine)
    REGISTER.project(engine).fold(logged(corrected(the_register()).streams[HOUSEHOLD]))
    yield engine
    engine.dispose()


def test_visits_are_counted_on_their_day_as_they_stand(engine: Engine) -> None:
    with snapshot(engine) as connection:
        found = visit_figures(connection, PROVINCE, 12, FIRST, LAST)
        none = visit_figures(connection, "469024000000", 9, FIRST, LAST)
    assert list(found) == [VILLAGE]
    figures = found[VILLAGE]
    # The second to the sixth and the ninth: those before and after do not count, nor does the one that never was.
    assert (figures.visits, figures.by_role) == (6, {"HELPER": 4, "TOWNSHIP_SECRETARY": 2})
    assert (figures.with_handbook, figures.compared, figures.consistent) == (3, 22, 19)
    assert figures.differences == {"INCOME": 2, "HEALTH": 1}
    assert (figures.flagged, figures.flags) == (1, {"TOO_SHORT": 1})
    assert (figures.entitled, figures.reached, figures.toured_once, figures.toured_twice) == (1, 1, 1, 1)
    assert none == {}


def test_whom_nobody_visited_counts_among_those_that_should_have_been(engine: Engine) -> None:
    before = day_number(day(21)), day_number(day(28))
    with snapshot(engine) as connection:
        total = together(visit_figures(connection, PROVINCE, 6, *before).values())
        once = together(visit_figures(connection, PROVINCE, 6, day_number(day(41)), day_number(day(45))).values())
    assert (total.visits, total.entitled, total.reached) == (0, 1, 0)
    assert (once.visits, once.reached, once.toured_once, once.toured_twice) == (1, 1, 1, 0)


def test_what_the_rules_ask_is_counted_over_all_visits(engine: Engine) -> None:
    with snapshot(engine) as connection:
        entered = {UUID(bytes=visit.visit_id): visit for visit in entered_visits(connection, 0)}
    assert set(entered) == {ref(number) for number in (1, 2, 3, 4, 5, 6, 7, 9)}
    assert (entered[ref(3)].visits_with_its_note, entered[ref(3)].flags) == (2, frozenset({"TOO_SHORT"}))
    assert entered[ref(1)].visits_with_its_note == 0
    assert entered[ref(5)].visitor_minutes_that_day == entered[ref(6)].visitor_minutes_that_day == 700
    assert entered[ref(5)].entries_that_minute == 2  # the clock stood still between them
    assert entered[ref(9)].entered_at == entered[ref(7)].entered_at  # when it was entered, not when it was corrected


def test_a_rule_doubts_what_it_has_not_doubted_yet(engine: Engine) -> None:
    policies = amended(2018, visits__minutes_min=5, visits__minutes_per_day_max=600, visits__entries_per_minute_max=5)
    with snapshot(engine) as connection:
        found = list(doubts(connection, 0, policies.for_, day(80)))
        nothing = list(doubts(connection, 2**60, policies.for_, day(80)))
    assert {(doubt.visit_id, doubt.rule) for doubt in found} == {
        (ref(3), "IDENTICAL_NOTES"),
        (ref(5), "IDENTICAL_NOTES"),
        (ref(5), "OVERLAPPING"),
        (ref(6), "OVERLAPPING"),
    }
    assert {(doubt.household_id, doubt.effective_on) for doubt in found} == {(HOUSEHOLD, day(80))}
    assert nothing == []


def test_what_is_doubted_can_be_flagged_once(engine: Engine) -> None:
    policies = amended(2018, visits__minutes_per_day_max=600)
    register = corrected(the_register())
    with snapshot(engine) as connection:
        found = list(doubts(connection, 0, policies.for_, day(80)))
    assert sum(len(register.take(doubt)) for doubt in found) == len(found) > 0
    assert sum(len(register.take(doubt)) for doubt in found) == 0
