"""The assessor: for persons about whom something is new, the commands that say how it stands with them and their households.

It remembers nothing and decides nothing: a subject is told whole each time, the same twice leads to nothing, and what follows the
register says. A newborn's expenses are the mother's.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import date
from uuid import UUID

from sqlalchemy import Connection, Engine

from consumers.warning.assessment import PolicyFor, assess_household, assess_person
from consumers.warning.belonging import household_of, of_household, of_nobody
from consumers.warning.reading import bills_of, memberships, persons_of, standing_on
from projections.database import snapshot
from registry.early_warning.command import WarningCommand
from registry.early_warning.transfer import TransferEarlyWarning


class Assessor:
    """Of two read models. today: the day by the register's clock; province: where nobody knows a better place."""

    def __init__(
        self, expenses: Engine, register: Engine, policy_for: PolicyFor, today: Callable[[], date], province: str
    ) -> None:
        self._expenses = expenses
        self._register = register
        self._policy_for = policy_for
        self._today = today
        self._province = province

    def commands(self, persons: Collection[UUID]) -> list[WarningCommand]:
        """Of these persons and of every household in which one of them ever was: first the households, then the persons.

        Raises NotYetKnown where the register's read model has not come as far as the other one; nothing is lost by asking later.
        """
        with snapshot(self._expenses) as expenses, snapshot(self._register) as register:
            known = memberships(expenses, persons)
            households = {membership.household_id for person_id in known for membership in known[person_id]}
            return [
                *(self._household(expenses, register, household_id) for household_id in sorted(households)),
                *(command for person_id in sorted(persons) for command in self._person(expenses, person_id)),
            ]

    def _household(self, expenses: Connection, register: Connection, household_id: UUID) -> WarningCommand:
        members = persons_of(expenses, household_id)
        own = of_household(bills_of(expenses, members), memberships(expenses, members), household_id)
        return assess_household(
            household_id,
            own,
            lambda day: standing_on(register, self._policy_for, household_id, day),
            self._policy_for,
            self._today(),
        )

    def _person(self, expenses: Connection, person_id: UUID) -> Iterator[WarningCommand]:
        bills = bills_of(expenses, [person_id])
        own = memberships(expenses, [person_id]).get(person_id, ())
        unclaimed = of_nobody([bill for bill in bills if bill.carer_id == person_id], own)
        today = self._today()
        household_id = household_of(own, today)
        if household_id is not None and not unclaimed:
            yield TransferEarlyWarning(effective_on=today, subject_id=person_id, household_id=household_id)
        else:
            yield assess_person(person_id, unclaimed, self._policy_for, today, self._province)
