"""The command service on a real store: who asks, what he saw, the rules, and each command once; in that order."""

import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from deploy.composition.write_side import WriteSide
from registry.application.loader import StoreLoader
from registry.application.service import ATTEMPTS_MAX, CommandService, Conflict, VersionStale
from registry.command import Command
from registry.household.corrections import CorrectFact
from registry.household.exit import ProposeExit
from registry.household.ledger import RecordLedgerHousehold
from registry.household.members import AddMember, RemoveMember
from registry.household.merge import MergeHouseholds
from registry.household.relocation import RelocateHousehold
from registry.household.visits import RecordHomeVisit
from registry.refusal import Refused
from registry.store.errors import IdempotencyMismatch
from tests.support.hand_set_register import actor_of, give, give_one, move_clock, opened_installation, request_of
from tests.support.histories import do, grown_up, in_ledger
from tests.support.scenario import FAR_VILLAGE, HOUSEHOLD, PROVINCE, VILLAGE, actor, by, day, person

OTHER = UUID(int=(0x5EED << 64) + 9)
CLERK = actor_of(actor("VILLAGE_CLERK"))
OFFICER = actor_of(actor("TOWNSHIP_OFFICER"))
STRANGER = dataclasses.replace(CLERK, division=FAR_VILLAGE)


@pytest.fixture
def side(made: Path, tmp_path: Path) -> Iterator[WriteSide]:
    folder = tmp_path / "register"
    shutil.copytree(made, folder)
    with opened_installation(folder) as side:
        yield side


def visit(minutes: int = 30) -> Command:
    return do(RecordHomeVisit, day(1), visitor_role="HELPER", visitor_id="helper-1", purpose="SURVEY", minutes=minutes)


