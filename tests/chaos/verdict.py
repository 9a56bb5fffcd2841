"""What has to hold after it all: counted in the store, the log, the read model and the public topics."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import count, takewhile
from pathlib import Path
from typing import Any
from uuid import UUID

from consumers.feed.feed import SOURCE_TOPIC, producer_name
from consumers.rebuild.folding import fold_to, offsets_of
from deploy.composition.log_side import open_consumer
from deploy.composition.read_side import opened_views
from deploy.composition.write_side import write_side
from deploy.lag import marks_of, relay_lag, view_lag
from deploy.settings import Settings
from projections.checkpoints import read_checkpoints
from projections.register.read_model import REGISTER
from registry.store.recorder import RawRow
from schemas.messages import Record
from tests.support.agreement import (
    assert_chained,
    logged,
    shown_rows,
    stored_rows,
    to_be_logged,
    versions,
)
from tests.support.pipeline import Rows, digested_rows, views
from tests.support.public_topics import CHANGES, as_placed, check_sequence, read
from tests.support.public_topics import REGISTER as REGISTER_STATES
from tests.support.turned import to_be_published

SETTLE_S = 120.0
_WAIT_S = 2.0
"""How long a poll must stay empty before nothing more is believed to be there."""


def wait_until_caught_up(settings: Settings) -> None:
    """Until the relay and the read model show everything that is stored."""
    deadline = time.monotonic() + SETTLE_S
    with write_side(settings) as side, opened_views(settings) as views:
        while True:
            marks = marks_of(settings, side.clock)
            left = relay_lag(side.store.recorder, marks, side.clock).events
            marks.close()
            engine = views.live(REGISTER)
            if left == 0 and engine is not None and view_lag(settings, REGISTER, engine, side.clock).events == 0:
                return
            assert time.monotonic() < deadline, f"{left} events are not relayed yet"
            time.sleep(0.2)


def wait_until_published(settings: Settings) -> None:
    """Until the feed's marks are behind the last record of every partition that it reads."""
    deadline = time.monotonic() + SETTLE_S
    last: dict[int, int] = {}
    for record in _records(settings, SOURCE_TOPIC):
        last[record.partition] = record.offset + 1
    with write_side(settings) as side:
        marks = marks_of(settings, side.clock)
        try:
            for partition, offset in last.items():
                while (mark := marks.mark(producer_name(partition))) is None or int(mark.value["next_offset"]) < offset:
                    assert time.monotonic() < deadline, f"the feed stands at {mark} in partition {partition}, not at {offset}"
                    time.sleep(0.2)
        finally:
            marks.close()


def assert_nothing_lost_or_doubled(settings: Settings, answered: dict[UUID, int], scratch: Path) -> dict[str, int]:
    """Raises AssertionError; returns what was counted."""
    rows = stored_rows(settings)
    assert_chained(rows)
    stored = versions(rows)
    assert stored == answered, _difference(stored, answered)
    assert logged(settings, _WAIT_S) == to_be_logged(rows, settings)
    assert shown_rows(settings) == _rows_of_one_fold(settings, scratch)
    changes = assert_public(settings, rows)
    assert_verified(settings)
    return {"events": len(rows), "households": len(answered), "public changes": changes}


def assert_public(settings: Settings, rows: list[RawRow]) -> int:
    """The changes are what one undisturbed fold of the log makes, once, in order; the compacted states what is left of it."""
    told = read(open_consumer(settings, "verdict", [CHANGES, REGISTER_STATES]), _WAIT_S)
    check_sequence(told.changes)
    due = to_be_published(_records(settings, SOURCE_TOPIC), settings.source)
    placed = as_placed(told.records)
    assert _of(CHANGES, placed) == _of(CHANGES, due)
    assert _left(_of(REGISTER_STATES, placed)) == _left(_of(REGISTER_STATES, due))
    of_kind: dict[str, int] = Counter(change["kind"] for change in told.changes)
    stored = Counter(row[2] for row in rows)
    assert of_kind["IMPORTED"] == stored["household.household_imported"]
    assert of_kind["CLOSED"] == stored["household.household_closed"] > 0
    return len(told.changes)


Placed = Mapping[tuple[str, int], Sequence[tuple[Any, ...]]]


def _of(topic: str, placed: Placed) -> Placed:
    return {place: records for place, records in placed.items() if place[0] == topic}


def _left(placed: Placed) -> dict[Any, Any]:
    """By key the last value, as a finished compaction would leave it."""
    newest = {key: value for records in placed.values() for key, value, _ in records}
    return {key: value for key, value in newest.items() if value is not None}


def assert_verified(settings: Settings) -> None:
    """`registry verify` finds no fault: the store, the log beside it, its signed checkpoints, the read model."""
    command = [sys.executable, "-m", "deploy.cli", "verify", "--data", settings.data]
    ended = subprocess.run(
        command, env={**os.environ, **settings.environment()}, capture_output=True, text=True, timeout=SETTLE_S
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def _rows_of_one_fold(settings: Settings, scratch: Path) -> Rows:
    """Every row that the same log makes, folded by one alone up to where the live read model stands."""
    with opened_views(settings) as builds, builds.open_live(REGISTER).connect() as connection:
        target = offsets_of(read_checkpoints(connection, REGISTER.checkpoint))
    scratch.mkdir(parents=True, exist_ok=True)
    (scratch / "fresh.db").unlink(missing_ok=True)
    engine = views(scratch / "fresh.db")
    consumer = open_consumer(settings, "verdict", REGISTER.topics)
    try:
        fold_to(consumer, REGISTER.project(engine), target, lambda count: None, exact=True)
        return digested_rows(engine)
    finally:
        consumer.close()
        engine.dispose()


def _records(settings: Settings, topic: str) -> list[Record]:
    consumer = open_consumer(settings, "verdict", [topic])
    try:
        return [record for batch in takewhile(bool, (consumer.poll(10_000, _WAIT_S) for _ in count())) for record in batch]
    finally:
        consumer.close()


def _difference(stored: dict[UUID, int], answered: dict[UUID, int]) -> str:
    differing = [h for h in stored.keys() | answered.keys() if stored.get(h) != answered.get(h)]
    return "; ".join(f"{h}: stored {stored.get(h)}, answered {answered.get(h)}" for h in differing[:10])
