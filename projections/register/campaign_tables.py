"""Tables of comparison runs, of what they found, and of sweeps."""

from typing import Final

from sqlalchemy import Column, Index, Integer, Table

from projections.database import CODE, DAY, DIVISION, ID, INSTANT, SMALL
from projections.register.metadata import METADATA

CAMPAIGN: Final = Table(
    "campaign",
    METADATA,
    # A comparison run or a sweep, as it was opened.
    Column("campaign_id", ID, primary_key=True),
    Column("kind", CODE, nullable=False),
    Column("year", SMALL, nullable=False),
    # All that follows until the opening is null or empty of a sweep.
    Column("half", SMALL),
    Column("window_from", DAY),
    Column("window_to", DAY),
    Column("sectors", CODE, nullable=False),
    Column("opened_on", DAY, nullable=False),
    Column("opened_at", INSTANT, nullable=False),
    sqlite_with_rowid=False,
)

CAMPAIGN_END: Final = Table(
    "campaign_end",
    METADATA,
    Column("campaign_id", ID, primary_key=True),
    Column("closed_on", DAY, nullable=False),
    Column("closed_at", INSTANT, nullable=False),
    sqlite_with_rowid=False,
)

MISMATCH_STEP: Final = Table(
    "mismatch_step",
    METADATA,
    # Every step of every mismatch; the last one says how far it is, and who has it.
    Column("mismatch_id", ID, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("state", CODE, nullable=False),
    Column("division", DIVISION, nullable=False),
    Column("effective_on", DAY, nullable=False),
    Column("recorded_at", INSTANT, nullable=False),
    # Of an assignment alone.
    Column("due_on", DAY),
    # The verdict, then the outcome; empty in other steps.
    Column("word", CODE, nullable=False),
    # What it is about: of the first step alone.
    Column("run_id", ID),
    Column("sector", CODE),
    Column("rule", CODE),
    Column("household_id", ID),
    sqlite_with_rowid=False,
)

SWEEP_STEP: Final = Table(
    "sweep_step",
    METADATA,
    # Every listing and every check of a sweep's household; of each the last holds.
    Column("target_id", ID, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("sweep_id", ID, nullable=False),
    Column("household_id", ID, nullable=False),
    Column("division", DIVISION, nullable=False),
    Column("effective_on", DAY, nullable=False),
    Column("recorded_at", INSTANT, nullable=False),
    # Empty in a check.
    Column("groups", CODE, nullable=False),
    # Empty in a listing.
    Column("result", CODE, nullable=False),
    Index("sweep_step_by_sweep", "sweep_id", "division"),
    sqlite_with_rowid=False,
)
