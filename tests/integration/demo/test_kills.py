"""A demonstration that is killed again and again, and started again, ends with the very bytes of one that was left alone."""

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from random import Random

from sqlalchemy import Column, Table, select

from deploy.composition.log_side import open_consumer
from deploy.composition.read_side import opened_views
from deploy.settings import Settings
from projections.expenses.read_model import EXPENSES
from projections.expenses.tables import CASE, DEAD_LETTER, SETTLEMENT
from schemas.topics import live_topics
from tests.integration.demo.conftest import Finished
from tests.support.demonstrations import digest_of_store, settings_in

KILLS = 6
DONE_S = 120


def start(settings: Settings) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "deploy.cli", "demo", "--scale", "tiny", "--no-serve", "--data", settings.data]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def stored(settings: Settings) -> int:
    """Position of the store's last event; 0 while there is no store."""
    database = settings.path("registry.db")
    if not database.exists():
        return 0
    with closing(sqlite3.connect(database)) as connection:
        try:
            return connection.execute("SELECT coalesce(max(rowid), 0) FROM stored_events").fetchone()[0]  # type: ignore[no-any-return]
        except sqlite3.OperationalError:
            return 0


def wait_until_stored(settings: Settings, position: int, running: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + DONE_S
    while stored(settings) < position and running.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def published(settings: Settings) -> list[tuple[str, int, bytes | None]]:
    """The id of every record in the log, with its topic and partition: the end of a period is in each of them. A dead letter
    has its key for one: no settlement of the demonstration comes back twice."""
    consumer = open_consumer(settings, "test", [topic.name for topic in live_topics()])
    try:
        consumer.resume_from(lambda topic, partition: 0)
        ids: list[tuple[str, int, bytes | None]] = []
        while records := consumer.poll(5_000, 0.0):
            ids += [(record.topic, record.partition, dict(record.headers).get("ce_id", record.key)) for record in records]
        return ids
    finally:
        consumer.close()


def expenses(settings: Settings) -> list[list[tuple[object, ...]]]:
    """Every settlement, dead letter and warning that the read model shows, but for its offsets in the log."""
    with opened_views(settings) as views:
        engine = views.live(EXPENSES)
        assert engine is not None
        with engine.connect() as connection:
            tables = (SETTLEMENT, DEAD_LETTER, CASE)
            return [sorted(tuple(row) for row in connection.execute(select(*columns_of(table)))) for table in tables]


def columns_of(table: Table) -> list[Column[object]]:
    return [column for column in table.columns if column.name not in ("log_offset", "source_offset", "partition")]


def test_kills_lose_nothing_and_double_nothing(finished: Finished, tmp_path: Path) -> None:
    settings, chance = settings_in(tmp_path), Random(1)
    whole = stored(finished.settings)
    for kill in range(KILLS):
        running = start(settings)
        wait_until_stored(settings, round(whole * (kill + chance.random()) / (KILLS + 1)), running)
        running.send_signal(signal.SIGINT if kill == KILLS // 2 else signal.SIGKILL)
        running.communicate(timeout=DONE_S)
        assert running.returncode != 0
    last = start(settings)
    told, _ = last.communicate(timeout=DONE_S)
    assert last.returncode == 0, told
    assert "the balance holds" in told
    assert digest_of_store(settings) == digest_of_store(finished.settings)
    ids = published(settings)
    assert len(set(ids)) == len(ids)
    assert sorted(ids) == sorted(published(finished.settings))
    assert expenses(settings) == expenses(finished.settings)
