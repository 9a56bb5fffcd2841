"""Taking a partition over: from then on nobody writes to it who claimed it before, or never did.

The claim waits for a batch that is being written, and then says where the partition stands. A process that was stopped in the
middle of writing would let it wait for ever: PostgreSQL is told to end such a one's connection, which takes back its batch.
SQLite cannot; there the claim fails in the end, and is tried again until the process goes on or is gone.
"""

from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError

from projections.checkpoints import Checkpoint
from projections.database import writing
from schemas.messages import TopicPartition

PATIENCE: Final = "5s"
"""How long a batch of the projector before may take, once another one has its partition: hundreds of times what it should."""
_LOCK_NOT_AVAILABLE: Final = "55P03"
_END_WHO_HOLDS_IT: Final = """
    SELECT pg_terminate_backend(pg_locks.pid) FROM {checkpoint} AS held
    JOIN pg_locks ON pg_locks.locktype = 'transactionid' AND pg_locks.transactionid = held.xmax AND pg_locks.granted
    WHERE held.topic = :topic AND held.partition = :partition AND pg_locks.pid <> pg_backend_pid()
"""


def claim(engine: Engine, table: Table, place: TopicPartition) -> Checkpoint:
    """Claim a partition of a read model, durably; return its checkpoint, at offset 0 where there was none.

    Raises SQLAlchemy's OperationalError where whoever writes to it does not come to an end.
    """
    try:
        return _claim(engine, table, place)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
    topic, partition = place
    with engine.begin() as connection:
        connection.execute(text(_END_WHO_HOLDS_IT.format(checkpoint=table.name)), {"topic": topic, "partition": partition})
    return _claim(engine, table, place)


def _claim(engine: Engine, table: Table, place: TopicPartition) -> Checkpoint:
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}'")
        row = connection.execute(_statement(connection, table, place)).one()
    return Checkpoint(row.next_offset, row.position, row.known_before, row.claim)


def _statement(connection: Connection, table: Table, place: TopicPartition) -> Any:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    topic, partition = place
    first = insert(table).values(topic=topic, partition=partition, next_offset=0, position=0, known_before=0, claim=1)
    again = first.on_conflict_do_update(index_elements=["topic", "partition"], set_={"claim": table.c.claim + 1})
    return again.returning(*table.columns)
