"""A command's result is stored with its events, in one transaction, and once."""

from dataclasses import replace

import pytest

from registry.store.application import RegistryApplication
from registry.store.command_result import CommandResult
from registry.store.errors import CommandReplayed, IdempotencyMismatch, StreamConflict
from schemas.codec import Unencodable
from tests.support.meter import Meter, id_of
from tests.support.meter_store import all_rows, meter_with

RESULT = CommandResult("staff-00042", "key-1", bytes(range(32)), 201, '{"版本": 1}'.encode())


def test_an_accepted_commands_result_is_kept(application: RegistryApplication) -> None:
    application.save(Meter.opened(id_of("meter", 1)), command=RESULT)
    assert application.find_command_result("staff-00042", "key-1") == RESULT


def test_a_result_may_be_kept_without_events(application: RegistryApplication) -> None:
    assert application.save(command=RESULT) == []
    assert application.find_command_result("staff-00042", "key-1") == RESULT
    assert all_rows(application.events.recorder) == []


def test_a_repeated_command_gets_the_first_answer_and_writes_nothing(application: RegistryApplication) -> None:
    application.save(Meter.opened(id_of("meter", 1)), command=RESULT)
    other_answer = replace(RESULT, status=200, body=b"{}")
    with pytest.raises(CommandReplayed) as replayed:
        application.save(Meter.opened(id_of("meter", 2)), command=other_answer)
    assert replayed.value.result == RESULT
    assert len(all_rows(application.events.recorder)) == 1


def test_a_repetition_is_told_before_a_conflict(application: RegistryApplication) -> None:
    """Sent again, the first command's events are taken: the sender is to hear of his success, not of a conflict with himself."""
    application.save(Meter.opened(id_of("meter", 1)), command=RESULT)
    with pytest.raises(CommandReplayed):
        application.save(Meter.opened(id_of("meter", 1)), command=RESULT)


def test_the_same_key_for_another_request_is_refused(application: RegistryApplication) -> None:
    application.save(Meter.opened(id_of("meter", 1)), command=RESULT)
    with pytest.raises(IdempotencyMismatch, match="key-1"):
        application.save(Meter.opened(id_of("meter", 2)), command=replace(RESULT, request_digest=bytes(32)))
    assert len(all_rows(application.events.recorder)) == 1
    assert application.find_command_result("staff-00042", "key-1") == RESULT


def test_two_actors_may_choose_the_same_key(application: RegistryApplication) -> None:
    others = replace(RESULT, actor="staff-00043")
    application.save(Meter.opened(id_of("meter", 1)), command=RESULT)
    application.save(Meter.opened(id_of("meter", 2)), command=others)
    assert application.find_command_result("staff-00043", "key-1") == others


def test_no_result_is_kept_of_a_command_that_was_not_stored(application: RegistryApplication) -> None:
    meter = meter_with(application, 1)
    stale = application.load(Meter, meter.id)
    meter.read("1.00")
    application.save(meter)
    stale.read("1.00")
    with pytest.raises(StreamConflict):
        application.save(stale, command=RESULT)
    spoilt = application.load(Meter, meter.id)
    spoilt.read("0.001")
    with pytest.raises(Unencodable):
        application.save(spoilt, command=RESULT)
    assert application.find_command_result("staff-00042", "key-1") is None
