"""Many commands, one save: each sees the ones before it, a refused one leaves no trace, and nothing is half done."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from eventsourcing.application import AggregateNotFoundError

from deploy.composition.reference_documents import REGISTRY
from deploy.composition.write_side import WriteSide
from registry.application.batch import Batch, Given
from registry.application.request import Request
from registry.application.service import ATTEMPTS_MAX, Conflict, VersionStale
from registry.command import Command
from registry.household.household import Household
from registry.household.ledger import RecordLedgerHousehold
from registry.household.visits import RecordHomeVisit
from registry.reference.division_set import ChangedDivision, ChangeDivisions
from registry.refusal import Refused
from registry.store.command_result import CommandResult
from registry.store.errors import CommandReplayed
from tests.support.families import OTHER_HOUSEHOLD, SON, ledger_entry, members_known, newcomer, opening
from tests.support.hand_set_register import actor_of, give, give_one, move_clock, request_of
from tests.support.histories import do, in_ledger, registered
from tests.support.scenario import FAR_VILLAGE, HOUSEHOLD, VILLAGE, By, Step, actor, day, legitimate

RESULT = CommandResult("importer-1", "file-1/batch-1", bytes(range(32)), 200, b"{}")
CLERK = actor_of(actor("VILLAGE_CLERK"))


class Desk:
    """Gives commands to a batch, each by somebody who may, and notes who was overtaken."""

    def __init__(self, side: WriteSide) -> None:
        self.side = side
        self.overtaken: list[tuple[Given, list[str]]] = []
        self.batch = Batch(side.service, lambda given, refused: self.overtaken.append((given, codes_of(refused))))

    def add(self, step: Step, **circumstances: Any) -> None:
        assert isinstance(step, By | Command)
        command, who = (step.command, step.actor) if isinstance(step, By) else (step, legitimate(step))
        move_clock(self.side, command.effective_on)
        self.batch.add(command, request_of(self.side, actor_of(who), **circumstances))

    def versions(self) -> list[int]:
        return [event.originator_version for event in self.side.store.get(HOUSEHOLD)]


def codes_of(refused: Refused) -> list[str]:
    return [violation.code for violation in refused.violations]


@pytest.fixture
def desk(side: WriteSide) -> Desk:
    return Desk(side)


def visit(minutes: int = 30) -> Command:
    return do(RecordHomeVisit, day(1), visitor_role="HELPER", visitor_id="helper-1", purpose="SURVEY", minutes=minutes)


def minutes_of(side: WriteSide) -> list[int]:
    return [event.minutes for event in side.store.get(HOUSEHOLD) if hasattr(event, "minutes")]


def test_every_command_sees_those_before_it_and_all_are_saved_together(desk: Desk) -> None:
    begun = desk.side.store.recorder.head().position
    for step in registered():
        desk.add(step)
    assert len(desk.batch) == len(registered())
    assert desk.versions() == [], "nothing is stored before the save"
    count = desk.batch.save()
    rows = desk.side.store.recorder.select_raw(begun, 1000)
    assert count == len([row for row in rows if row[2] != "registry.period_closed"])
    assert len({row[4] for row in rows}) == 1, "one transaction, one instant"
    assert desk.side.application.load(Household, HOUSEHOLD).status == "REGISTERED"
    assert len(desk.batch) == 0


def test_a_batch_records_what_the_commands_one_by_one_would(desk: Desk, side: WriteSide) -> None:
    for step in registered():
        desk.add(step)
    in_batch = [type(event).__name__ for aggregate in desk.batch._touched.values() for event in aggregate.pending]
    give(side, registered())
    one_by_one = [type(event).__name__ for event in side.store.get(HOUSEHOLD)]
    assert [name for name in in_batch if not name.startswith("Person")] == one_by_one


def test_a_refused_command_leaves_no_trace_and_holds_up_nobody(desk: Desk) -> None:
    for step in in_ledger():
        desk.add(step)
    with pytest.raises(Refused, match="E-PERSON-ALREADY-LIVE"):
        desk.add(opening(OTHER_HOUSEHOLD, newcomer(SON, "HEAD", "MALE"), effective_on=day(1)))
    with pytest.raises(Refused):
        desk.add(replace(visit(), minutes=-5))
    with pytest.raises(Refused):
        desk.add(By(actor("SUPERVISOR"), visit()))
    assert len(desk.batch) == len(in_ledger())
    desk.add(visit())
    desk.batch.save()
    assert desk.versions() == [1, 2, 3, 4, 5]
    with pytest.raises(AggregateNotFoundError):
        desk.side.application.load(Household, OTHER_HOUSEHOLD)


def test_a_command_that_is_out_of_scope_does_not_spoil_what_was_accepted(desk: Desk) -> None:
    for step in in_ledger():
        desk.add(step)
    elsewhere = replace(CLERK, division=FAR_VILLAGE)
    with pytest.raises(Refused, match="E-AUTH-SCOPE"):
        desk.batch.add(visit(99), request_of(desk.side, elsewhere))
    desk.add(visit(30))
    desk.batch.save()
    assert minutes_of(desk.side) == [30]
    assert desk.versions() == [1, 2, 3, 4, 5]
    assert desk.overtaken == []


def test_a_stale_command_does_not_spoil_what_was_accepted(desk: Desk) -> None:
    """Of reference data only the decided aggregate tells its version, so the decision is there already when it is refused."""
    villages = [ChangedDivision(code=f"46903010029{number}", level="VILLAGE", name_zh="村") for number in range(2)]
    first, second = (ChangeDivisions(effective_on=day(0), edition=village.code, divisions=(village,)) for village in villages)
    desk.batch.add(first, request_of(desk.side, REGISTRY))
    with pytest.raises(VersionStale):
        desk.batch.add(second, request_of(desk.side, REGISTRY, expected_version=77))
    assert desk.batch.save() == 1
    desk.side.shelf.refresh()
    known = desk.side.shelf.divisions()
    assert [village.code in known for village in villages] == [True, False]


def test_after_a_save_the_batch_begins_anew(desk: Desk) -> None:
    for step in in_ledger():
        desk.add(step)
    desk.batch.save()
    give_one(desk.side, visit(10))
    desk.add(visit(20))
    assert desk.batch.save() == 1
    assert minutes_of(desk.side) == [10, 20]
    assert desk.batch.save() == 0


def test_what_somebody_else_wrote_meanwhile_is_taken_into_account(desk: Desk) -> None:
    give(desk.side, in_ledger())
    desk.add(visit(20))
    desk.add(visit(30))
    give_one(desk.side, visit(10))
    assert desk.batch.save() == 2
    assert minutes_of(desk.side) == [10, 20, 30]
    assert desk.versions() == [1, 2, 3, 4, 5, 6, 7]
    assert desk.overtaken == []


def test_who_was_overtaken_is_told_and_left_out(desk: Desk) -> None:
    desk.add(ledger_entry(OTHER_HOUSEHOLD))
    desk.add(members_known(newcomer(SON, "HEAD", "MALE"), household_id=OTHER_HOUSEHOLD))
    desk.add(ledger_entry())
    give_one(desk.side, ledger_entry())
    give_one(desk.side, members_known())  # the son lives here now
    assert desk.batch.save() == 1, "the neighbours' ledger entry; ours says what the ledger says already"
    ((given, codes),) = desk.overtaken
    assert given.command == members_known(newcomer(SON, "HEAD", "MALE"), household_id=OTHER_HOUSEHOLD)
    assert codes == ["E-PERSON-ALREADY-LIVE"]
    assert desk.side.application.load(Household, OTHER_HOUSEHOLD).version == 1


def always_overtaken(desk: Desk) -> None:
    """Somebody writes to the household just before each attempt to save."""
    save: Callable[..., Any] = desk.side.application.save

    class Overtaking:
        def save(self, *aggregates: Any, command: CommandResult | None = None) -> Any:
            give_one(desk.side, visit(1))
            return save(*aggregates, command=command)

        find_command_result = desk.side.application.find_command_result

    desk.batch.service = replace(desk.side.service, store=Overtaking())


@pytest.mark.parametrize("attempts", [1, 3, ATTEMPTS_MAX])
def test_it_gives_up_after_so_many_attempts_and_has_stored_nothing(desk: Desk, attempts: int) -> None:
    give(desk.side, in_ledger())
    always_overtaken(desk)
    desk.add(visit(99))
    with pytest.raises(Conflict, match=f"{attempts} attempts") as conflict:
        desk.batch.save(RESULT, attempts=attempts)
    assert conflict.value.code == "E-CONCURRENCY"
    assert minutes_of(desk.side) == [1] * attempts
    assert len(desk.batch) == 0
    assert desk.side.application.find_command_result(RESULT.actor, RESULT.key) is None


def test_a_batch_that_was_saved_before_is_not_saved_again(desk: Desk) -> None:
    for step in in_ledger():
        desk.add(step)
    desk.batch.save(RESULT)
    desk.add(visit())
    with pytest.raises(CommandReplayed) as replayed:
        desk.batch.save(RESULT)
    assert replayed.value.result == RESULT
    assert desk.versions() == [1, 2, 3, 4]
    assert len(desk.batch) == 0
    desk.add(visit(7))
    desk.batch.save()
    assert minutes_of(desk.side) == [7], "what was given with the repeated batch is not in the next one"


def test_a_batch_in_which_all_was_refused_is_still_remembered_as_done(desk: Desk) -> None:
    with pytest.raises(Refused):
        desk.add(visit())  # nobody knows the household
    assert desk.batch.save(RESULT) == 0
    assert desk.side.application.find_command_result(RESULT.actor, RESULT.key) == RESULT


def test_commands_of_different_conversations_keep_their_own(desk: Desk) -> None:
    requests = [request_of(desk.side, CLERK), request_of(desk.side, CLERK)]
    give(desk.side, in_ledger())
    move_clock(desk.side, day(1))
    for request, minutes in zip(requests, (10, 20), strict=True):
        desk.batch.add(visit(minutes), request)
    desk.batch.save()
    visits = [event for event in desk.side.store.get(HOUSEHOLD) if hasattr(event, "minutes")]
    assert [event.correlation_id for event in visits] == [request.correlation_id for request in requests]


def test_a_household_is_entered_into_somebody_elses_village_by_nobody(desk: Desk) -> None:
    entry = RecordLedgerHousehold(household_id=HOUSEHOLD, effective_on=day(0), division=VILLAGE, size=3, labour_count=1)
    stranger: Request = request_of(desk.side, replace(CLERK, division=FAR_VILLAGE))
    with pytest.raises(Refused, match="E-AUTH-SCOPE"):
        desk.batch.add(entry, stranger)
    assert desk.batch.save() == 0
