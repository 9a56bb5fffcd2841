"""Corrections and voidings: the household's whole stream is read, and persons move with their memberships."""

from collections.abc import Sequence
from typing import Any

from registry.aggregate import Aggregate
from registry.application.early_warning import is_kept_by_itself
from registry.application.parsing import parse
from registry.application.planning import Loader, all_or_nothing, handles, known_household
from registry.command import decider_of
from registry.decision import Decision
from registry.event import RegistryEvent
from registry.household.corrections import CorrectFact, Fact, Record, Restatement, VoidFact, find_fact
from registry.household.members import MemberAdded, MemberRemoved
from registry.household.obstacles import ObstacleCleared, ObstacleOpened
from registry.person.person import PersonJoinedHousehold, PersonLeftHousehold
from registry.refusal import Refusals, refuse

MEMBERSHIPS = (MemberAdded, MemberRemoved)


@handles(CorrectFact)
def correct_fact(command: CorrectFact, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The household and, where a membership gets another day, the person."""
    record = _record(command, loader)
    fact = _find_fact(record, command, loader)
    again = parse(fact.statement.command, _values(fact, command))
    with all_or_nothing(record.household):
        decider_of(CorrectFact)(record, Restatement(command, again), decision)
        if not isinstance(fact.first, MEMBERSHIPS) or command.effective_on == fact.now.effective_on:
            return [record.household]
        return [record.household, _redate(fact, command, loader, decision)]


@handles(VoidFact)
def void_fact(command: VoidFact, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The household and, where a membership was voided, the person: who never came leaves, who never went is back."""
    record = _record(command, loader)
    fact = _find_fact(record, command, loader)
    household, day = record.household, fact.now.effective_on
    if not isinstance(fact.now, MEMBERSHIPS):
        decider_of(VoidFact)(record, command, decision)
        return [household]
    person = loader.person(fact.now.person_id)
    refusals = Refusals()
    if isinstance(fact.now, MemberAdded):
        person.check_leave(household.id, day, refusals, "corrects_event_id")
    else:
        person.check_join(day, refusals, "corrects_event_id")
    with all_or_nothing(household):
        with refusals.gathering():
            decider_of(VoidFact)(record, command, decision)
        refusals.raise_any()
    move = person.leave if isinstance(fact.now, MemberAdded) else person.join
    move(household.id, decision, day, division=household.division)
    return [household, person]


def _record(command: CorrectFact | VoidFact, loader: Loader) -> Record:
    household = known_household(command.household_id, loader)
    return Record(household, [*loader.events(household.id), *household.pending])


def _find_fact(record: Record, command: CorrectFact | VoidFact, loader: Loader) -> Fact:
    """E-CORRECTION-NOT-ALLOWED too for the obstacle of a warning or mismatch that the register keeps: it follows its case."""
    fact = find_fact(record.stream, command.corrects_event_id)
    now = fact.now
    if isinstance(now, ObstacleOpened | ObstacleCleared) and is_kept_by_itself(record.household.id, now.kind, now.ref, loader):
        refuse("E-CORRECTION-NOT-ALLOWED", at="corrects_event_id", event=now.TOPIC)
    return fact


def _values(fact: Fact, command: CorrectFact) -> dict[str, Any]:
    """The fact's command as recorded, with what the correction says in place of what was wrong."""
    changed: dict[str, Any] = {"household_id": command.household_id, "effective_on": command.effective_on}
    if command.reason_code is not None:
        changed["reason_code"] = command.reason_code
    if command.evidence:
        changed["evidence"] = command.evidence
    return {**fact.statement.values_of(fact.now), **command.facts, **changed}


def _redate(fact: Fact, command: CorrectFact, loader: Loader, decision: Decision) -> Aggregate:
    """The person's side of a membership that began or ended on another day."""
    assert isinstance(fact.now, MEMBERSHIPS)
    person = loader.person(fact.now.person_id)
    stream: list[RegistryEvent] = [*loader.events(person.id), *person.pending]
    kind = PersonJoinedHousehold if isinstance(fact.now, MemberAdded) else PersonLeftHousehold
    person.redate(stream, kind, command.household_id, (fact.now.effective_on, command.effective_on), decision)
    return person
