"""What hospitals' expenses come to, as a read model."""

from typing import Final

from projections.expenses.projection import (
    ACCEPTED_EXPENSES,
    DEAD_LETTERS,
    PERSON_EVENTS,
    REFERENCE_EVENTS,
    WARNING_EVENTS,
    ExpensesProjection,
)
from projections.expenses.queries.period import period
from projections.expenses.tables import CHECKPOINT, METADATA
from projections.read_model import ReadModel

NAME: Final = "expenses"
VERSION: Final = 6

EXPENSES: Final = ReadModel(
    name=NAME,
    version=VERSION,
    topics=(ACCEPTED_EXPENSES, DEAD_LETTERS, PERSON_EVENTS, WARNING_EVENTS, REFERENCE_EVENTS),
    metadata=METADATA,
    checkpoint=CHECKPOINT,
    digested=tuple(table for table in METADATA.sorted_tables if table is not CHECKPOINT),
    project=ExpensesProjection,
    period=period,
)
