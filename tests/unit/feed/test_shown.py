"""Given a life, when the feed turns its events, then this is told of it and nothing more."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from consumers.feed.errors import FeedStopped
from consumers.feed.facts import MEANINGS
from projections.register.facts.catalogue import FACTS
from registry.event import RegistryEvent
from registry.household.closing import CloseHousehold
from registry.household.exit import ExitProposed, HouseholdExited
from registry.household.home_check import HomeChecked
from registry.household.identification import IdentificationApplied
from registry.household.relocation import RelocateHousehold
from schemas.division_codes import township_code
from schemas.public import change_id_of, public_table
from tests.support import histories
from tests.support.corrected import LATE, correct, found_wrong, void
from tests.support.histories import EXITED_ON, PROPOSED_ON, REGISTERED_ON, RELAPSED_ON, do
from tests.support.logged import logged
from tests.support.random_lives import random_life, random_neighbourhood
from tests.support.register import Register
from tests.support.scenario import FAR_VILLAGE, HOUSEHOLD, OTHER_VILLAGE, TOWNSHIP, VILLAGE, day, given
from tests.support.turned import changes_in, lines, messages_of, states_in, turned

TABLE = public_table()
IDENTIFIED = ("IDENTIFIED", "NOT_REGISTERED", "REGISTERED")
PROPOSED = ("EXIT_PROPOSED", "REGISTERED", "PRE_EXIT")
EXITED = ("EXITED", "PRE_EXIT", "EXITED_WITH_POLICY")
SHAPES_ONLY_SIZE = {
    *("household.member_added", "household.member_removed", "household.household_split", "household.household_merged"),
}
"""Facts of the read model's history that change nothing but the size, which is not public."""


def told_of(register: Register) -> list[Any]:
    return turned(register.streams[HOUSEHOLD])


def test_whoever_applies_and_is_not_identified_is_shown_to_nobody() -> None:
    assert turned(given(histories.in_ledger()).history) == []
    assert turned(given(histories.approved()).history) == []
    assert turned(given(histories.rejected()).history) == []


def test_an_identified_household_is_told_with_its_township_and_no_more() -> None:
    life = given(histories.registered()).history
    (change,) = changes_in(turned(life))
    event = next(event for event in life if event.TOPIC == "household.household_identified")
    assert change == {
        "change_id": change_id_of(event.event_id),
        "recorded_at": event.timestamp,
        "household_id": HOUSEHOLD,
        "change_no": 1,
        "effective_on": REGISTERED_ON,
        "kind": "IDENTIFIED",
        "corrects": None,
        "status_before": "NOT_REGISTERED",
        "status_after": "REGISTERED",
        "overlay_before": "NONE",
        "overlay_after": "NONE",
        "spell_no": 1,
        "division": TOWNSHIP,
    }
    (state,) = states_in(turned(life))
    assert state == {
        "household_id": HOUSEHOLD,
        "change_id": change["change_id"],
        "change_no": 1,
        "recorded_at": event.timestamp,
        "status": "REGISTERED",
        "status_on": REGISTERED_ON,
        "overlay": "NONE",
        "spell_no": 1,
        "division": TOWNSHIP,
    }


def test_a_whole_life_is_told_step_by_step() -> None:
    told = turned(given(histories.re_entered()).history)
    relapsed, re_entered = ("RELAPSED", "EXITED_WITH_POLICY", "RELAPSED"), ("RE_ENTERED", "RELAPSED", "REGISTERED")
    assert lines(told) == [IDENTIFIED, PROPOSED, EXITED, relapsed, re_entered]
    assert [change["change_no"] for change in changes_in(told)] == [1, 2, 3, 4, 5]
    assert [change["spell_no"] for change in changes_in(told)] == [1, 1, 1, 2, 2]
    assert [state and state["status_on"] for state in states_in(told)][:4] == [REGISTERED_ON, PROPOSED_ON, EXITED_ON, RELAPSED_ON]


def test_one_that_is_cleared_out_is_told_and_then_gone() -> None:
    told = turned(given(histories.cleared_out(histories.helped(), day(30))).history)
    assert lines(told)[-1] == ("CLEARED_OUT", "REGISTERED", "NOT_REGISTERED")
    assert states_in(told)[-1] is None
    last = told[-1]
    assert (last.key, last.value) == (str(HOUSEHOLD).encode(), None)


def test_one_that_is_closed_is_told_and_then_gone() -> None:
    closed = given(histories.registered(), do(CloseHousehold, day(100), reason_code="MOVED_OUT_OF_PROVINCE"))
    assert lines(turned(closed.history))[-1] == ("CLOSED", "REGISTERED", "NOT_REGISTERED")
    assert states_in(turned(closed.history))[-1] is None


def test_one_that_was_never_there_is_closed_in_silence() -> None:
    closed = given(histories.in_ledger(), do(CloseHousehold, day(100), reason_code="MOVED_OUT_OF_PROVINCE"))
    assert turned(closed.history) == []


def test_a_move_is_told_where_it_leads_to_another_township() -> None:
    assert township_code(VILLAGE) != township_code(OTHER_VILLAGE)
    moved = given(histories.registered(), do(RelocateHousehold, day(50), to_division=FAR_VILLAGE))
    change = changes_in(turned(moved.history))[-1]
    assert (change["kind"], change["division"]) == ("MOVED", township_code(FAR_VILLAGE))
    *before, move = moved.history
    next_village = replace(move, to_division=f"{int(VILLAGE) + 1}")  # type: ignore[call-arg]
    assert lines(turned([*before, next_village])) == [IDENTIFIED]


