"""A register with its log, the read models of register and expenses, and an assessor between them.

bench = WarningBench(tmp_path)
bench.pipe.execute(opening())
bench.spend(FATHER, 11_000, day(10))     # a hospital tells a settlement, which the intake has accepted
bench.assess(FATHER)                     # the register is told how it stands
bench.cases()
"""

from collections.abc import Collection
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from consumers.log.embedded import EmbeddedConsumer
from consumers.projector.projector import Projector
from consumers.warning.assessor import Assessor
from projections.expenses.projection import ExpensesProjection
from projections.expenses.read_model import EXPENSES
from projections.expenses.tables import CASE
from registry.early_warning.command import WarningCommand
from registry.early_warning.warnings import stream_id_of
from registry.log.embedded import EmbeddedProducer
from registry.policy.documents import whole
from registry.policy.policy import PolicyBook
from schemas.clock import shanghai_date
from schemas.messages import Record
from tests.support.expense_facts import LETTERS
from tests.support.expenses import HOSPITAL, amounts, settlement
from tests.support.pipeline import Pipeline, views
from tests.support.scenario import COUNTY, noon_of, shipped_policies

POLICY_FOR = shipped_policies().for_
PROVINCE = "460000000000"


class WarningBench:
    """A register with its log and both read models."""

    def __init__(self, folder: Path) -> None:
        self.pipe = Pipeline(folder)
        self.expenses = views(folder / "expenses.db", EXPENSES)
        consumer = EmbeddedConsumer(self.pipe.log, group="expenses", topics=EXPENSES.topics)
        self.projector = Projector(consumer, ExpensesProjection(self.expenses))
        self._hospital = EmbeddedProducer(self.pipe.log, now_ms=lambda: 0, name=None)
        today = lambda: shanghai_date(self.pipe.clock.at)  # noqa: E731
        self.assessor = Assessor(self.expenses, self.pipe.engine, POLICY_FOR, self._warned, today, PROVINCE)

    def spend(self, who: UUID, personal: int, on: date, number: int = 1, kind: str = "REPORTED", **told: Any) -> None:
        """A hospital tells a settlement, and the intake has accepted it."""
        carer = told.pop("guardian_id", None)
        own = amounts(f"{max(personal, 1)}.00", f"{personal}.00")
        dates = {"admitted_on": on - timedelta(days=3), "discharged_on": on}
        values = settlement(number, **own | dates | {"residence_division": COUNTY} | told)
        record = _record(number)
        self.pipe.clock.at = max(self.pipe.clock.at, noon_of(on))
        settled = kind != "REVERSED"
        self._hospital.append([LETTERS.accepted(record, values, kind, (who, carer), self.pipe.clock.at, settled=settled)])

    def _warned(self, subjects: Collection[UUID]) -> Collection[UUID]:
        streams = {stream_id_of(subject_id): subject_id for subject_id in subjects}
        return {streams[stream_id] for stream_id in self.pipe.store.recorder.existing(streams)}

    def flow(self) -> None:
        self.pipe.flow()
        self.projector.drain()

    def assess(self, *persons: UUID) -> list[WarningCommand]:
        """What the assessor says, which the register is told."""
        self.flow()
        commands = self.assessor.commands(persons)
        self.pipe.execute(*commands)
        self.flow()
        return commands

    def cases(self) -> Collection[Row[Any]]:
        with self.expenses.connect() as connection:
            return connection.execute(select(CASE).order_by(CASE.c.subject_kind, CASE.c.raised_at)).all()

    def close(self) -> None:
        self._hospital.close()
        self.projector.close()
        self.expenses.dispose()
        self.pipe.close()


def _record(number: int) -> Record:
    return Record(f"hospital.{HOSPITAL}.expenses", 0, number, None, b"", (), 0)


def thresholds_times(factor: float) -> PolicyBook:
    """The shipped policies with every threshold of the listed so many times as high."""
    book = shipped_policies()
    changed: list[dict[str, Any]] = []
    for document in book.documents:
        if document["division"] == PROVINCE:
            listed = {rule: int(float(amount) * factor) for rule, amount in document["warnings"]["listed"].items()}
            more = {"revision": document["revision"] + 1, "warnings": {**document["warnings"], "listed": listed}}
            changed.append(whole({**document, **more}))
    return book.with_added(*changed)
