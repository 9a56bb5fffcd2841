"""Who of the register's households may fall ill: known from when they join one until they die, leave, or it is closed."""

from uuid import UUID

from deploy.demo.chunks import Chunk
from deploy.demo.hospitals.patients import Patient
from deploy.demo.hospitals.reporting import Reports
from deploy.demo.turn import Step
from registry.household.closing import CloseHousehold
from registry.household.members import RemoveMember
from registry.household.merge import MergeHouseholds
from registry.household.split import Mover, SplitHousehold


class Households:
    """Learns from the steps what hospitals' reports have to know of the register's households."""

    def __init__(self, reports: Reports) -> None:
        self._reports = reports
        self._villages: dict[UUID, str] = {}
        self._members: dict[UUID, dict[UUID, Patient]] = {}

    def learn(self, chunk: Chunk) -> None:
        """Whoever becomes known in a chunk may fall ill from that day on; whoever goes is treated no more."""
        for step in chunk.steps:
            if step.household_id is None or step.refused_for:
                continue
            division = getattr(step.command, "division", None)
            if isinstance(division, str):
                self._villages[step.household_id] = division
            self._join(step.household_id, step, chunk)
            self._go(step.household_id, step)

    def _join(self, household_id: UUID, step: Step, chunk: Chunk) -> None:
        village = self._villages.get(household_id)
        if village is None or not step.newcomers:
            return
        known = [
            Patient(each.person_id, village, each.born, each.sequence, registered=True, since=chunk.day)
            for each in step.newcomers
        ]
        self._members.setdefault(household_id, {}).update((each.person_id, each) for each in known)
        self._reports.learn(known, chunk.day)

    def _go(self, household_id: UUID, step: Step) -> None:
        command = step.command
        if isinstance(command, RemoveMember):
            gone = self._members.get(household_id, {}).pop(command.person_id, None)
            for patient in () if gone is None else (gone,):
                self._reports.forget(patient, command.effective_on)
        elif isinstance(command, CloseHousehold):
            for patient in self._members.pop(household_id, {}).values():
                self._reports.forget(patient, command.effective_on)
        elif isinstance(command, MergeHouseholds):
            self._move(household_id, command.into_household_id, command.movers)
        elif isinstance(command, SplitHousehold):
            self._villages[command.child_household_id] = self._villages[household_id]
            self._move(household_id, command.child_household_id, command.movers)

    def _move(self, household_id: UUID, there: UUID, movers: tuple[Mover, ...]) -> None:
        """Whoever moves into another household is treated as before."""
        members = self._members.get(household_id, {})
        moved = {mover.person_id: members.pop(mover.person_id) for mover in movers if mover.person_id in members}
        self._members.setdefault(there, {}).update(moved)
