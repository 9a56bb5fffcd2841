"""A person is live in at most one household."""

from datetime import date
from uuid import UUID

import pytest

from registry.person.person import Person, PersonalDataErased, PersonJoinedHousehold, PersonLeftHousehold
from registry.refusal import Refused
from tests.support.families import OTHER_HOUSEHOLD
from tests.support.scenario import HOUSEHOLD, VILLAGE, Scenario, actor, avro_mapper, day, person

DECISION = Scenario().decision(actor("VILLAGE_CLERK"))


def somebody(*moves: tuple[str, UUID, date]) -> Person:
    """A person who joined and left households on these days."""
    who = Person(person(1))
    for move, household_id, on in moves:
        getattr(who, move)(household_id, DECISION, on, division=VILLAGE)
    return who


def refusal(who: Person, move: str, household_id: UUID, on: date) -> list[tuple[str, str]]:
    """The codes and fields of the refusal; nothing may be left behind."""
    pending = len(who.pending)
    with pytest.raises(Refused) as refused:
        getattr(who, move)(household_id, DECISION, on, division=VILLAGE)
    assert len(who.pending) == pending
    return [(v.code, v.field) for v in refused.value.violations]


def test_a_person_joins_and_leaves() -> None:
    who = somebody(("join", HOUSEHOLD, day(1)), ("leave", HOUSEHOLD, day(5)), ("join", OTHER_HOUSEHOLD, day(5)))
    assert [type(event) for event in who.pending] == [PersonJoinedHousehold, PersonLeftHousehold, PersonJoinedHousehold]
    assert who.household_id == OTHER_HOUSEHOLD


def test_a_person_who_is_live_joins_nobody_else() -> None:
    who = somebody(("join", HOUSEHOLD, day(1)))
    assert refusal(who, "join", OTHER_HOUSEHOLD, day(2)) == [("E-PERSON-ALREADY-LIVE", "person_id")]
    assert refusal(who, "join", HOUSEHOLD, day(2)) == [("E-PERSON-ALREADY-LIVE", "person_id")]


def test_a_person_is_not_elsewhere_on_a_day_on_which_he_was_still_here() -> None:
    who = somebody(("join", HOUSEHOLD, day(1)), ("leave", HOUSEHOLD, day(5)))
    assert refusal(who, "join", OTHER_HOUSEHOLD, day(4)) == [("E-PERSON-ALREADY-LIVE", "person_id")]


def test_a_person_leaves_only_where_he_is_and_not_before_he_came() -> None:
    who = somebody(("join", HOUSEHOLD, day(3)))
    assert refusal(who, "leave", OTHER_HOUSEHOLD, day(4)) == [("E-NOT-A-MEMBER", "person_id")]
    assert refusal(who, "leave", HOUSEHOLD, day(2)) == [("E-DATE-ORDER", "effective_on")]


def test_who_was_erased_stays_where_he_is_and_joins_nobody() -> None:
    who = somebody(("join", HOUSEHOLD, day(1)))
    who.erase(DECISION, day(2))
    who.erase(DECISION, day(3))
    assert [type(event) for event in who.pending] == [PersonJoinedHousehold, PersonalDataErased]
    assert who.household_id == HOUSEHOLD
    who.leave(HOUSEHOLD, DECISION, day(4), division=VILLAGE)
    assert refusal(who, "join", HOUSEHOLD, day(5)) == [("E-PERSON-ERASED", "person_id")]


def test_the_events_survive_avro_and_a_replay() -> None:
    who = somebody(("join", HOUSEHOLD, day(1)), ("leave", HOUSEHOLD, day(5)))
    who.erase(DECISION, day(9))
    mapper = avro_mapper()
    again = Person.replay(None, [mapper.to_domain_event(mapper.to_stored_event(event)) for event in who.collect_events()])
    assert again is not None
    assert vars(again) == vars(who)


def test_two_additions_at_once_meet_at_the_next_version() -> None:
    one, two = somebody(("join", HOUSEHOLD, day(1))), somebody(("join", OTHER_HOUSEHOLD, day(1)))
    assert [(e.originator_id, e.originator_version) for e in one.pending] == [
        (e.originator_id, e.originator_version) for e in two.pending
    ]
