"""What hospitals' records led to in the demonstration: warnings on the real path, worked off by townships in its own time."""

from uuid import UUID

from sqlalchemy import select

from deploy.clocks import HandSetClock
from deploy.composition.read_side import opened_views
from deploy.composition.write_side import write_side
from deploy.demo.days import FIRST_DAY, LAST_DAY
from deploy.demo.hospitals.warned import Warned, expected, warned
from deploy.demo.installation import ENDS
from deploy.demo.scale import SCALES
from deploy.demo.staff import PROVINCE_OFFICER
from deploy.pipeline.warning import opened_warner
from projections.expenses.read_model import EXPENSES
from projections.expenses.tables import CASE, SETTLEMENT
from registry.early_warning.assess import EarlyWarningRaised
from registry.early_warning.outcome import IDENTIFIED, LINKED, EarlyWarningOutcomeRecorded
from registry.household.identification import HouseholdIdentified
from registry.household.members import MemberAdded
from registry.person.person import PersonJoinedHousehold, PersonLeftHousehold
from schemas.clock import shanghai_date
from tests.integration.demo.conftest import Finished

EPOCH = 719_163
"""Ordinal of 1970-01-01."""


def told(finished: Finished) -> tuple[dict[int, Warned], list[int]]:
    with opened_views(finished.settings) as views:
        engine = views.live(EXPENSES)
        assert engine is not None
        with engine.connect() as connection:
            due = [day for (day,) in connection.execute(select(CASE.c.due_on).where(CASE.c.due_on.is_not(None)))]
            return warned(connection), due


def test_warnings_are_about_as_many_as_expected_and_nearly_all_are_worked_off(finished: Finished) -> None:
    found, due = told(finished)
    foreseen = [expected(year, SCALES["tiny"]) for year in found]
    for cases, expected_of_all in (
        (sum(year.listed for year in found.values()), sum(listed for listed, _ in foreseen)),
        (sum(year.others for year in found.values()), sum(others for _, others in foreseen)),
    ):
        # Three standard errors of a count: this province is small.
        assert abs(cases - expected_of_all) < 3 * expected_of_all**0.5
    ended = sum(sum(year.outcomes.values()) for year in found.values())
    assert sum(year.open for year in found.values()) < 0.1 * ended
    # In the demonstration's own time, not in ours.
    assert due
    assert all(FIRST_DAY.toordinal() <= day + EPOCH <= LAST_DAY.toordinal() + 30 for day in due)


def test_levels_and_outcomes_are_many(finished: Finished) -> None:
    found, _ = told(finished)
    assert {level for year in found.values() for level in year.levels} == {"BLUE", "YELLOW", "ORANGE", "RED"}
    assert {"NO_RISK", "RELIEF_ONLY", *LINKED} <= {outcome for year in found.values() for outcome in year.outcomes}


def test_households_are_taken_in_and_monitored_for_what_hospitals_billed(finished: Finished) -> None:
    with write_side(finished.settings) as side:
        _, outcomes = side.store.events_of_types(0, [EarlyWarningOutcomeRecorded.TOPIC])
        _, raised = side.store.events_of_types(0, [EarlyWarningRaised.TOPIC])
        raised_at = {event.case_id: event.timestamp for event in raised}
        linked = [event for event in outcomes if event.linked_case_id is not None]
        assert {event.outcome for event in linked} == LINKED
        for event in linked:
            begun = [
                e for e in side.application.events.get(event.household_id) if getattr(e, "case_id", None) == event.linked_case_id
            ]
            # The bill before the story, and the story before the outcome that names it.
            assert raised_at[event.case_id] < begun[0].timestamp <= event.timestamp
            if event.outcome == IDENTIFIED:
                assert begun[0].application_source == "EARLY_WARNING"
                assert HouseholdIdentified.TOPIC in {e.TOPIC for e in begun}


def test_whoever_hospitals_led_to_the_register_has_a_name_there(finished: Finished) -> None:
    with write_side(finished.settings) as side:
        _, outcomes = side.store.events_of_types(0, [EarlyWarningOutcomeRecorded.TOPIC])
        _, raised = side.store.events_of_types(0, [EarlyWarningRaised.TOPIC])
        subjects = {event.case_id: event.subject_id for event in raised}
        identified = [(e.household_id, subjects[e.case_id]) for e in outcomes if e.outcome == IDENTIFIED]
        assert identified
        for household_id, person_id in identified:
            joined = side.application.events.get(household_id)
            assert person_id in {each.person_id for each in joined if isinstance(each, MemberAdded)}
            (known,) = side.vault.read([person_id], PROVINCE_OFFICER, "AUDIT", ("name",)).values()
            assert known["name"]


def test_nobody_is_billed_who_is_known_to_be_gone(finished: Finished) -> None:
    with write_side(finished.settings) as side:
        _, left = side.store.events_of_types(0, [PersonLeftHousehold.TOPIC])
        _, joined = side.store.events_of_types(0, [PersonJoinedHousehold.TOPIC])
    last = {event.originator_id: event for event in sorted([*left, *joined], key=lambda e: e.originator_version)}
    gone = {person: event for person, event in last.items() if isinstance(event, PersonLeftHousehold)}
    assert len(gone) > 20
    with opened_views(finished.settings) as views:
        engine = views.live(EXPENSES)
        assert engine is not None
        with engine.connect() as connection:
            bills = connection.execute(select(SETTLEMENT.c.person_id, SETTLEMENT.c.discharged_on)).all()
    known = [(gone[UUID(bytes=person)], day) for person, day in bills if day is not None and UUID(bytes=person) in gone]
    assert known
    assert [day for event, day in known if day + EPOCH > shanghai_date(event.timestamp).toordinal()] == []


def test_a_register_that_is_served_then_assesses_nobody_of_before_again(finished: Finished) -> None:
    with opened_warner(finished.settings, HandSetClock(ENDS)) as step:
        assert sum(step() for _ in range(3)) == 0
