"""Commands that change who lives where: the household and every person concerned are decided, and saved, together.

A person's own stream holds that nobody lives in two households (`registry.person`). Persons and households refuse in one answer,
and a refusal leaves all of them as they were.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from registry.aggregate import Aggregate
from registry.application.planning import Loader, all_or_nothing, decide_any_household, handles, known_household
from registry.command import decider_of
from registry.decision import Decision
from registry.household.closing import CloseHousehold
from registry.household.household import Household
from registry.household.identification import ApplyForIdentification
from registry.household.ledger import RecordLedgerHousehold
from registry.household.members import AddMember, RegisterMembers, RemoveMember
from registry.household.merge import MergeHouseholds, check_target, take_in
from registry.household.new_member import NewMember
from registry.household.opening import ImportHousehold
from registry.household.split import Mover, SplitHousehold, form_child, moved
from registry.person.erasure import ErasePersonalData
from registry.refusal import Refusals

handles(RecordLedgerHousehold)(decide_any_household)


@handles(AddMember)
def add_member(command: AddMember, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The household and the new member."""
    household = known_household(command.household_id, loader)
    return _join(household, {"member.person_id": command.member.person_id}, command, loader, decision)


@handles(RegisterMembers, ApplyForIdentification)
def register_members(
    command: RegisterMembers | ApplyForIdentification, loader: Loader, decision: Decision
) -> Sequence[Aggregate]:
    """The household of the ledger and all its members."""
    household = known_household(command.household_id, loader)
    return _join(household, _named(command.members), command, loader, decision)


@handles(ImportHousehold)
def import_household(command: ImportHousehold, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """A household that the register does not know, and its members."""
    return _join(loader.household(command.household_id), _named(command.members), command, loader, decision)


@handles(RemoveMember)
def remove_member(command: RemoveMember, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The household and the member who leaves."""
    household = known_household(command.household_id, loader)
    return _leave(household, [command.person_id], command, loader, decision)


@handles(CloseHousehold)
def close_household(command: CloseHousehold, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The household and those who leave the province with it."""
    household = known_household(command.household_id, loader)
    return _leave(household, list(household.members), command, loader, decision)


@handles(SplitHousehold)
def split_household(command: SplitHousehold, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """Both halves, and those who go from one to the other."""
    parent, child = known_household(command.household_id, loader), loader.household(command.child_household_id)
    movers = _Movers(command.movers, parent, loader)
    with all_or_nothing(parent):
        refusals = Refusals()
        refusals.unless(child.version == 0, "E-HOUSEHOLD-EXISTS", at="child_household_id")
        movers.check(command.effective_on, refusals)
        with refusals.gathering():
            decider_of(SplitHousehold)(parent, command, decision)
        refusals.raise_any()
    form_child(child, parent, movers.members, decision, command.effective_on)
    movers.go(child, decision, command.effective_on)
    return [parent, child, *movers.persons.values()]


@handles(MergeHouseholds)
def merge_households(command: MergeHouseholds, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The household that ends, the one that remains, and those who go from one to the other."""
    source = known_household(command.household_id, loader)
    target = known_household(command.into_household_id, loader, at="into_household_id")
    movers = _Movers(command.movers, source, loader)
    with all_or_nothing(source):
        refusals = Refusals()
        if source is not target:
            check_target(target, source, command.movers, refusals)
        movers.check(command.effective_on, refusals)
        with refusals.gathering():
            decider_of(MergeHouseholds)(source, command, decision)
        refusals.raise_any()
    take_in(target, movers.members, decision, command.effective_on)
    movers.go(target, decision, command.effective_on)
    return [source, target, *movers.persons.values()]


@handles(ErasePersonalData)
def erase_personal_data(command: ErasePersonalData, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The person alone; the household keeps a member whom nobody can name any more."""
    person = loader.person(command.person_id)
    decider_of(ErasePersonalData)(person, command, decision)
    return [person]


class _Movers:
    """Those who go over from one household to another; who is no member is left to the decider to refuse."""

    def __init__(self, movers: Iterable[Mover], household: Household, loader: Loader) -> None:
        known = {mover.person_id: (place, mover) for place, mover in enumerate(movers) if mover.person_id in household.members}
        self._household_id, self._division = household.id, household.division
        self.members = moved(household, [mover for _, mover in known.values()])
        self.persons = {f"movers[{place}].person_id": loader.person(person_id) for person_id, (place, _) in known.items()}

    def check(self, effective_on: date, refusals: Refusals) -> None:
        """Note why any of them cannot leave on that day."""
        for field, person in self.persons.items():
            person.check_leave(self._household_id, effective_on, refusals, field)

    def go(self, household: Household, decision: Decision, effective_on: date) -> None:
        """Let them leave the one and join the other."""
        for person in self.persons.values():
            person.leave(self._household_id, decision, effective_on, division=self._division)
            person.join(household.id, decision, effective_on, division=household.division)


def _named(new: Iterable[NewMember]) -> dict[str, UUID]:
    """The new members by the command's field that names each."""
    return {f"members[{place}].person_id": member.person_id for place, member in enumerate(new)}


def _join(household: Household, new: dict[str, UUID], command: Any, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """Decide the household's part, and let the persons join."""
    persons = {field: loader.person(person_id) for field, person_id in new.items()}
    with all_or_nothing(household):
        refusals = Refusals()
        for field, person in persons.items():
            person.check_join(command.effective_on, refusals, field)
        with refusals.gathering():
            decider_of(type(command))(household, command, decision)
        refusals.raise_any()
    for person in persons.values():
        person.join(household.id, decision, command.effective_on, division=household.division)
    return [household, *persons.values()]


def _leave(
    household: Household, leaving: Iterable[UUID], command: Any, loader: Loader, decision: Decision
) -> Sequence[Aggregate]:
    """Decide the household's part, and let the persons leave."""
    persons = [loader.person(person_id) for person_id in leaving]
    with all_or_nothing(household):
        refusals = Refusals()
        for person in persons:
            person.check_leave(household.id, command.effective_on, refusals, "person_id")
        with refusals.gathering():
            decider_of(type(command))(household, command, decision)
        refusals.raise_any()
    for person in persons:
        person.leave(household.id, decision, command.effective_on, division=household.division)
    return [household, *persons]
