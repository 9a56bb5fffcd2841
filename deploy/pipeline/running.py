"""Runs tasks of the pipeline in one process, until it is told to stop or one of them cannot go on."""

import signal
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import partial
from types import FrameType, MappingProxyType
from typing import Final

from prometheus_client import CollectorRegistry

from consumers.intake.dead_letter_share import DeadLetterShare
from deploy.composition.log_side import on_kafka
from deploy.composition.read_side import EFFECTS, READ_MODELS, opened_views
from deploy.composition.write_side import register_clock
from deploy.data_lock import DELIVER, FEED, INTAKE, PROJECTOR, RELAY, data_folder_lock
from deploy.metrics.lag_collector import LagCollector
from deploy.metrics.notices import NoticesCollector
from deploy.metrics.process import process_registry
from deploy.metrics.serving import serve_metrics
from deploy.pipeline.bell import Bell
from deploy.pipeline.feeding import TASK, opened_feed
from deploy.pipeline.forgetting import TASK as FORGETTING
from deploy.pipeline.forgetting import opened_forgetter
from deploy.pipeline.housekeeping import opened_housekeeping
from deploy.pipeline.metrics import PipelineMetrics
from deploy.pipeline.projecting import opened_projector, task_name
from deploy.pipeline.relaying import opened_relay
from deploy.pipeline.taking_in import TASK as TAKING_IN
from deploy.pipeline.taking_in import opened_intake
from deploy.pipeline.task import Opened, Stop, Task
from deploy.pipeline.telling import DELIVER as DELIVERING
from deploy.pipeline.telling import GATHER, opened_delivering, opened_gathering
from deploy.pipeline.warning import TASK as WARNING
from deploy.pipeline.warning import opened_warner
from deploy.process_log import process_logger
from deploy.settings import Settings, SettingWrong
from registry.store.revision import is_postgresql
from schemas.clock import Clock

JOIN_S: Final = 10.0
"""Time for the present batches to end; each is a transaction, so that leaving one behind loses nothing."""
NO_BELLS: Final[Mapping[str, Bell]] = MappingProxyType({})
_LOOK_S: Final = 0.1
_PREDECESSOR_S: Final = 5.0
"""How long a process that was killed a moment ago may still hold its lock."""

_log = process_logger("deploy.pipeline")


def run_all(settings: Settings, *, intake: bool = True) -> None:
    """All of it in one process, or all but the intake: what `registry up` starts.

    Ends with SIGTERM or SIGINT; raises what waiting does not mend.
    """
    with ExitStack() as locks:
        locks.enter_context(_alone(settings, RELAY))
        for role in (PROJECTOR, FEED):
            locks.enter_context(_only_one(settings, role))
        for role in (INTAKE, DELIVER):
            locks.enter_context(_alone(settings, role))
        clock = register_clock(settings)
        bells = {model.name: Bell() for model in READ_MODELS}

        def tasks(stop: Stop, metrics: PipelineMetrics) -> dict[str, Opened]:
            relaying = relay_tasks(settings, clock, stop, tuple(bells.values()), metrics=metrics)
            projecting = projector_tasks(settings, bells=bells, stop=stop, metrics=metrics)
            others = feed_tasks(settings, clock, metrics=metrics) | (intake_tasks(settings, clock, metrics) if intake else {})
            return relaying | projecting | others | deliver_tasks(settings, clock, stop, metrics)

        _run(settings, clock, tasks)


def run_relay(settings: Settings) -> None:
    """The relay and the housekeeping: `registry relay`."""
    with _alone(settings, RELAY):
        clock = register_clock(settings)
        _run(settings, clock, lambda stop, metrics: relay_tasks(settings, clock, stop, metrics=metrics))


def run_projectors(settings: Settings, partitions: Collection[int] | None = None) -> None:
    """The projectors of all read models, for all partitions or some: `registry project`."""
    with _only_one(settings, PROJECTOR, partitions):
        _run(
            settings,
            register_clock(settings),
            lambda stop, metrics: projector_tasks(settings, partitions, stop=stop, metrics=metrics),
        )


def run_feed(settings: Settings, partitions: Collection[int] | None = None) -> None:
    """The feed of the public topics, for all partitions or some: `registry feed`."""
    with _only_one(settings, FEED, partitions):
        clock = register_clock(settings)
        _run(settings, clock, lambda stop, metrics: feed_tasks(settings, clock, partitions, metrics))


def run_intake(settings: Settings) -> None:
    """The intake of hospitals' records: `registry intake`."""
    with _alone(settings, INTAKE):
        clock = register_clock(settings)
        _run(settings, clock, lambda stop, metrics: intake_tasks(settings, clock, metrics))