def codes_of(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [violation.code for violation in refused.value.violations]


def versions(side: WriteSide) -> list[int]:
    return [event.originator_version for event in side.store.get(HOUSEHOLD)]


def test_an_accepted_command_tells_the_new_version_and_what_was_recorded_in_every_stream(side: WriteSide) -> None:
    recorded, registered = give(side, in_ledger())
    assert (recorded.status, recorded.version, [e["type"] for e in recorded.events]) == (
        201,
        1,
        ["household.village_ledger_entry_upserted"],
    )
    assert registered.status == 200
    assert registered.version == 4
    assert [event["type"] for event in registered.events].count("person.person_joined_household") == 3


def test_what_changes_nothing_is_accepted_and_makes_nothing(side: WriteSide) -> None:
    give(side, in_ledger())
    again = give_one(side, in_ledger()[0])
    assert (again.status, again.version, again.events) == (200, 4, ())


def test_a_role_that_may_not_is_told_so_before_anything_about_the_household(side: WriteSide) -> None:
    with pytest.raises(Refused) as refused:
        side.service.execute(do(ProposeExit, day(0)), request_of(side, OFFICER))
    assert codes_of(refused) == ["E-AUTH-ROLE"]


def test_who_is_responsible_elsewhere_learns_nothing_of_the_households_state(side: WriteSide) -> None:
    give(side, in_ledger())
    proposing = do(ProposeExit, day(0))  # within the division it is refused for the state
    with pytest.raises(Refused) as refused:
        side.service.execute(proposing, request_of(side, CLERK))
    assert codes_of(refused) == ["E-STATE"]
    with pytest.raises(Refused) as refused:
        side.service.execute(proposing, request_of(side, STRANGER))
    assert codes_of(refused) == ["E-AUTH-SCOPE"]


def test_a_household_is_not_entered_into_somebody_elses_village(side: WriteSide) -> None:
    with pytest.raises(Refused) as refused:
        side.service.execute(
            do(RecordLedgerHousehold, day(0), division=VILLAGE, size=3, labour_count=1), request_of(side, STRANGER)
        )
    assert codes_of(refused) == ["E-AUTH-SCOPE"]
    assert versions(side) == []


def test_a_merger_needs_both_villages(side: WriteSide) -> None:
    give(side, in_ledger())
    far = RecordLedgerHousehold(household_id=OTHER, effective_on=day(0), division=FAR_VILLAGE, size=2, labour_count=1)
    side.service.execute(far, request_of(side, STRANGER))
    merging = do(MergeHouseholds, day(0), into_household_id=OTHER, movers=())
    with pytest.raises(Refused) as refused:
        side.service.execute(merging, request_of(side, OFFICER))
    assert codes_of(refused) == ["E-AUTH-SCOPE"]


def test_a_stale_version_is_refused_before_the_rules_and_tells_the_present_one(side: WriteSide) -> None:
    give(side, in_ledger())
    with pytest.raises(VersionStale) as stale:
        side.service.execute(do(ProposeExit, day(0)), request_of(side, CLERK, expected_version=1))
    assert (stale.value.code, stale.value.present) == ("E-PRECONDITION", 4)


def test_the_version_that_was_seen_is_let_through(side: WriteSide) -> None:
    give(side, in_ledger())
    move_clock(side, day(1))
    assert side.service.execute(visit(), request_of(side, CLERK, expected_version=4)).version == 5


def test_a_new_household_has_version_0(side: WriteSide) -> None:
    outcome = give_one(side, in_ledger()[0], expected_version=0)
    assert outcome.version == 1


def test_the_same_key_gives_the_first_answer_and_records_nothing_again(side: WriteSide) -> None:
    give(side, in_ledger())
    first = give_one(side, visit(), idempotency_key="k1", digest=b"1" * 32)
    again = give_one(side, visit(), idempotency_key="k1", digest=b"1" * 32)
    assert not first.replayed
    assert again == dataclasses.replace(first, replayed=True)
    assert versions(side)[-1] == first.version


def test_the_same_key_for_another_request_is_refused(side: WriteSide) -> None:
    give(side, in_ledger())
    give_one(side, visit(), idempotency_key="k1", digest=b"1" * 32)
    with pytest.raises(IdempotencyMismatch):
        give_one(side, visit(31), idempotency_key="k1", digest=b"2" * 32)


def test_only_accepted_commands_are_kept_so_a_refused_one_may_be_mended_under_its_key(side: WriteSide) -> None:
    give(side, in_ledger())
    with pytest.raises(Refused):
        give_one(side, do(ProposeExit, day(0)), idempotency_key="k1", digest=b"1" * 32)
    assert not give_one(side, visit(), idempotency_key="k1", digest=b"2" * 32).replayed


class Overtaken(StoreLoader):
    """A unit of work during which somebody else always writes to the household first."""

    side: WriteSide
    times = 0

    def household(self, household_id: UUID) -> Any:
        fresh = household_id not in self._loaded
        household = super().household(household_id)
        if fresh:
            type(self).times += 1
            self.side.service.execute(visit(type(self).times), request_of(self.side, CLERK))
        return household


def overtaken(side: WriteSide, pauses: list[int]) -> CommandService:
    class Loader(Overtaken):
        pass

    Loader.side = side
    return dataclasses.replace(side.service, new_loader=lambda: Loader(side.application), pause=pauses.append)


def test_a_household_that_others_keep_changing_is_given_up_after_a_few_attempts(side: WriteSide) -> None:
    give(side, in_ledger())
    move_clock(side, day(1))
    pauses: list[int] = []
    with pytest.raises(Conflict) as conflict:
        overtaken(side, pauses).execute(visit(99), request_of(side, CLERK))
    assert conflict.value.code == "E-CONCURRENCY"
    assert pauses == [1, 2, 3, 4]
    assert versions(side) == list(range(1, 4 + 1 + ATTEMPTS_MAX))
    assert 99 not in [getattr(event, "minutes", None) for event in side.store.get(HOUSEHOLD)]


def test_who_said_what_he_saw_is_told_that_it_has_changed_rather_than_of_a_conflict(side: WriteSide) -> None:
    give(side, in_ledger())
    move_clock(side, day(1))
    with pytest.raises(VersionStale) as stale:
        overtaken(side, []).execute(visit(99), request_of(side, CLERK, expected_version=4))
    assert stale.value.present == 5


def test_what_was_sent_twice_at_once_is_not_refused_by_its_own_trace(side: WriteSide) -> None:
    give(side, in_ledger())
    move_clock(side, day(1))
    command = do(AddMember, day(1), reason_code="OTHER", member=grown_up(7))
    request = request_of(side, CLERK, idempotency_key="k1", digest=b"1" * 32)
    first: list[Any] = []

    class Loader(StoreLoader):
        def household(self, household_id: UUID) -> Any:
            if not first:
                first.append(side.service.execute(command, request))
            return super().household(household_id)

    again = dataclasses.replace(side.service, new_loader=lambda: Loader(side.application)).execute(command, request)
    assert again == dataclasses.replace(first[0], replayed=True)


def test_the_id_of_a_person_is_no_households_and_a_households_no_persons(side: WriteSide) -> None:
    give(side, in_ledger())
    entered = RecordLedgerHousehold(household_id=person(1), effective_on=day(0), division=VILLAGE, size=2, labour_count=1)
    for command in (entered, do(RemoveMember, day(0), person_id=HOUSEHOLD, reason_code="DEATH")):
        with pytest.raises(Refused) as refused:
            side.service.execute(command, request_of(side, CLERK))
        assert codes_of(refused) == ["E-ID-TAKEN"]
    assert len(list(side.store.get(person(1)))) == 1


def test_who_the_household_moved_to_corrects_its_facts_but_no_persons_move_within_the_old_place(side: WriteSide) -> None:
    """A person's own stream says where it was; what is recorded there is asked about too."""
    give(side, in_ledger())
    newcomer = grown_up(4, "OTHER")
    (visited, joined) = give(side, [visit(), do(AddMember, day(2), member=newcomer, reason_code="MARRIED_IN")])
    give(side, [by("COUNTY_OFFICER", do(RelocateHousehold, day(3), to_division=FAR_VILLAGE))])
    officer = actor_of(actor("COUNTY_OFFICER"))
    there, both = (dataclasses.replace(officer, division=division) for division in ("469024000000", PROVINCE))
    told, moved = (UUID(outcome.events[0]["event_id"]) for outcome in (visited, joined))
    correcting = do(CorrectFact, day(1), corrects_event_id=told, facts={"minutes": 31})
    redating = do(CorrectFact, day(1), corrects_event_id=moved)
    for who, command in ((officer, correcting), (there, redating)):
        with pytest.raises(Refused) as refused:
            side.service.execute(command, request_of(side, who))
        assert codes_of(refused) == ["E-AUTH-SCOPE"]
    assert side.service.execute(correcting, request_of(side, there)).status == 200
    assert side.service.execute(redating, request_of(side, both)).status == 200
