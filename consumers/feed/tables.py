"""What the feed remembers of each household, so that it need not read the log from the beginning again.

A cache and nothing more: what is lost of it is folded again from the log. It is never further than what was published.
"""

from typing import Final

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table

from projections.checkpoints import checkpoint_table
from projections.database import ID, SMALL

VERSION: Final = 1
"""Changes with the tables, and with what is shown (a test asks): then all is folded again from the log, and not published."""

METADATA: Final = MetaData()
CHECKPOINT: Final = checkpoint_table(METADATA)

HOUSEHOLD: Final = Table(
    "household",
    METADATA,
    Column("household_id", ID, primary_key=True),
    Column("partition", SMALL, nullable=False),
    Column("version", Integer, nullable=False),
    Column("change_no", Integer, nullable=False),
    Column("facts", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
