"""What the register's read model keeps of a finding and of a complaint: a row for each step, and nothing of who said it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from projections.event_reader import EventReader
from projections.register.batch import Batch
from projections.register.supervision import COMPLAINT_STEPS, FINDING_STEPS, STEPS, take_step
from projections.register.tables import COMPLAINT_STEP, FINDING_STEP
from registry.supervision.typical_cases import ChooseTypicalCase
from schemas.catalogue import registry_catalogue
from schemas.code_tables import table
from tests.support.families import opening
from tests.support.logged import logged
from tests.support.plain_register import day_number
from tests.support.register import Register, a_register
from tests.support.scenario import COUNTY, HOUSEHOLD, TOWNSHIP, by, day
from tests.support.supervision import (
    COMPLAINT,
    FINDING,
    SUPERVISOR,
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


def rows_of(register: Register, *streams: UUID) -> Batch:
    """The rows of every event that the topic has of these streams."""
    reader: EventReader[None] = EventReader(registry_catalogue(), dict.fromkeys(STEPS))
    batch = Batch()
    for record in logged(*(register.streams[stream] for stream in streams), topics=(TOPIC,)):
        plan, event = reader.read(record.value)
        if plan.event_type in STEPS:
            take_step(batch, plan.event_type, event)
    return batch


def told(table: Any, rows: Iterable[Any]) -> list[dict[str, Any]]:
    return [dict(zip(table.c.keys(), row, strict=True)) for row in rows]


def test_every_step_of_a_finding_is_a_row() -> None:
    steps = team_assigned(), found(), assigned(to=COUNTY), assigned(12), rectified(), reopened(), rectified(20), verified(21)
    rows = told(FINDING_STEP, rows_of(a_register(opening(), *steps), FINDING).finding_steps)
    kinds = ["RECORDED", "ASSIGNED", "ASSIGNED", "RECTIFIED", "REOPENED", "RECTIFIED", "VERIFIED"]
    assert [(row["version"], row["kind"]) for row in rows] == list(enumerate(kinds, 1))
    assert {row["finding_id"] for row in rows} == {FINDING.bytes}
    # From the assignment on it is the office's that has it; it stays there.
    of_county, of_township = int(COUNTY), int(TOWNSHIP)
    assert [row["division"] for row in rows] == [of_township, of_county, *[of_township] * 5]
    days = [day_number(day(number)) for number in (10, 11, 12, 15, 17, 20, 21)]
    assert [row["effective_on"] for row in rows] == days
    due = [day_number(day(20)), day_number(day(30))]
    assert [row["due_on"] for row in rows] == [None, due[0], due[0], None, due[1], None, None]
    roles = ["SUPERVISOR", "COUNTY_OFFICER", "COUNTY_OFFICER", "TOWNSHIP_OFFICER", "SUPERVISOR", "TOWNSHIP_OFFICER", "SUPERVISOR"]
    assert [row["actor_role"] for row in rows] == roles


def test_the_recording_alone_says_what_was_found() -> None:
    first, second = told(
        FINDING_STEP, rows_of(a_register(opening(), team_assigned(), found(), assigned()), FINDING).finding_steps
    )
    names = ("team", "section", "finding_type", "severity", "conduct_kind", "household_id", "holds_exit")
    assert [first[name] for name in names] == [3, "EXIT", "NO_CONSENT", "GRAVE", None, HOUSEHOLD.bytes, True]
    assert {second[name] for name in names} == {None}


def test_a_complaint_is_received_and_resolved() -> None:
    batch = rows_of(a_register(opening(), complained(), resolved()), COMPLAINT)
    received, done = told(COMPLAINT_STEP, batch.complaint_steps)
    assert batch.finding_steps == []
    assert (received["kind"], received["channel"], received["section"]) == ("RECEIVED", "HOTLINE_12317", "EXIT")
    assert (received["household_id"], received["outcome"], received["division"]) == (HOUSEHOLD.bytes, None, int(TOWNSHIP))
    assert received["due_on"] > received["effective_on"]
    assert (done["kind"], done["outcome"], done["due_on"], done["channel"]) == ("RESOLVED", "SUBSTANTIATED", None, None)


def test_who_took_a_step_is_in_no_row() -> None:
    register = a_register(opening(), team_assigned(), found(), assigned(), rectified(), complained())
    batch = rows_of(register, FINDING, COMPLAINT)
    staff = {event.actor[part] for stream in (FINDING, COMPLAINT) for event in register.streams[stream] for part in ("id", "org")}
    kept = {value for row in (*batch.finding_steps, *batch.complaint_steps) for value in row}
    assert staff
    assert not staff & kept


def test_what_a_team_tells_in_its_digest_is_no_step() -> None:
    chosen = by(SUPERVISOR, ChooseTypicalCase(finding_id=FINDING, effective_on=day(16)))
    register = a_register(opening(), team_assigned(), found(), chosen)
    assert len(rows_of(register, *(stream for stream in register.streams)).finding_steps) == 1


def test_every_state_and_every_event_has_its_step() -> None:
    known = {name for name in registry_catalogue().event_types if name.startswith("supervision.")}
    assert known - STEPS == {"supervision.typical_case_chosen"}
    assert {*FINDING_STEPS.values()} == {*table("finding_state").codes, "REOPENED"}
    assert {*COMPLAINT_STEPS.values()} == {*table("complaint_state").codes}
