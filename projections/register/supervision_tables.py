"""Tables of what the supervision teams found, of complaints, and of the counties that were given to the teams."""

from typing import Any, Final

from sqlalchemy import Boolean, Column, Index, Integer, Table

from projections.database import CODE, DAY, DIVISION, ID, INSTANT, SMALL
from projections.register.metadata import METADATA


def _of_a_step() -> list[Column[Any]]:
    """What every step has, whatever it is a step of."""
    return [
        Column("version", Integer, primary_key=True, autoincrement=False),
        Column("kind", CODE, nullable=False),
        # Where it is about; of a finding from the assignment on the office that has it.
        Column("division", DIVISION, nullable=False),
        Column("effective_on", DAY, nullable=False),
        Column("recorded_at", INSTANT, nullable=False),
        Column("actor_role", CODE, nullable=False),
        Column("event_id", ID, nullable=False),
        Column("due_on", DAY),
    ]


FINDING_STEP: Final = Table(
    "finding_step",
    METADATA,
    # Every step of a finding; the last of a moment says how it stood, the first what it is.
    Column("finding_id", ID, primary_key=True),
    # An assignment and a reopening have a day.
    *_of_a_step(),
    # What follows is said by the recording alone.
    Column("team", SMALL),
    Column("section", CODE),
    Column("finding_type", CODE),
    Column("severity", CODE),
    Column("conduct_kind", CODE),
    Column("household_id", ID),
    Column("holds_exit", Boolean),
    Index("finding_step_by_division", "division"),
    sqlite_with_rowid=False,
)

COMPLAINT_STEP: Final = Table(
    "complaint_step",
    METADATA,
    # That a complaint was received, and that it was resolved.
    Column("complaint_id", ID, primary_key=True),
    # The day and what follows is said by the receiving alone, but for the outcome, which the resolving says.
    *_of_a_step(),
    Column("channel", CODE),
    Column("section", CODE),
    Column("household_id", ID),
    Column("outcome", CODE),
    Index("complaint_step_by_division", "division"),
    sqlite_with_rowid=False,
)

TEAM_COUNTY: Final = Table(
    "team_county",
    METADATA,
    # Everything that was ever said; of the same team and first day the last holds.
    Column("county", DIVISION, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    # Place in the register's whole sequence: what a week's digest may know.
    Column("position", INSTANT, nullable=False),
    Column("team", SMALL, nullable=False),
    Column("organisation", CODE, nullable=False),
    Column("first_day", DAY, nullable=False),
    # Null: until further notice.
    Column("last_day", DAY),
    sqlite_with_rowid=False,
)
