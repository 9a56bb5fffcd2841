"""What a read model brings about outside itself (a warning, a notice), held apart from what it shows.

A projection that has effects writes them as rows, in the transaction of its other rows, each at the place in the log that caused
it: so a rebuild makes the same rows again, and none of them happens by being written. They happen when the projector of the live
build emits them (`consumers.projector.emitting`): once per place in the log for all builds of the read model together, as the
marks beside the pointers say. A build in the making emits nothing; from the swap on, the new one goes on where the old one was.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, and_, or_, select

from projections.database import INSTANT
from schemas.messages import TopicPartition


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect. key: the same for the same cause in every build, so that whoever receives it twice can tell."""

    key: str
    kind: str
    body: str


@dataclass(frozen=True, slots=True)
class Caused:
    """An effect, and the place in the log of the record that caused it."""

    place: TopicPartition
    offset: int
    effect: Effect


def effect_table(metadata: MetaData) -> Table:
    """The table, as each read model that has effects has one of its own."""
    return Table(
        "effect",
        metadata,
        Column("topic", Text, primary_key=True),
        Column("partition", Integer, primary_key=True, autoincrement=False),
        # Of the record that causes it; one record may cause several.
        Column("log_offset", INSTANT, primary_key=True, autoincrement=False),
        Column("ordinal", Integer, primary_key=True, autoincrement=False),
        Column("kind", Text, nullable=False),
        Column("body", Text, nullable=False),
    )


def effects_between(
    connection: Connection, table: Table, since: Mapping[TopicPartition, int], until: Mapping[TopicPartition, int], limit: int
) -> list[Caused]:
    """What the records from one offset of each partition to before another caused, at most so many, in order of the places."""
    e = table.c
    spans: list[Any] = [
        and_(e.topic == topic, e.partition == partition, e.log_offset >= since.get((topic, partition), 0), e.log_offset < end)
        for (topic, partition), end in sorted(until.items())
        if end > since.get((topic, partition), 0)
    ]
    if not spans:
        return []
    rows = connection.execute(select(table).where(or_(*spans)).order_by(*table.primary_key.columns).limit(limit))
    return [
        Caused((topic, partition), offset, Effect(f"{topic}/{partition}/{offset}/{ordinal}", kind, body))
        for topic, partition, offset, ordinal, kind, body in rows
    ]
