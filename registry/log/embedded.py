"""The producer port on the embedded log."""

from collections.abc import Callable, Sequence
from pathlib import Path
from sqlite3 import Connection
from typing import NamedTuple

from registry.log.embedded_file import BUSY_TIMEOUT_S, EmbeddedLogFile
from registry.log.placing import own_mark, place_of
from registry.log.producer import Mark, Meanwhile
from schemas.embedded_log import OFFSET_BITS, SHAPES_REMEMBERED, HeaderShape, shape_to_text, split_headers
from schemas.log_errors import ProducerFenced, UnknownTopic
from schemas.messages import Message


class _Topic(NamedTuple):
    partition_ids: tuple[int, ...]  # by partition
    append_time: bool


# timestamp in ms, key, value, id of the header shape, own header values
_Row = tuple[int, bytes | None, bytes | None, int, bytes]


class EmbeddedProducer:
    """`LogProducer` on a SQLite file that any number of processes may share.

    `now_ms` gives the log's time, for topics that do not believe their producers' clocks. `owner` says in a
    fenced producer's error who took its name.
    """

    def __init__(
        self,
        path: Path,
        *,
        now_ms: Callable[[], int],
        name: str | None = None,
        owner: str = "",
        busy_timeout_s: float = BUSY_TIMEOUT_S,
    ) -> None:
        self._file = EmbeddedLogFile(path, busy_timeout_s)
        self._now_ms = now_ms
        self._name = name
        self._topics: dict[str, _Topic] = {}
        self._shape_ids: dict[HeaderShape, int] = {}
        try:
            self._generation = 0 if name is None else self._take_over(name, owner)
        except BaseException:
            self._file.close()
            raise

    def append(self, messages: Sequence[Message], mark: Mark | None = None, meanwhile: Meanwhile | None = None) -> None:
        # All that needs no lock is done before it is taken.
        mark_row = None if mark is None else (own_mark(self._name, mark).name, mark.value_bytes())
        rows_by_partition = self._rows_by_partition(messages)
        with self._file.writing() as connection:
            self._check_not_fenced(connection)
            # One partition after the other, so that neighbours in the file are written together.
            for partition_id in sorted(rows_by_partition):
                _store(connection, partition_id, rows_by_partition[partition_id])
            if mark_row is not None:
                connection.execute(
                    "INSERT INTO mark (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
                    mark_row,
                )

    def mark(self, name: str) -> Mark | None:
        with self._file.reading() as connection:
            row = connection.execute("SELECT value FROM mark WHERE name = ?", (name,)).fetchone()
        return None if row is None else Mark.from_bytes(name, row[0])

    def close(self) -> None:
        self._file.close()

    def _take_over(self, name: str, owner: str) -> int:
        with self._file.writing() as connection:
            row = connection.execute(
                "INSERT INTO producer (name, generation, owner) VALUES (?, 1, ?)"
                " ON CONFLICT (name) DO UPDATE SET generation = generation + 1, owner = excluded.owner"
                " RETURNING generation",
                (name, owner),
            ).fetchone()
        generation: int = row[0]
        return generation

    def _check_not_fenced(self, connection: Connection) -> None:
        if self._name is None:
            return
        generation, owner = connection.execute("SELECT generation, owner FROM producer WHERE name = ?", (self._name,)).fetchone()
        if generation != self._generation:
            raise ProducerFenced(
                f"the producer {self._name!r} of generation {self._generation} was replaced by"
                f" generation {generation} ({owner or 'owner not given'})"
            )

    def _rows_by_partition(self, messages: Sequence[Message]) -> dict[int, list[_Row]]:
        split = [split_headers(message.headers) for message in messages]
        self._learn_shapes({shape for shape, _ in split})
        by_partition: dict[int, list[_Row]] = {}
        topics, shape_ids, now_ms = self._topics, self._shape_ids, self._now_ms()
        for (topic_name, key, value, _, timestamp_ms, partition), (shape, own) in zip(messages, split, strict=True):
            topic = topics.get(topic_name) or self._load_topic(topic_name)
            partition_id = topic.partition_ids[place_of(topic_name, len(topic.partition_ids), key, partition)]
            row = (now_ms if topic.append_time else timestamp_ms, key, value, shape_ids[shape], own)
            by_partition.setdefault(partition_id, []).append(row)
        return by_partition

    def _learn_shapes(self, shapes: set[HeaderShape]) -> None:
        """See that every shape has an id: in a transaction before the batch's, so that none is ever undone."""
        if len(self._shape_ids) > SHAPES_REMEMBERED:
            self._shape_ids.clear()
        unknown = shapes - self._shape_ids.keys()
        if unknown:
            with self._file.writing() as connection:
                learnt = {shape: _shape_id(connection, shape_to_text(shape)) for shape in unknown}
            self._shape_ids |= learnt

    def _load_topic(self, name: str) -> _Topic:
        with self._file.reading() as connection:
            found = connection.execute("SELECT append_time FROM topic WHERE name = ?", (name,)).fetchone()
            ids = connection.execute("SELECT id FROM topic_partition WHERE topic = ? ORDER BY partition", (name,)).fetchall()
        if found is None:
            raise UnknownTopic(f"the log has no topic {name!r}")
        topic = _Topic(tuple(partition_id for (partition_id,) in ids), bool(found[0]))
        self._topics[name] = topic
        return topic


def _store(connection: Connection, partition_id: int, rows: list[_Row]) -> None:
    (end_id,) = connection.execute(
        f"UPDATE topic_partition SET next_offset = next_offset + ? WHERE id = ? RETURNING (id << {OFFSET_BITS}) + next_offset",
        (len(rows), partition_id),
    ).fetchone()
    connection.executemany(
        "INSERT INTO record (id, timestamp_ms, key, value, header_shape, header_values) VALUES (?, ?, ?, ?, ?, ?)",
        [(row_id, *row) for row_id, row in enumerate(rows, end_id - len(rows))],
    )


def _shape_id(connection: Connection, shape: str) -> int:
    connection.execute("INSERT INTO header_shape (shape) VALUES (?) ON CONFLICT DO NOTHING", (shape,))
    row: tuple[int] = connection.execute("SELECT id FROM header_shape WHERE shape = ?", (shape,)).fetchone()
    return row[0]
