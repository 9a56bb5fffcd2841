"""The outbox's tables, the same on SQLite and PostgreSQL (there in the schema `notices`). They cannot be made again.

Ids are 16 bytes, instants microseconds since 1970 UTC. A delivery is one notice to one address; each attempt is a row of its own,
made before anything is sent: one without a result is one whose process died over it.
"""

from enum import StrEnum
from typing import Final

from sqlalchemy import Column, Index, Integer, MetaData, Table, Text

from projections.checkpoints import checkpoint_table
from projections.database import CODE, ID, INSTANT

SCHEMA: Final = "notices"


class State(StrEnum):
    """Of a delivery. LAPSED: it was too old when it became known here, and was never sent."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    GIVEN_UP = "GIVEN_UP"
    LAPSED = "LAPSED"


METADATA: Final = MetaData()
CHECKPOINT: Final = checkpoint_table(METADATA)

NOTICE: Final = Table(
    "notice",
    METADATA,
    Column("notice_id", ID, primary_key=True),
    Column("kind", CODE, nullable=False),
    Column("recipient", CODE, nullable=False),
    Column("about", CODE, nullable=False, index=True),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("caused_at", INSTANT, nullable=False),
    Column("put_at", INSTANT, nullable=False),
)

DELIVERY: Final = Table(
    "delivery",
    METADATA,
    Column("delivery_id", ID, primary_key=True),
    Column("notice_id", ID, nullable=False, index=True),
    Column("channel", CODE, nullable=False),
    Column("address", Text, nullable=False),
    Column("state", CODE, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", INSTANT, nullable=False),
    Column("claimed_until", INSTANT, nullable=False),
    Column("settled_at", INSTANT),
)
"""tries: attempts since it was put, or put again; attempts: all there were; claimed_until: 0 where nobody is at it."""

Index("delivery_by_due", DELIVERY.c.state, DELIVERY.c.due_at)

ATTEMPT: Final = Table(
    "attempt",
    METADATA,
    Column("delivery_id", ID, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("begun_at", INSTANT, nullable=False),
    Column("ended_at", INSTANT),
    Column("result", CODE),
    Column("code", CODE),
)

REMEMBERED: Final = Table(
    "remembered",
    METADATA,
    Column("key", CODE, primary_key=True),
    Column("value", Text, nullable=False),
)
"""What whoever makes notices of events has to know of earlier events."""
