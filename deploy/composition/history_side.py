"""The history of an installation: what its log says of it, signed, and what an export is made of."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from deploy.clocks import SystemClock
from deploy.composition.checkpoint_keys import open_notary
from deploy.composition.installation_facts import read_clock_offset
from deploy.composition.log_side import on_kafka, open_consumer
from deploy.lag import marks_of
from deploy.settings import Settings
from registry.history.checkpoint import TOPIC, Checkpoint
from registry.history.exporting import History
from registry.relay.mark import RELAY, RelayMark
from registry.store.recorder import RawRow, StoreRecorder
from registry.tokens.tables import open_database
from schemas.catalogue import registry_catalogue
from schemas.log_errors import LogDamaged, LogUnavailable

GROUP: Final = "export"
_PAGE_ROWS: Final = 1000
_POLL_MAX: Final = 50
_PATIENCE_S: Final = 30.0
"""How long the log may take for the next checkpoints that it says it has."""


def present_history(settings: Settings, recorder: StoreRecorder) -> History:
    """Everything that is stored by now. Raises CheckpointKeyRefused, what the store raises; read, what the log raises."""
    end = recorder.head().position  # before the checkpoints: none of those that are beyond it counts
    engine = open_database(settings.store)
    try:
        offset = read_clock_offset(engine)
    finally:
        engine.dispose()
    return History(
        recorder.select_raw,
        end,
        published_checkpoints(settings),
        open_notary(settings),
        registry_catalogue(),
        datetime.now(UTC).isoformat(timespec="seconds"),
        offset // timedelta(microseconds=1),
    )


def stored_rows(recorder: StoreRecorder) -> Iterator[RawRow]:
    """Every stored event, in order. Raises what the store raises."""
    after = 0
    while rows := recorder.select_raw(after, _PAGE_ROWS):
        yield from rows
        after = rows[-1][0]


def published_checkpoints(settings: Settings) -> Iterator[Checkpoint]:
    """Those that the log holds, up to the relay's mark; none where there is no log yet.

    Raises LogDamaged where the log has fewer than were published: nobody shall sign anew what was signed already. LogUnavailable.
    """
    sealed = relay_mark(settings).sealed.position
    if not sealed:
        return
    consumer = open_consumer(settings, GROUP, (TOPIC,))
    try:
        consumer.resume_from(lambda topic, partition: 0)
        end, next_offset, position = consumer.end_offsets()[TOPIC, 0], 0, 0
        while position < sealed:
            records = consumer.poll(_POLL_MAX, _PATIENCE_S if next_offset < end else 0.0)
            if not records:
                raise _ended_early(position, sealed, whole=next_offset >= end)
            for record in records:
                assert record.value is not None, "the topic keeps everything"
                checkpoint = Checkpoint.from_bytes(record.value)
                yield checkpoint
                position = checkpoint.position
            next_offset = records[-1].offset + 1
    finally:
        consumer.close()


def _ended_early(position: int, sealed: int, *, whole: bool) -> LogDamaged | LogUnavailable:
    said = f"{TOPIC} could be read up to position {position}, the relay has published checkpoints up to {sealed}"
    return LogDamaged(said) if whole else LogUnavailable(said)


def relay_mark(settings: Settings) -> RelayMark:
    """How far the log was fed; at its beginning where there is no log yet. Raises LogUnavailable, LogDamaged."""
    if not _there_is_a_log(settings):
        return RelayMark()
    marks = marks_of(settings, SystemClock())  # nothing is appended, so its time does not matter
    try:
        return RelayMark.from_mark(marks.mark(RELAY))
    finally:
        marks.close()


def _there_is_a_log(settings: Settings) -> bool:
    return on_kafka(settings) or Path(settings.log.removeprefix("embedded:")).exists()
