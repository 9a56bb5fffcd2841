"""The consumer port on the embedded log."""

import time
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from sqlite3 import Connection
from typing import Final

from registry.log.embedded_file import BUSY_TIMEOUT_S, EmbeddedLogFile
from schemas.embedded_log import OFFSET_BITS, SHAPES_REMEMBERED, ShapedHeaders, shape_from_text
from schemas.log_errors import OffsetOutOfRange, UnknownTopic
from schemas.messages import Record, ResumeFrom, TopicPartition

WAKE_UP_S: Final = 0.01  # asking SQLite every 10 ms whether anything was committed costs 0.06 % of a core


class EmbeddedConsumer:
    """`LogConsumer` on the file that `EmbeddedProducer` writes.

    It reads all partitions of `topics`, or in each topic only those numbered in `partitions`: workers that
    share a group share them out beforehand.
    """

    def __init__(
        self,
        path: Path,
        *,
        group: str,
        topics: Collection[str],
        partitions: Collection[int] | None = None,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
    ) -> None:
        self._file = EmbeddedLogFile(path, busy_timeout_s)
        self._group = group
        self._shapes: dict[int, ShapedHeaders] = {}
        try:
            self._ids = self._partition_ids(topics, partitions)
        except BaseException:
            self._file.close()
            raise
        self._places = {partition_id: place for place, partition_id in self._ids.items()}
        self._turns = deque(self._places)
        self._next: dict[int, int] = {}
        self.resume_from(lambda topic, partition: None)

    def poll(self, max_records: int, timeout_s: float) -> Sequence[Record]:
        deadline = time.monotonic() + timeout_s
        while True:
            version = self._file.data_version()
            records = self._fetch(max_records)
            if records or not self._committed_by_others(version, deadline):
                return records

    def commit(self, next_offsets: Mapping[TopicPartition, int]) -> None:
        strangers = next_offsets.keys() - self._ids.keys()
        if strangers:
            raise ValueError(f"not partitions of this consumer: {sorted(strangers)}")
        with self._file.writing() as connection:
            connection.executemany(
                "INSERT INTO committed (consumer_group, partition_id, next_offset) VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset",
                [(self._group, self._ids[place], offset) for place, offset in next_offsets.items()],
            )

    def resume_from(self, next_offset: ResumeFrom) -> None:
        self._resume_from = next_offset
        self._next.clear()

    def end_offsets(self) -> Mapping[TopicPartition, int]:
        with self._file.reading() as connection:
            bounds = self._bounds(connection)
        return {place: bounds[partition_id][1] for place, partition_id in self._ids.items()}

    def close(self) -> None:
        self._file.close()

    def _fetch(self, max_records: int) -> list[Record]:
        if not self._next:
            self._next = self._start()
        records: list[Record] = []
        moved: dict[int, int] = {}
        with self._file.reading() as connection:
            bounds = self._bounds(connection)
            for partition_id in self._turns:
                first, end = bounds[partition_id]
                offset = self._checked(partition_id, first, end)
                if offset < end and len(records) < max_records:
                    read = self._read(connection, partition_id, offset, max_records - len(records))
                    moved[partition_id] = read[-1].offset + 1 if read else end
                    records += read
        # Only now: after an error the same records must come again.
        self._next |= moved
        if moved:
            self._turns.rotate(-1 - self._turns.index(next(reversed(moved))))
        return records

    def _read(self, connection: Connection, partition_id: int, offset: int, limit: int) -> list[Record]:
        rows = connection.execute(
            "SELECT id, timestamp_ms, key, value, header_shape, header_values FROM record"
            " WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
            (
                (partition_id << OFFSET_BITS) + offset,
                (partition_id + 1) << OFFSET_BITS,
                limit,
            ),
        ).fetchall()
        topic, partition = self._places[partition_id]
        shapes = self._shapes
        if len(shapes) > SHAPES_REMEMBERED:
            shapes.clear()
        for shape_id in {row[4] for row in rows} - shapes.keys():
            shapes[shape_id] = _shape(connection, shape_id)
        start = partition_id << OFFSET_BITS
        return [
            Record(topic, partition, row_id - start, key, value, shapes[shape_id].restore(own), timestamp_ms)
            for row_id, timestamp_ms, key, value, shape_id, own in rows
        ]

    def _checked(self, partition_id: int, first: int, end: int) -> int:
        """The next offset to read, or the oldest there is where that is 0."""
        offset = self._next[partition_id]
        if offset == 0:
            return first
        if first <= offset <= end:
            return offset
        topic, partition = self._places[partition_id]
        reason = "removed by retention" if offset < first else "beyond the end: was an older log restored?"
        raise OffsetOutOfRange(
            f"{topic} partition {partition}: the next offset {offset} of group {self._group!r} is {reason}"
            f" (there are {first} to {end - 1})"
        )

    def _committed_by_others(self, version: int, deadline: float) -> bool:
        """Wait until something was committed since `version`, but not beyond the deadline."""
        while (remaining_s := deadline - time.monotonic()) > 0:
            time.sleep(min(WAKE_UP_S, remaining_s))
            if self._file.data_version() != version:
                return True
        return False

    def _start(self) -> dict[int, int]:
        with self._file.reading() as connection:
            committed = dict(
                connection.execute(
                    "SELECT partition_id, next_offset FROM committed WHERE consumer_group = ?", (self._group,)
                ).fetchall()
            )
        start = {}
        for (topic, partition), partition_id in self._ids.items():
            wanted = self._resume_from(topic, partition)
            start[partition_id] = committed.get(partition_id, 0) if wanted is None else wanted
        return start

    def _bounds(self, connection: Connection) -> dict[int, tuple[int, int]]:
        """First offset there is and next one to be given, by partition id, for all partitions of the log."""
        rows = connection.execute("SELECT id, first_offset, next_offset FROM topic_partition")
        return {partition_id: (first, end) for partition_id, first, end in rows}

    def _partition_ids(self, topics: Collection[str], partitions: Collection[int] | None) -> dict[TopicPartition, int]:
        with self._file.reading() as connection:
            rows = connection.execute("SELECT topic, partition, id FROM topic_partition").fetchall()
        unknown = set(topics) - {topic for topic, _, _ in rows}
        if unknown:
            raise UnknownTopic(f"the log has no topic {', '.join(map(repr, sorted(unknown)))}")
        return {
            (topic, partition): partition_id
            for topic, partition, partition_id in rows
            if topic in topics and (partitions is None or partition in partitions)
        }


def _shape(connection: Connection, shape_id: int) -> ShapedHeaders:
    row = connection.execute("SELECT shape FROM header_shape WHERE id = ?", (shape_id,)).fetchone()
    return ShapedHeaders(shape_from_text(row[0]))
