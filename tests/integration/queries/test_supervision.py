"""Findings and complaints on both clocks: real commands, the real fold in any order, both engines."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine

from projections.database import snapshot
from projections.digest import digest_view
from projections.register.queries.complaints import Wanted as ComplaintsWanted
from projections.register.queries.complaints import complaint_figures, list_complaints
from projections.register.queries.fields import day_number, micros
from projections.register.queries.findings import Wanted, all_findings, find_finding, finding_figures, list_findings, steps_of
from projections.register.queries.moments import Moment
from projections.register.queries.pages import Page
from projections.register.queries.supervision import supervision_known_before
from projections.register.read_model import REGISTER
from projections.table_rows import shape_of
from registry.supervision.complaint import ReceiveComplaint
from registry.supervision.rectify import AssignFinding
from tests.integration.queries.conftest import Make
from tests.support.families import opening
from tests.support.logged import batches, interleaved, logged
from tests.support.register import Register, a_register
from tests.support.scenario import COUNTY, FAR_VILLAGE, PROVINCE, TOWNSHIP, VILLAGE, day, noon_of
from tests.support.supervision import (
    COMPLAINT,
    FINDING,
    assigned,
    complained,
    found,
    rectified,
    reopened,
    resolved,
    team_assigned,
    verified,
)

TOPIC = "supervision.events"
OF_COUNTY, OF_CONDUCT, VERIFIED_ONE = UUID(int=0xF2 << 64), UUID(int=0xF3 << 64), UUID(int=0xF4 << 64)
LATE_COMPLAINT = UUID(int=0xC2 << 64)
CONDUCT = {"section": "CONDUCT", "finding_type": "CONDUCT", "conduct_kind": "ACTING_SLOWLY", "household_id": None}
FIRST_BY_AGE = Page(sort="found_on")


def number(of: int) -> int:
    return day_number(day(of))


def known(of: int) -> int:
    """The noon of a day, at which its commands were recorded."""
    return micros(noon_of(day(of)))


def the_register() -> Register:
    """One finding that comes back, one that the county keeps, one that nobody has, and a complaint resolved late."""
    return a_register(
        opening(),
        team_assigned(),
        found(10),
        complained(10),
        found(11, OF_COUNTY, severity="MINOR", household_id=None),
        AssignFinding(finding_id=OF_COUNTY, effective_on=day(11), assigned_to=COUNTY, due_on=day(40)),
        assigned(11, due=20),
        found(12, OF_CONDUCT, severity="SERIOUS", division=VILLAGE, **CONDUCT),
        resolved(14),
        rectified(15),
        reopened(17, due=30),
        # Received on the twentieth, told on the twenty-fifth.
        rectified(25),
        ReceiveComplaint(
            complaint_id=LATE_COMPLAINT, effective_on=day(20), division=VILLAGE, channel="LETTER", section="ASSISTANCE"
        ),
        verified(28),
    )


def records_of(register: Register) -> list[Any]:
    """What the topic has of them; weeks and months end there too."""
    streams = [register.streams[one] for one in (FINDING, OF_COUNTY, OF_CONDUCT, COMPLAINT, LATE_COMPLAINT)]
    return logged(*streams, every=1, until=noon_of(day(60)), topics=(TOPIC,))


@pytest.fixture(scope="module")
def engine(new_register: Make) -> Engine:
    engine = new_register(checkpoints=False)
    projection = REGISTER.project(engine)
    for record in records_of(the_register()):
        projection.fold([record])
    return engine


def listed(engine: Engine, today: int = 50, page: Page = FIRST_BY_AGE, moment: Moment | None = None, **more: Any) -> list[UUID]:
    wanted = Wanted(division=more.pop("division", PROVINCE), today=number(today), moment=moment, **more)
    with snapshot(engine) as connection:
        return [UUID(one["finding_id"]) for one in list_findings(connection, wanted, page)[0]]


def state(engine: Engine, moment: Moment | None, today: int = 50) -> tuple[str, str | None, bool] | None:
    with snapshot(engine) as connection:
        one = find_finding(connection, FINDING.bytes, number(today) if moment is None else moment.as_of, moment)
    return None if one is None else (one[0]["state"], one[0]["due_on"], one[0]["overdue"])


def test_a_finding_stands_where_its_last_step_brought_it(engine: Engine) -> None:
    due = [day(20).isoformat(), day(30).isoformat()]
    by_day = {of: state(engine, Moment(number(of))) for of in (9, 10, 11, 15, 17, 24, 25, 28)}
    assert by_day == {
        9: None,
        10: ("RECORDED", None, False),
        11: ("ASSIGNED", due[0], False),
        15: ("RECTIFIED", None, False),
        17: ("ASSIGNED", due[1], False),
        24: ("ASSIGNED", due[1], False),
        25: ("RECTIFIED", None, False),
        28: ("VERIFIED", None, False),
    }
    assert state(engine, None) == by_day[28]


def test_what_was_known_at_an_instant_is_still_there(engine: Engine) -> None:
    due = day(30).isoformat()
    # By what was known on the seventeenth it was assigned anew, and overdue from the day after its new day on.
    assert state(engine, Moment(number(30), known(17))) == ("ASSIGNED", due, False)
    assert state(engine, Moment(number(31), known(17))) == ("ASSIGNED", due, True)
    assert state(engine, Moment(number(31), known(17) - 1)) == ("RECTIFIED", None, False)
    assert state(engine, Moment(number(31), known(28))) == ("VERIFIED", None, False)
    assert state(engine, Moment(number(14), known(28))) == ("ASSIGNED", day(20).isoformat(), False)
    assert state(engine, Moment(number(31), known(10) - 1)) is None


def test_the_list_has_what_is_open_the_longest_first(engine: Engine) -> None:
    assert listed(engine) == [OF_COUNTY, OF_CONDUCT]
    assert listed(engine, state=("VERIFIED",)) == [FINDING]
    assert listed(engine, moment=Moment(number(20)), today=20) == [FINDING, OF_COUNTY, OF_CONDUCT]
    by_due = Page(sort="due_on")
    assert listed(engine, moment=Moment(number(20)), today=20, page=by_due) == [OF_CONDUCT, FINDING, OF_COUNTY]
    assert listed(engine, section=("CONDUCT",)) == [OF_CONDUCT]
    assert listed(engine, severity=("MINOR", "GRAVE")) == [OF_COUNTY]
    assert (listed(engine, team=3), listed(engine, team=4)) == ([OF_COUNTY, OF_CONDUCT], [])
    assert (listed(engine, overdue=True), listed(engine, overdue=False)) == ([OF_COUNTY], [OF_CONDUCT])
    assert listed(engine, today=40, overdue=True) == []


def test_a_finding_lies_where_the_office_is_that_has_it(engine: Engine) -> None:
    assert listed(engine, division=TOWNSHIP) == [OF_CONDUCT]
    assert listed(engine, division=TOWNSHIP, moment=Moment(number(10)), today=10) == [FINDING]
    assert listed(engine, division=COUNTY) == [OF_COUNTY, OF_CONDUCT]
    assert listed(engine, division=FAR_VILLAGE) == []
    with snapshot(engine) as connection:
        one = find_finding(connection, OF_COUNTY.bytes, number(50), None)
    assert one is not None
    assert (one[0]["division"], one[0]["found_in"], one[0]["team"], one[0]["age_days"]) == (COUNTY, TOWNSHIP, 3, 39)
    assert (one[0]["holds_exit"], one[0]["household_id"], one[1]) == (False, None, 2)


def test_pages_lose_and_repeat_nothing(engine: Engine) -> None:
    wanted = Wanted(division=PROVINCE, today=number(50), state=("ASSIGNED", "RECORDED", "VERIFIED"))
    with snapshot(engine) as connection:
        for sort in ("found_on", "due_on", "-state_on"):
            page = Page(sort=sort.removeprefix("-"), descending=sort.startswith("-"), limit=1)
            seen, last = list_findings(connection, wanted, page)
            while last is not None:
                more, last = list_findings(connection, wanted, replace(page, after=last))
                seen += more
            assert seen == list(all_findings(connection, wanted, page))
            assert len({one["finding_id"] for one in seen}) == 3


def test_figures_count_every_finding_by_state_and_the_open_ones_by_what_they_are(engine: Engine) -> None:
    with snapshot(engine) as connection:
        now = finding_figures(connection, PROVINCE, number(50), None)
        then = finding_figures(connection, PROVINCE, number(31), Moment(number(31), known(17)))
        elsewhere = finding_figures(connection, FAR_VILLAGE, number(50), None)
    assert (now.by_state, now.overdue) == ({"ASSIGNED": 1, "RECORDED": 1, "VERIFIED": 1}, 1)
    assert (now.by_section, now.by_severity) == ({"EXIT": 1, "CONDUCT": 1}, {"MINOR": 1, "SERIOUS": 1})
    assert (then.by_state, then.overdue) == ({"ASSIGNED": 2, "RECORDED": 1}, 1)
    assert then.by_severity == {"GRAVE": 1, "MINOR": 1, "SERIOUS": 1}
    assert (elsewhere.by_state, elsewhere.overdue) == ({}, 0)


def test_the_steps_are_those_of_the_moment(engine: Engine) -> None:
    with snapshot(engine) as connection:
        now = steps_of(connection, FINDING.bytes, None)
        then = steps_of(connection, FINDING.bytes, Moment(number(28), known(15)))
    assert [step["kind"] for step in now] == ["RECORDED", "ASSIGNED", "RECTIFIED", "REOPENED", "RECTIFIED", "VERIFIED"]
    assert then == now[:3]
    assert [step["due_on"] for step in now] == [None, day(20).isoformat(), None, day(30).isoformat(), None, None]


def complaints(engine: Engine, today: int = 50, moment: Moment | None = None, **more: Any) -> list[UUID]:
    wanted = ComplaintsWanted(division=more.pop("division", PROVINCE), today=number(today), moment=moment, **more)
    with snapshot(engine) as connection:
        return [UUID(one["complaint_id"]) for one in list_complaints(connection, wanted, Page(sort="received_on"))[0]]


def test_complaints_on_both_clocks(engine: Engine) -> None:
    assert complaints(engine) == [LATE_COMPLAINT]
    assert complaints(engine, state=("RESOLVED", "RECEIVED")) == [COMPLAINT, LATE_COMPLAINT]
    assert complaints(engine, moment=Moment(number(12)), today=12) == [COMPLAINT]
    # True on the twentieth, not known before the twenty-fifth.
    assert complaints(engine, moment=Moment(number(22)), today=22) == [LATE_COMPLAINT]
    assert complaints(engine, moment=Moment(number(22), known(25) - 1), today=22) == []
    assert complaints(engine, state=("RESOLVED",), outcome=("UNSUBSTANTIATED",)) == []
    assert (complaints(engine, channel=("LETTER",)), complaints(engine, section=("EXIT",))) == ([LATE_COMPLAINT], [])
    assert (complaints(engine, division=VILLAGE), complaints(engine, division=FAR_VILLAGE)) == ([LATE_COMPLAINT], [])


def test_a_complaint_is_overdue_after_its_last_day_until_it_is_resolved(engine: Engine) -> None:
    with snapshot(engine) as connection:
        (one,), _ = list_complaints(connection, ComplaintsWanted(division=PROVINCE, today=number(50)), Page(sort="due_on"))
        due = date.fromisoformat(one["due_on"])
        last, after = (day_number(due + timedelta(days=more)) for more in (0, 1))
        figures = [complaint_figures(connection, PROVINCE, today, None) for today in (last, after)]
    assert [figure.overdue for figure in figures] == [0, 1]
    assert figures[1].by_state == {"RECEIVED": 1, "RESOLVED": 1}
    assert figures[1].by_channel == {"LETTER": 1, "HOTLINE_12317": 1}
    assert figures[1].by_outcome == {"SUBSTANTIATED": 1}
    assert (one["household_id"], one["resolved_on"], one["outcome"]) == (None, None, None)


def test_everything_until_the_last_period_is_known(engine: Engine, new_register: Make) -> None:
    with snapshot(engine) as connection:
        assert supervision_known_before(connection) > known(28)
    with snapshot(new_register(checkpoints=False)) as connection:
        assert supervision_known_before(connection) == 0


@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_partitions_and_a_second_reading_make_the_same_tables(engine: Engine, new_register: Make, seed: int) -> None:
    chance, again = Random(seed), new_register(checkpoints=False)
    records = interleaved(records_of(the_register()), chance)
    for projection in (REGISTER.project(again), REGISTER.project(again)):
        for batch in batches(records, chance, 7):
            projection.fold(batch)
    with snapshot(engine) as lived, snapshot(again) as rebuilt:
        shapes = [shape_of(table) for table in REGISTER.digested]
        assert digest_view(rebuilt, shapes) == digest_view(lived, shapes)