def test_a_corrected_day_is_told_although_the_status_stays() -> None:
    register = found_wrong(histories.exited())
    correct(register, HouseholdExited, effective_on=EXITED_ON - timedelta(days=1))
    told = told_of(register)
    *_, exited, corrected = changes_in(told)
    assert (corrected["kind"], corrected["corrects"]) == ("CORRECTED", exited["change_id"])
    assert corrected["effective_on"] == EXITED_ON - timedelta(days=1)
    assert (corrected["status_before"], corrected["status_after"]) == ("EXITED_WITH_POLICY", "EXITED_WITH_POLICY")
    state = states_in(told)[-1]
    assert state is not None
    assert (state["status_on"], state["change_no"]) == (EXITED_ON - timedelta(days=1), 4)


def test_a_corrected_day_of_long_ago_is_told_too() -> None:
    register = found_wrong(histories.exited())
    correct(register, ExitProposed, effective_on=PROPOSED_ON - timedelta(days=2))
    _, proposed, exited, corrected = changes_in(told_of(register))
    assert (corrected["kind"], corrected["corrects"]) == ("CORRECTED", proposed["change_id"])
    assert states_in(told_of(register))[-1] == {
        **(states_in(told_of(register))[-2] or {}),
        "change_id": corrected["change_id"],
        "change_no": exited["change_no"] + 1,
        "recorded_at": corrected["recorded_at"],
    }


def test_a_voided_exit_leaves_the_state_before_it() -> None:
    """The write side voids no change of status; whatever a log may hold, what is shown follows from it."""
    told = turned(with_a_voided_exit())
    assert lines(told) == [IDENTIFIED, PROPOSED, EXITED, ("VOIDED", "EXITED_WITH_POLICY", "PRE_EXIT")]
    *_, exited, voided = changes_in(told)
    assert (voided["corrects"], voided["effective_on"]) == (exited["change_id"], LATE)
    state = states_in(told)[-1]
    assert state is not None
    assert (state["status"], state["status_on"]) == ("PRE_EXIT", PROPOSED_ON)


def with_a_voided_exit() -> list[RegistryEvent]:
    """An exit, and the voiding of a later fact turned against it."""
    register = found_wrong(histories.relapse_checked())
    exited = register.event(HOUSEHOLD, HouseholdExited)
    void(register, HomeChecked, 2)
    *before, voided = register.streams[HOUSEHOLD]
    return [*before, replace(voided, corrects_event_id=exited.event_id)]


def test_a_voided_fact_that_is_not_public_is_voided_in_silence() -> None:
    register = found_wrong(histories.relapse_checked())
    before = lines(told_of(register))
    void(register, HomeChecked, 2)
    assert lines(told_of(register)) == before


def test_every_kind_of_change_comes_out_of_some_life() -> None:
    lives = [*map(random_life, (11, 35, 77, 104)), random_neighbourhood(3), with_a_voided_exit()]
    assert {change["kind"] for life in lives for change in changes_in(turned(life))} == {*TABLE.changes.values(), "CORRECTED"}


def test_whatever_changes_a_status_an_overlay_a_spell_or_a_place_has_a_meaning() -> None:
    shaping = {event_type for event_type, fact in FACTS.items() if fact.shapes}
    assert shaping - SHAPES_ONLY_SIZE == set(MEANINGS)
    assert set(MEANINGS) == (set(TABLE.changes) | set(TABLE.unseen)) - {"household.fact_voided"}


def test_a_missing_version_stops_the_feed() -> None:
    records = logged(given(histories.registered()).history)
    with pytest.raises(FeedStopped, match="version 4 follows version 2"):
        messages_of([*records[:2], *records[3:]])


def test_a_repeated_version_is_told_once() -> None:
    records = logged(given(histories.registered()).history)
    assert messages_of([*records, *records]) == messages_of(records)


def test_bytes_that_nobody_can_read_stop_the_feed() -> None:
    first, *rest = logged(given(histories.registered()).history)
    for value in (None, b"", b"\x00\x00\x00\xff\xff", first.value and first.value[:30]):
        with pytest.raises(FeedStopped, match=r"household\.events partition \d+ offset 0 .*undecodable"):
            messages_of([first._replace(value=value), *rest])


def test_a_record_without_its_position_stops_the_feed() -> None:
    records = logged(given(histories.registered()).history)
    with pytest.raises(FeedStopped, match="no header registry_position"):
        messages_of([records[0]._replace(headers=records[0].headers[:-1]), *records[1:]])


def test_the_headers_are_a_cloud_events_and_name_the_position_of_the_event() -> None:
    life = given(histories.registered()).history
    changed, state = turned(life)
    headers = dict(changed.headers)
    (change,) = changes_in([changed])
    event_headers = dict(logged(life)[-1].headers)
    assert UUID(headers["ce_id"].decode()) == change["change_id"]
    assert headers["ce_type"] == b"public.household_changed"
    assert headers["ce_subject"] == changed.key == state.key == str(HOUSEHOLD).encode()
    assert (headers["ce_time"], headers["registry_position"]) == (event_headers["ce_time"], event_headers["registry_position"])
    assert headers["content-type"] == b"application/avro"
    assert dict(state.headers)["ce_type"] == b"public.household_state"
    assert dict(state.headers)["ce_id"] != headers["ce_id"]
    assert changed.timestamp_ms == state.timestamp_ms == int(life[-1].timestamp.timestamp() * 1000)


def test_what_can_only_happen_unseen_stops_the_feed_where_it_would_be_seen() -> None:
    """Nobody applies who is on the register: a stream that says so contradicts itself, and is not guessed at."""
    applied = next(event for event in given(histories.applied()).history if type(event) is IdentificationApplied)
    life = given(histories.registered()).history
    again = replace(applied, originator_version=len(life) + 1, timestamp=life[-1].timestamp)
    with pytest.raises(FeedStopped, match="identification_applied does not fold"):
        messages_of(logged([*life, again]))
