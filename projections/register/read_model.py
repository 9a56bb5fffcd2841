"""The register as a read model."""

from typing import Final

from projections.read_model import ReadModel
from projections.register.projection import (
    CAMPAIGN_EVENTS,
    HOUSEHOLD_EVENTS,
    REFERENCE_EVENTS,
    SUPERVISION_EVENTS,
    RegisterProjection,
)
from projections.register.tables import CHECKPOINT, METADATA

VERSION: Final = 5

REGISTER: Final = ReadModel(
    name="register",
    version=VERSION,
    topics=(HOUSEHOLD_EVENTS, REFERENCE_EVENTS, CAMPAIGN_EVENTS, SUPERVISION_EVENTS),
    metadata=METADATA,
    checkpoint=CHECKPOINT,
    digested=tuple(table for table in METADATA.sorted_tables if table is not CHECKPOINT),
    project=RegisterProjection,
)
