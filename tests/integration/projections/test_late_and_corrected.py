"""Late, corrected and voided facts on both clocks, told as short histories. The random lives have them in all mixtures."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from projections.database import FOREVER, NO_END
from projections.register.projection import RegisterProjection
from projections.register.tables import FLOW, HISTORY
from registry.event import RegistryEvent
from registry.household.members import AddMember, MemberAdded
from tests.support.corrected import correct, found_wrong, void
from tests.support.families import BIRTH, NEIGHBOUR, daughter, grandmother, newcomer, opening
from tests.support.logged import logged
from tests.support.pipeline import views
from tests.support.plain_register import day_number
from tests.support.register import Register
from tests.support.scenario import HOUSEHOLD, by, day


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = views(tmp_path / "views.db")
    yield engine
    engine.dispose()


def folded(engine: Engine, register: Register) -> RegisterProjection:
    """The household's events, folded one by one."""
    projection = RegisterProjection(engine)
    for record in logged(register.streams[HOUSEHOLD]):
        projection.fold([record])
    return projection


def sizes(engine: Engine, *, at: RegistryEvent | None = None) -> list[tuple[int, int, int]]:
    """First day, day after the last, and size: as believed now, or right after an event was recorded."""
    instant = FOREVER - 1 if at is None else int(at.timestamp.timestamp() * 1_000_000)
    h = HISTORY.c
    believed = select(h.effective_from, h.effective_to, h.size).where(h.known_from <= instant, h.known_to > instant)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(believed.order_by(h.effective_from))]


def on(number: int) -> int:
    """A day of the histories as the tables count it."""
    counted = day_number(day(number))
    assert counted is not None
    return counted


def joined(number: int, **facts: Any) -> AddMember:
    return AddMember(household_id=HOUSEHOLD, effective_on=day(number), reason_code="OMITTED", **{"member": grandmother()} | facts)


def test_a_member_who_was_told_of_late_was_there_from_the_day_on_that_is_told(engine: Engine) -> None:
    register = found_wrong([opening(), joined(50, member=daughter())])
    register.take(by("COUNTY_OFFICER", joined(20)))
    folded(engine, register)
    first, second, late = register.streams[HOUSEHOLD]
    assert sizes(engine, at=second) == [(on(0), on(50), 3), (on(50), NO_END, 4)]
    assert sizes(engine) == sizes(engine, at=late) == [(on(0), on(20), 3), (on(20), on(50), 4), (on(50), NO_END, 5)]
    assert first.timestamp < late.timestamp


def test_a_late_fact_does_not_bring_back_what_was_voided(engine: Engine) -> None:
    register = found_wrong([opening(), BIRTH, joined(50)])
    assert void(register, MemberAdded).refused is None
    register.take(by("COUNTY_OFFICER", joined(20, member=newcomer(NEIGHBOUR, "OTHER", "MALE"))))
    folded(engine, register)
    assert sizes(engine) == [(on(0), on(20), 3), (on(20), on(50), 4), (on(50), NO_END, 5)]


def test_a_corrected_day_moves_the_fact_and_leaves_what_was_believed_before(engine: Engine) -> None:
    register = found_wrong([opening(), BIRTH])
    assert correct(register, MemberAdded, effective_on=day(5)).refused is None
    folded(engine, register)
    _, birth, _ = register.streams[HOUSEHOLD]
    assert sizes(engine, at=birth) == [(on(0), on(9), 3), (on(9), NO_END, 4)]
    assert sizes(engine) == [(on(0), on(5), 3), (on(5), NO_END, 4)]


def test_a_voided_fact_is_taken_back_by_a_flow_of_its_own(engine: Engine) -> None:
    register = found_wrong([opening(), BIRTH])
    assert void(register, MemberAdded).refused is None
    folded(engine, register)
    with engine.connect() as connection:
        flows = connection.execute(select(FLOW.c.kind, FLOW.c.households, FLOW.c.persons).order_by(FLOW.c.kind))
        assert [tuple(row) for row in flows] == [("CORRECTED_OUT", 0, -1), ("IMPORTED", 1, 3), ("MEMBER_ADDED", 0, 1)]
    assert sizes(engine) == [(on(0), NO_END, 3)]
