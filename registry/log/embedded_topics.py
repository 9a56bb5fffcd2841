"""What an operator does to the embedded log's topics: create them, and let old records go."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

from registry.log.embedded_file import BUSY_TIMEOUT_S, EmbeddedLogFile
from schemas.embedded_log import OFFSET_BITS, OFFSETS_PER_PARTITION
from schemas.log_errors import PartitionsChanged
from schemas.topics import TopicSpec

_DELETED_AT_ONCE = 5_000  # so that appending processes wait for milliseconds only


def create_topics(path: Path, specs: Iterable[TopicSpec], busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
    """Create the log's file and the topics that it lacks; run again, it changes nothing.

    Raises PartitionsChanged, with nothing created, if a topic exists with another number of partitions.
    """
    log = EmbeddedLogFile(path, busy_timeout_s, create=True)
    try:
        with log.writing() as connection:
            for spec in specs:
                _create_topic(connection, spec)
    finally:
        log.close()


def topics_there(path: Path) -> dict[str, tuple[int, bool]]:
    """Topic -> (its partitions, whether the log's clock stamps its records). Raises LogUnavailable, LogDamaged."""
    log = EmbeddedLogFile(path)
    try:
        with log.reading() as connection:
            rows = connection.execute("SELECT name, partitions, append_time FROM topic ORDER BY name").fetchall()
    finally:
        log.close()
    return {name: (partitions, bool(append_time)) for name, partitions, append_time in rows}


def apply_retention(path: Path, specs: Iterable[TopicSpec], now: datetime) -> int:
    """Delete the records that are older than their topic keeps them, and say how many went.

    Only from the front of a partition, up to its first record that is young enough, so that no hole opens.
    Topics without `retention_days` are left alone.
    """
    log = EmbeddedLogFile(path)
    try:
        deleted = 0
        for spec in specs:
            if spec.retention_days is not None:
                oldest_kept_ms = int((now - timedelta(days=spec.retention_days)).timestamp() * 1000)
                deleted += _delete_older(log, spec.name, oldest_kept_ms)
        return deleted
    finally:
        log.close()


def _create_topic(connection: Connection, spec: TopicSpec) -> None:
    found = connection.execute("SELECT partitions FROM topic WHERE name = ?", (spec.name,)).fetchone()
    if found is None:
        connection.execute(
            "INSERT INTO topic (name, partitions, append_time) VALUES (?, ?, ?)",
            (spec.name, spec.partitions, spec.timestamp == "append"),
        )
        connection.executemany(
            "INSERT INTO topic_partition (topic, partition) VALUES (?, ?)",
            [(spec.name, partition) for partition in range(spec.partitions)],
        )
    elif found[0] != spec.partitions:
        raise PartitionsChanged(
            f"{spec.name} has {found[0]} partitions and cannot have {spec.partitions}: its keys would change places"
        )


def _delete_older(log: EmbeddedLogFile, topic: str, oldest_kept_ms: int) -> int:
    with log.reading() as connection:
        partition_ids = connection.execute("SELECT id FROM topic_partition WHERE topic = ?", (topic,)).fetchall()
    deleted = 0
    for (partition_id,) in partition_ids:
        while gone := _delete_some(log, partition_id, oldest_kept_ms):
            deleted += gone
    return deleted


def _delete_some(log: EmbeddedLogFile, partition_id: int, oldest_kept_ms: int) -> int:
    start = partition_id << OFFSET_BITS
    with log.writing() as connection:
        bounds: tuple[int, int] = connection.execute(
            "SELECT first_offset, next_offset FROM topic_partition WHERE id = ?", (partition_id,)
        ).fetchone()
        first, end = bounds
        keep = start + min(end, first + _DELETED_AT_ONCE)
        young: tuple[int | None] = connection.execute(
            "SELECT min(id) FROM record WHERE id >= ? AND id < ? AND timestamp_ms >= ?",
            (start + first, keep, oldest_kept_ms),
        ).fetchone()
        keep = keep if young[0] is None else young[0]
        if keep > start + first:
            connection.execute("DELETE FROM record WHERE id >= ? AND id < ?", (start, keep))
            connection.execute(
                "UPDATE topic_partition SET first_offset = ? WHERE id = ?",
                (keep % OFFSETS_PER_PARTITION, partition_id),
            )
    return keep - start - first
