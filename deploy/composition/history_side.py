"""The history of an installation: what its log says of it, signed, and what an export is made of."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from deploy.composition.checkpoint_keys import open_notary
from deploy.composition.installation_facts import read_clock_offset
from deploy.composition.log_side import on_kafka, open_consumer
from deploy.lag import marks_of
from deploy.settings import Settings
from registry.history.checkpoint import TOPIC, Checkpoint
from registry.history.exporting import History
from registry.relay.mark import RELAY, RelayMark
from registry.store.recorder import StoreRecorder
from registry.tokens.tables import open_database
from schemas.catalogue import registry_catalogue
from schemas.clock import Clock
from schemas.log_errors import UnknownTopic

GROUP: Final = "export"
_POLL_MAX: Final = 50
_PATIENCE_S: Final = 2.0


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


def published_checkpoints(settings: Settings) -> Iterator[Checkpoint]:
    """Those that the log holds by now; none where there is no log yet. Raises LogUnavailable, LogDamaged, Undecodable."""
    if not _there_is_a_log(settings):
        return
    try:
        consumer = open_consumer(settings, GROUP, (TOPIC,))
    except UnknownTopic:  # a log that was made before there were checkpoints
        return
    try:
        consumer.resume_from(lambda topic, partition: 0)
        end, next_offset = consumer.end_offsets()[TOPIC, 0], 0
        while next_offset < end and (records := consumer.poll(_POLL_MAX, _PATIENCE_S)):
            for record in records:
                assert record.value is not None, "the topic keeps everything"
                yield Checkpoint.from_bytes(record.value)
            next_offset = records[-1].offset + 1
    finally:
        consumer.close()


def relay_mark(settings: Settings, clock: Clock) -> RelayMark:
    """How far the log was fed; at its beginning where there is no log yet. Raises LogUnavailable, LogDamaged."""
    if not _there_is_a_log(settings):
        return RelayMark()
    marks = marks_of(settings, clock)
    try:
        return RelayMark.from_mark(marks.mark(RELAY))
    finally:
        marks.close()


def _there_is_a_log(settings: Settings) -> bool:
    return on_kafka(settings) or Path(settings.log.removeprefix("embedded:")).exists()
