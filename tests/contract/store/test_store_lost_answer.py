"""A connection that breaks around the commit: the event store finds out what became of its write, and writes once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from registry.store.application import RegistryApplication
from registry.store.command_result import CommandResult
from registry.store.errors import CommandReplayed, ConnectionLost, StreamConflict
from registry.store.event_store import RegistryEventStore
from registry.store.mapper import AvroMapper
from registry.store.recorder import StoreRecorder
from registry.store.whole_write import Answer, WholeWrite
from tests.support.meter import Meter, SetClock, id_of
from tests.support.meter_store import MeterDatabase, check_store, meter_with

RESULT = CommandResult("staff-00042", "key-1", bytes(32), 201, b"{}")
Losing = Callable[..., RegistryApplication]


@pytest.fixture
def losing(database: MeterDatabase, clock: SetClock) -> Iterator[Losing]:
    """Opens the store over a line that breaks: after the commit, or before it, so many times."""
    opened: list[StoreRecorder] = []

    def open_one(*breaks: str, meanwhile: Callable[[], Any] = lambda: None) -> RegistryApplication:
        recorder = database.recorder()
        opened.append(recorder)
        left = list(breaks)
        writing, write_at_once = recorder.writing, recorder.write_at_once

        def break_at(moment: str) -> None:
            if left and left[0] == moment:
                left.pop(0)
                if moment == "after the commit":
                    meanwhile()
                raise ConnectionLost(f"the line broke {moment}")

        @contextmanager
        def breaking() -> Iterator[Any]:
            with writing() as transaction:
                yield transaction
                break_at("before the commit")
            break_at("after the commit")

        def breaking_at_once(write: WholeWrite) -> Answer:
            break_at("before the commit")
            answer = write_at_once(write)
            break_at("after the commit")
            return answer

        recorder.writing = breaking  # type: ignore[method-assign]
        recorder.write_at_once = breaking_at_once  # type: ignore[method-assign]
        return RegistryApplication(RegistryEventStore(AvroMapper(database.codec()), recorder, clock))

    yield open_one
    for recorder in opened:
        check_store(recorder, database.codec())
        recorder.close()


@pytest.mark.parametrize("breaks", [["after the commit"], ["before the commit"], ["before the commit", "after the commit"]])
def test_what_was_written_is_found_and_what_was_not_is_written(losing: Losing, breaks: list[str]) -> None:
    meter = Meter.opened(id_of("meter", 1))
    meter.read("1.00")
    application = losing(*breaks)
    recordings = application.save(meter, command=RESULT)
    assert [recording.notification.id for recording in recordings] == [1, 2]
    assert meter.pending == ()
    assert [r.domain_event for r in recordings] == list(application.events.get(meter.id)), "the events know stamp and link"
    assert application.find_command_result("staff-00042", "key-1") == RESULT
    assert application.events.recorder.head().position == 2


def test_after_three_broken_lines_the_caller_is_told(losing: Losing) -> None:
    application = losing(*["before the commit"] * 3)
    meter = Meter.opened(id_of("meter", 1))
    with pytest.raises(ConnectionLost):
        application.save(meter)
    assert application.events.recorder.head().position == 0
    assert application.save(meter), "and may try again: a fourth line holds"


def test_even_the_last_broken_line_is_looked_up(losing: Losing) -> None:
    application = losing("before the commit", "before the commit", "after the commit")
    assert len(application.save(Meter.opened(id_of("meter", 1)))) == 1


def test_somebody_elses_event_in_the_place_is_a_conflict(losing: Losing) -> None:
    application = losing("before the commit")
    meter = meter_with(losing(), 1)
    mine = application.load(Meter, meter.id)
    mine.read("1.00")
    other = application.load(Meter, meter.id)
    other._trigger(type(mine.pending[0])(**vars(mine.pending[0]) | {"event_id": id_of("another")}))
    losing().save(other)
    with pytest.raises(StreamConflict):
        application.save(mine)


def test_a_command_without_events_is_not_taken_for_a_repetition_of_itself(losing: Losing) -> None:
    application = losing("after the commit")
    assert application.save(command=RESULT) == []


def test_a_repetition_is_still_told_over_a_broken_line(losing: Losing) -> None:
    losing().save(Meter.opened(id_of("meter", 1)), command=RESULT)
    with pytest.raises(CommandReplayed):
        losing("before the commit").save(Meter.opened(id_of("meter", 2)), command=RESULT)


def test_an_answer_that_is_late_is_found_when_the_retry_conflicts_with_it(database: MeterDatabase, losing: Losing) -> None:
    """The server may still be committing when the look-up finds nothing; then the write that is tried again meets itself."""
    application = losing("after the commit")
    recorder = application.events.recorder
    select_row, blind = recorder.select_row, [True]

    def too_early(*place: Any) -> Any:
        return None if blind and blind.pop() else select_row(*place)

    recorder.select_row = too_early  # type: ignore[method-assign]
    meter = Meter.opened(id_of("meter", 1))
    assert [recording.notification.id for recording in application.save(meter, command=RESULT)] == [1]
    assert recorder.head().position == 1
