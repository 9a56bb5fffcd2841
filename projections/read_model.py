"""What a read model is to those who feed, store, rebuild and compare it, without knowing what it shows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, Engine, MetaData, Table

from projections.checkpoints import Checkpoint
from schemas.messages import Record, TopicPartition


class ReadModelStopped(Exception):
    """E-READ-MODEL-STOPPED: a record cannot be folded (a gap, undecodable bytes); going on would leave a hole."""

    code = "E-READ-MODEL-STOPPED"


class Projection(Protocol):
    """Folds records into the tables of one read model, for one thread at a time and for any set of partitions.

    repeated: how many records it has dropped, having folded them before.
    """

    repeated: int

    def checkpoints(self) -> Mapping[TopicPartition, Checkpoint]:
        """How far it has come, by partition; those it never met are not in it."""
        ...

    def claim(self, topic: str, partition: int) -> Checkpoint:
        """Take a partition over from whoever projected it; return where it stands. Only until another one claims it can it be
        written to: a projector claims what it is given. Who is alone with the tables need not.
        """
        ...

    def fold(self, records: Sequence[Record]) -> int:
        """Fold a batch: rows and checkpoints in one transaction; return how many records changed something.

        Records of one partition come in offset order, partitions in any. A record before the checkpoint and a repeated version
        are dropped. Raises ReadModelStopped, AnotherProjector; nothing of the batch is written then.
        """
        ...

    def close(self) -> None:
        """Let go of what it keeps in memory; the engine is its owner's."""
        ...


@dataclass(frozen=True, slots=True)
class ReadModel:
    """One read model. `version` changes with its tables or its meaning: then it is rebuilt beside the old one.

    topics: what it reads; metadata: its tables, created whole in a database (or schema) of their own; digested: the tables that
    two builds of the same log must agree on, row by row; project: opens a projection on a database that has the tables; effects:
    the table of what it brings about outside (`projections.effects`), if it does; period: from when until when it can show what
    the log does not keep for ever, microseconds since 1970 (None: nothing yet), where it reads such topics.
    """

    name: str
    version: int
    topics: tuple[str, ...]
    metadata: MetaData
    checkpoint: Table
    digested: tuple[Table, ...]
    project: Callable[[Engine], Projection]
    effects: Table | None = None
    period: Callable[[Connection], tuple[int, int] | None] | None = None
