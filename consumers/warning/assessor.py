"""The assessor: for persons about whom something is new, the commands that say how it stands with them and their households.

It remembers nothing and decides nothing: a subject is told whole each time, the same twice leads to nothing, and what follows the
register says. Of most bills nothing follows: where nothing fires, and the register has never warned of the subject, there is
nothing to be said. A newborn's expenses are the mother's.
"""

from collections.abc import Callable, Collection
from datetime import date
from uuid import UUID

from sqlalchemy import Engine

from consumers.warning.assessment import PolicyFor
from consumers.warning.judgement import Judgement
from consumers.warning.reading import Known, read_known
from projections.database import snapshot
from registry.early_warning.assess import AssessEarlyWarning
from registry.early_warning.command import WarningCommand
from registry.early_warning.levels import NONE
from registry.early_warning.transfer import TransferEarlyWarning

Warned = Callable[[Collection[UUID]], Collection[UUID]]
"""Subjects -> those of whom the register has any warning, by its own store: a read model may be behind."""


class Assessor:
    """Of two read models. today: the day by the register's clock; province: where nobody knows a better place."""

    def __init__(
        self,
        expenses: Engine,
        register: Engine,
        policy_for: PolicyFor,
        warned: Warned,
        today: Callable[[], date],
        province: str,
    ) -> None:
        self._expenses = expenses
        self._register = register
        self._policy_for = policy_for
        self._warned = warned
        self._today = today
        self._province = province

    def commands(self, persons: Collection[UUID]) -> list[WarningCommand]:
        """Of these persons and of every household in which one of them ever was: first the households, then the persons.

        Raises NotYetKnown where the register's read model has not come as far as the other one; nothing is lost by asking later.
        """
        with snapshot(self._expenses) as expenses, snapshot(self._register) as register:
            known = read_known(expenses, register, persons)
        judgement = Judgement(self._policy_for, self._today(), self._province)
        said: list[WarningCommand] = [
            judgement.household(known, household_id) for household_id in sorted(known.households_of(persons))
        ]
        small = [person_id for person_id in sorted(persons) if judgement.is_small(known, person_id)]
        said += [_about(judgement, known, person_id) for person_id in sorted(set(persons) - set(small))]
        silent = [*small, *(command.subject_id for command in said if not _fires(command))]
        warned = frozenset(self._warned(silent)) if silent else frozenset[UUID]()
        said += [_about(judgement, known, person_id) for person_id in small if person_id in warned]
        return [command for command in said if _fires(command) or command.subject_id in warned]


def _about(judgement: Judgement, known: Known, person_id: UUID) -> WarningCommand:
    found = judgement.person(known, person_id)
    if isinstance(found, UUID):
        return TransferEarlyWarning(effective_on=judgement.today, subject_id=person_id, household_id=found)
    return found


def _fires(command: WarningCommand) -> bool:
    return isinstance(command, AssessEarlyWarning) and command.level != NONE