def run_deliver(settings: Settings) -> None:
    """Notices, from the log to the offices: `registry deliver`."""
    if not settings.notices_file:
        raise SettingWrong("REGISTRY_NOTICES_FILE must be the file of recipients: docs/notices.md")
    several = is_postgresql(settings.notices)  # they claim what they send; a file's claims end with the lock
    with nullcontext() if several else _alone(settings, DELIVER):
        clock = register_clock(settings)
        _run(settings, clock, lambda stop, metrics: deliver_tasks(settings, clock, stop, metrics))


def relay_tasks(
    settings: Settings, clock: Clock, stop: Stop, bells: Sequence[Bell] = (), metrics: PipelineMetrics | None = None
) -> dict[str, Opened]:
    """The tasks on the store's side."""
    return {
        "relay": partial(opened_relay, settings, clock, bells, None if metrics is None else metrics.appends),
        "housekeeping": partial(opened_housekeeping, settings, clock, stop, time.monotonic),
    }


def projector_tasks(
    settings: Settings,
    partitions: Collection[int] | None = None,
    bells: Mapping[str, Bell] = NO_BELLS,
    stop: Stop | None = None,
    metrics: PipelineMetrics | None = None,
) -> dict[str, Opened]:
    """The tasks on the log's side: one for each read model."""
    return {
        task_name(model): partial(
            opened_projector,
            settings,
            model,
            partitions,
            bells.get(model.name),
            stop,
            EFFECTS.get(model.name),
            watched=metrics,
        )
        for model in READ_MODELS
    }


def feed_tasks(
    settings: Settings, clock: Clock, partitions: Collection[int] | None = None, metrics: PipelineMetrics | None = None
) -> dict[str, Opened]:
    """The task of the public topics."""
    return {TASK: partial(opened_feed, settings, clock, partitions, watched=metrics)}


def intake_tasks(settings: Settings, clock: Clock, metrics: PipelineMetrics) -> dict[str, Opened]:
    """The tasks of hospitals' records: one takes them in, one tells the register how it stands with those whom they are about.

    A third forgets those of whom nothing has been heard for as long as their expenses are kept.
    """
    return {
        TAKING_IN: partial(opened_intake, settings, clock, metrics, DeadLetterShare()),
        WARNING: partial(opened_warner, settings, clock),
        FORGETTING: partial(opened_forgetter, settings, clock),
    }


def deliver_tasks(settings: Settings, clock: Clock, stop: Stop, metrics: PipelineMetrics | None = None) -> dict[str, Opened]:
    """The tasks of notices; none where nobody is to be told of anything."""
    if not settings.notices_file:
        return {}
    watched = None if metrics is None else metrics.notices
    return {
        GATHER: partial(opened_gathering, settings, clock),
        DELIVERING: partial(opened_delivering, settings, clock, stop, watched),
    }


def _run(settings: Settings, clock: Clock, tasks_of: Callable[[threading.Event, PipelineMetrics], dict[str, Opened]]) -> None:
    stop, ended = threading.Event(), threading.Event()
    registry = process_registry()
    watched = PipelineMetrics(registry)
    tasks = [Task(name, opened, stop, watched, ended.set) for name, opened in tasks_of(stop, watched).items()]
    with _until_signalled() as signalled, _metrics(settings, clock, registry):
        for task in tasks:
            task.start()
        _log.info("started", tasks=[task.name for task in tasks])
        while not signalled() and not ended.is_set():
            time.sleep(_LOOK_S)
        stop.set()
        deadline = time.monotonic() + JOIN_S
        for task in tasks:
            if not task.join(max(0.0, deadline - time.monotonic())):
                _log.warning("left behind", task=task.name)
    _log.info("stopped", tasks=[task.name for task in tasks])
    for task in tasks:
        if task.failure is not None:
            raise task.failure


@contextmanager
def _until_signalled() -> Iterator[Callable[[], bool]]:
    """Says whether SIGTERM or SIGINT came. A flag and not an Event: the handler may interrupt whoever holds an Event's lock."""
    came = False

    def note(_signal: int, _frame: FrameType | None) -> None:
        nonlocal came
        came = True

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield lambda: came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _metrics(settings: Settings, clock: Clock, registry: CollectorRegistry) -> Iterator[None]:
    if not settings.metrics_port:
        yield
        return
    with opened_views(settings) as views:
        registry.register(LagCollector(settings, views, clock))
        registry.register(NoticesCollector(settings, clock))
        end = serve_metrics(settings.metrics_host, settings.metrics_port, registry)
        try:
            yield
        finally:
            end()


def _only_one(settings: Settings, role: str, partitions: Collection[int] | None = None) -> AbstractContextManager[None]:
    """Those who share partitions out, by hand or as a group, are several on purpose: claims and producers' names guard them."""
    return nullcontext() if partitions is not None or on_kafka(settings) else _alone(settings, role)


def _alone(settings: Settings, role: str) -> AbstractContextManager[None]:
    return data_folder_lock(settings.path(""), role, _PREDECESSOR_S)
