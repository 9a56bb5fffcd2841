"""How far a read model has come: one row per (topic, partition), written in the transaction of the rows it speaks of.

`known_before` answers "what is known": `recorded_at` never decreases within a partition, so once a record stamped t was folded,
everything of that partition recorded before t is in. A quiet partition gets its stamp from the barrier of each closed period.

A partition has one projector at a time. Whoever is given it claims it first (`projections.claiming`), and its every later write
demands that nobody has claimed it since: a process that slept through the loss of its partitions can write nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, insert, select, update
from sqlalchemy.exc import IntegrityError

from projections.database import INSTANT
from schemas.messages import TopicPartition


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Place in one partition: the offset of the next record, and position and `recorded_at` of the last one folded.

    claim: how often the partition was claimed; who writes says no other claim than the one it knows of.
    """

    next_offset: int
    position: int
    known_before: int
    claim: int = 0


class AnotherProjector(Exception):
    """E-PROJECTOR-FENCED: the partition was claimed, or its checkpoint moved, by another projector."""

    code = "E-PROJECTOR-FENCED"


def checkpoint_table(metadata: MetaData) -> Table:
    """The table, as each read model has one of its own."""
    return Table(
        "checkpoint",
        metadata,
        Column("topic", Text, primary_key=True),
        Column("partition", Integer, primary_key=True, autoincrement=False),
        Column("next_offset", INSTANT, nullable=False),
        Column("position", INSTANT, nullable=False),
        Column("known_before", INSTANT, nullable=False),
        Column("claim", INSTANT, nullable=False, server_default="0"),
    )


def read_checkpoints(connection: Connection, table: Table) -> dict[TopicPartition, Checkpoint]:
    """All checkpoints of a read model."""
    return {
        (row.topic, row.partition): Checkpoint(row.next_offset, row.position, row.known_before, row.claim)
        for row in connection.execute(select(table))
    }


def advance(
    connection: Connection,
    table: Table,
    before: Mapping[TopicPartition, Checkpoint],
    after: Mapping[TopicPartition, Checkpoint],
) -> None:
    """Move checkpoints on from what we last knew. Raises AnotherProjector if one is not where we left it, or was claimed since.

    To be called before any row is written: whoever else projects these partitions then waits here, and for nothing else.
    """
    for place, checkpoint in sorted(after.items()):
        topic, partition = place
        values = {
            "next_offset": checkpoint.next_offset,
            "position": checkpoint.position,
            "known_before": checkpoint.known_before,
        }
        known = before.get(place)
        if known is None:
            _begin(connection, table, {"topic": topic, "partition": partition, **values})
            continue
        moved = connection.execute(
            update(table)
            .where(table.c.topic == topic, table.c.partition == partition)
            .where(table.c.next_offset == known.next_offset, table.c.claim == known.claim)
            .values(**values)
        )
        if moved.rowcount != 1:
            raise AnotherProjector(
                f"{topic} partition {partition}: claimed by another projector, or the checkpoint left {known.next_offset}:"
                " is another one running?"
            )


def _begin(connection: Connection, table: Table, values: Mapping[str, str | int]) -> None:
    try:
        connection.execute(insert(table).values(**values))
    except IntegrityError:
        place = f"{values['topic']} partition {values['partition']}"
        raise AnotherProjector(f"{place}: somebody else made the first checkpoint; is another projector running?") from None


def known_before(checkpoints: Mapping[TopicPartition, Checkpoint], places: Iterable[TopicPartition]) -> int:
    """Everything recorded before this instant (microseconds) is in the read model; 0 while a partition has shown nothing yet."""
    return min((checkpoints[place].known_before if place in checkpoints else 0 for place in places), default=0)
