"""Which of some persons' expenses are a household's, and which are nobody's: see `projections/expenses/belonging`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from projections.expenses.belonging import Membership, household_of
from registry.early_warning.burden import Expense

RURAL: Final = "RURAL"
UNKNOWN: Final = "UNKNOWN"
RESIDENTS_INSURANCE: Final = frozenset({"390", "NRCMS"})


@dataclass(frozen=True, slots=True)
class Bill:
    """An expense that counts, and what is told with it. carer_id: whose memberships decide; of a newborn, the mother."""

    expense: Expense
    carer_id: UUID
    residence_division: str
    hukou_kind: str
    insutype: str

    @property
    def is_rural(self) -> bool:
        """Whether somebody has to look for the patient's household."""
        return self.hukou_kind == RURAL or (self.hukou_kind == UNKNOWN and self.insutype in RESIDENTS_INSURANCE)


def of_household(bills: Iterable[Bill], members: Mapping[UUID, Sequence[Membership]], household_id: UUID) -> list[Expense]:
    """The household's, of these. members: the memberships of everybody who was ever in it."""
    return [bill.expense for bill in bills if household_of(members.get(bill.carer_id, ()), bill.expense.on) == household_id]


def of_nobody(bills: Iterable[Bill], memberships: Sequence[Membership]) -> list[Bill]:
    """Of one person's: those that are no household's, and of somebody whose household is to be looked for."""
    return [bill for bill in bills if bill.is_rural and household_of(memberships, bill.expense.on) is None]
