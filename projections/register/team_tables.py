"""Which supervision team was given which county, and until when."""

from typing import Final

from sqlalchemy import Column, Integer, Table

from projections.database import CODE, DAY, DIVISION, INSTANT, SMALL
from projections.register.metadata import METADATA

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
