"""The producer port on the embedded log."""

from collections.abc import Callable, Sequence
from pathlib import Path
from sqlite3 import Connection
from typing import NamedTuple

from registry.log.embedded_file import BUSY_TIMEOUT_S, EmbeddedLogFile
from registry.log.producer import Mark
from schemas.embedded_log import OFFSET_BITS, HeaderShape, shape_to_text, split_headers
from schemas.log_errors import ProducerFenced, UnknownTopic
from schemas.messages import Message, partition_for


class _Topic(NamedTuple):
    partition_ids: tuple[int, ...]  # by partition
    append_time: bool


# timestamp in ms (None: the log's), key, value, header shape, own header values
_Row = tuple[int | None, bytes | None, bytes | None, HeaderShape, bytes]


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
        self._generation = 0 if name is None else self._take_over(name, owner)

    def append(self, messages: Sequence[Message], mark: Mark | None = None) -> None:
        if mark is not None:
            self._check_mark_is_ours(mark)
        # All that needs no lock is done before it is taken.
        rows_by_partition = self._rows_by_partition(messages)
        try:
            with self._file.writing() as connection:
                self._check_not_fenced(connection)
                self._store(connection, rows_by_partition)
                if mark is not None:
                    connection.execute(
                        "INSERT INTO mark (name, value) VALUES (?, ?)"
                        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                        (mark.name, mark.value_bytes()),
                    )
        except BaseException:
            self._shape_ids.clear()  # some may have been given by the transaction that is undone
            raise

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

    def _check_mark_is_ours(self, mark: Mark) -> None:
        # The fence of one name cannot protect another's mark.
        if self._name is None:
            raise ValueError(f"a producer without a name keeps no mark, not even {mark.name!r}")
        if mark.name != self._name and not mark.name.startswith(self._name + "/"):
            raise ValueError(f"the mark {mark.name!r} is not one of the producer {self._name!r}")

    def _check_not_fenced(self, connection: Connection) -> None:
        if self._name is None:
            return
        generation, owner = connection.execute(
            "SELECT generation, owner FROM producer WHERE name = ?", (self._name,)
        ).fetchone()
        if generation != self._generation:
            raise ProducerFenced(
                f"the producer {self._name!r} of generation {self._generation} was replaced by"
                f" generation {generation} ({owner or 'owner not given'})"
            )

    def _rows_by_partition(self, messages: Sequence[Message]) -> dict[int, list[_Row]]:
        by_partition: dict[int, list[_Row]] = {}
        topics = self._topics
        for topic_name, key, value, headers, timestamp_ms, partition in messages:
            topic = topics.get(topic_name) or self._load_topic(topic_name)
            partition_ids = topic.partition_ids
            if partition is None:
                if key is None:
                    raise ValueError(f"a message for {topic_name} has neither key nor partition")
                partition = partition_for(key, len(partition_ids))
            elif not 0 <= partition < len(partition_ids):
                raise ValueError(f"{topic_name} has {len(partition_ids)} partitions, none numbered {partition}")
            row = (None if topic.append_time else timestamp_ms, key, value, *split_headers(headers))
            by_partition.setdefault(partition_ids[partition], []).append(row)
        return by_partition

    def _store(self, connection: Connection, rows_by_partition: dict[int, list[_Row]]) -> None:
        now_ms = self._now_ms()
        shape_ids = self._shape_ids
        # One partition after the other, so that neighbours in the file are written together.
        for partition_id in sorted(rows_by_partition):
            rows = rows_by_partition[partition_id]
            (last_id,) = connection.execute(
                "UPDATE topic_partition SET next_offset = next_offset + ? WHERE id = ?"
                f" RETURNING (id << {OFFSET_BITS}) + next_offset - 1",
                (len(rows), partition_id),
            ).fetchone()
            for row in rows:
                if row[3] not in shape_ids:
                    shape_ids[row[3]] = _shape_id(connection, row[3])
            connection.executemany(
                "INSERT INTO record (id, timestamp_ms, key, value, header_shape, header_values)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (row_id, now_ms if timestamp_ms is None else timestamp_ms, key, value, shape_ids[shape], own)
                    for row_id, (timestamp_ms, key, value, shape, own) in enumerate(
                        rows, last_id - len(rows) + 1
                    )
                ],
            )

    def _load_topic(self, name: str) -> _Topic:
        with self._file.reading() as connection:
            found = connection.execute("SELECT append_time FROM topic WHERE name = ?", (name,)).fetchone()
            ids = connection.execute(
                "SELECT id FROM topic_partition WHERE topic = ? ORDER BY partition", (name,)
            ).fetchall()
        if found is None:
            raise UnknownTopic(f"the log has no topic {name!r}")
        topic = _Topic(tuple(partition_id for (partition_id,) in ids), bool(found[0]))
        self._topics[name] = topic
        return topic


def _shape_id(connection: Connection, shape: HeaderShape) -> int:
    text = shape_to_text(shape)
    connection.execute("INSERT INTO header_shape (shape) VALUES (?) ON CONFLICT DO NOTHING", (text,))
    row: tuple[int] = connection.execute("SELECT id FROM header_shape WHERE shape = ?", (text,)).fetchone()
    return row[0]
