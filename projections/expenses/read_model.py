"""The intake as a read model."""

from typing import Final

from projections.intake.projection import DEAD_LETTERS, EXPENSES, PERSON_EVENTS, WARNING_EVENTS, IntakeProjection
from projections.intake.tables import CHECKPOINT, METADATA
from projections.read_model import ReadModel

NAME: Final = "expenses"
"""Not `intake`: so the process is called that writes what this reads, and each has a lag of its own."""
VERSION: Final = 3

INTAKE: Final = ReadModel(
    name=NAME,
    version=VERSION,
    topics=(EXPENSES, DEAD_LETTERS, PERSON_EVENTS, WARNING_EVENTS),
    metadata=METADATA,
    checkpoint=CHECKPOINT,
    digested=tuple(table for table in METADATA.sorted_tables if table is not CHECKPOINT),
    project=IntakeProjection,
)
