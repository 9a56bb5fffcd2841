"""Lives and settlements in both read models at once, as one log would bring them.

models = BothModels(register_url, expenses_url)
models.fold(events, [Told(1, person=1), ...])
models.settled(PROVINCE, first_day, last_day)
"""

from collections.abc import Iterable, Sequence
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, delete

from projections.database import open_engine
from projections.expenses.tables import METADATA as EXPENSES
from projections.register.projection import RegisterProjection
from projections.register.tables import METADATA as REGISTER
from projections.reimbursement.settled import Settled, settled
from registry.event import RegistryEvent
from schemas.messages import Message
from tests.support.expense_facts import ACCEPTED_ON, LETTERS, folded, messages, placed, source_record
from tests.support.expenses import amounts, settlement
from tests.support.logged import batches, interleaved, recorded


def spent(number: int, who: UUID, total: int, personal: int, **told: Any) -> Message:
    """An accepted settlement; amounts in yuan. told: version, kind, guardian_id, accepted_at, and fields of the settlement."""
    version, kind, guardian = told.pop("version", 1), told.pop("kind", "REPORTED"), told.pop("guardian_id", None)
    accepted_at = told.pop("accepted_at", ACCEPTED_ON)
    values = settlement(number, settlement_version=version, **amounts(f"{total}.00", f"{personal}.00"), **told)
    return LETTERS.accepted(source_record(number), values, kind, (who, guardian), accepted_at, settled=kind != "REVERSED")


class BothModels:
    """Two databases with their tables."""

    def __init__(self, register_url: str, expenses_url: str) -> None:
        self.register, self.expenses = open_engine(register_url), open_engine(expenses_url)
        REGISTER.create_all(self.register)
        EXPENSES.create_all(self.expenses)

    def fold(
        self,
        events: Sequence[RegistryEvent],
        expenses: Iterable[Message],
        chance: Random | None = None,
        ends: Sequence[Message] = (),
    ) -> None:
        """Fold into emptied tables; `chance` mixes partitions and batches, and what hospitals sent among everything.

        ends: of weeks and months, behind all events.
        """
        chance = chance or Random(0)
        told = [*messages(events), *ends]
        _emptied(self.register)
        projection = RegisterProjection(self.register)
        for batch in batches(interleaved(recorded(told), chance), chance, 9):
            projection.fold(batch)
        folded(self.expenses, *batches(interleaved(placed([*told, *expenses]), chance), chance, 9))

    def settled(self, division: str, first_day: int, last_day: int, *, known_at: int | None = None) -> list[Settled]:
        """What is asked of both."""
        with self.register.connect() as register, self.expenses.connect() as expenses:
            return settled(register, expenses, division, first_day, last_day, known_at=known_at)

    def close(self) -> None:
        self.register.dispose()
        self.expenses.dispose()


def _emptied(engine: Engine) -> None:
    with engine.begin() as connection:
        for table in REGISTER.sorted_tables:
            connection.execute(delete(table))
