"""The relay's task: from the event store to the log, as soon as there is something."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from deploy.composition.checkpoint_keys import open_notary
from deploy.composition.log_side import open_producer
from deploy.metrics.appends import AppendMetrics, MeasuredProducer
from deploy.pipeline.bell import Bell, ring_all
from deploy.pipeline.relay_lock import only_relay
from deploy.pipeline.task import Step
from deploy.process_log import process_logger
from deploy.settings import Settings
from registry.relay.relay import RELAY, Relay
from registry.store.opening import recorder_for
from schemas.clock import Clock

LOOK_S: Final = 0.01
"""How often the store is asked for more. The look-up takes 10 microseconds; the sleep costs more, some 0.3 % of a core."""


TOLD_EVERY: Final = 1_000_000
"""A log that was fed before there were checkpoints is counted at some 300,000 events a second."""

_log = process_logger("deploy.pipeline")


class _Counted:
    """Says how far it is where counting again takes long."""

    def __init__(self) -> None:
        self._events = 0

    def told(self, events: int) -> None:
        before, self._events = self._events, self._events + events
        if before // TOLD_EVERY != self._events // TOLD_EVERY:
            _log.warning("counting the history for its checkpoints", events=self._events)


@contextmanager
def opened_relay(
    settings: Settings, clock: Clock, bells: Sequence[Bell] = (), appends: AppendMetrics | None = None
) -> Iterator[Step]:
    """The store's only relay, which goes on from its mark and rings after each append; `appends` learns how long they take.

    Raises CannotStart, StoreBehindLog, CheckpointKeyRefused, StoreUnavailable, LogUnavailable, LogDamaged; the steps raise
    ProducerFenced too.
    """
    with only_relay(settings.store) as require_alone, _opened(settings, clock, appends) as relay:

        def step() -> int:
            require_alone()
            moved = relay.step()
            if moved:
                ring_all(bells)
            else:
                time.sleep(LOOK_S)
            return moved

        yield step


@contextmanager
def _opened(settings: Settings, clock: Clock, appends: AppendMetrics | None) -> Iterator[Relay]:
    recorder = recorder_for(settings.store)
    try:
        producer = open_producer(settings, RELAY, clock)
        try:
            measured = producer if appends is None else MeasuredProducer(producer, appends)
            notary, told = open_notary(settings), _Counted().told
            yield Relay(recorder, measured, settings.source, notary=notary, told=told)
        finally:
            producer.close()
    finally:
        recorder.close()
