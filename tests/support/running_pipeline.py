"""The pipeline's tasks in this process, as `registry up` runs them in another: for tests that look at what they do."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from prometheus_client import CollectorRegistry

from deploy.composition.write_side import register_clock
from deploy.pipeline.metrics import PipelineMetrics
from deploy.pipeline.running import deliver_tasks, feed_tasks, projector_tasks, relay_tasks
from deploy.pipeline.task import Opened, Task
from deploy.settings import Settings


class RunningTasks:
    """Tasks in threads of this process."""

    def __init__(self, tasks: Mapping[str, Opened], stop: threading.Event) -> None:
        self.registry = CollectorRegistry()
        self._stop = stop
        watched = PipelineMetrics(self.registry)
        self.tasks = {name: Task(name, opened, stop, watched) for name, opened in tasks.items()}
        for task in self.tasks.values():
            task.start()

    def failure(self, name: str) -> BaseException | None:
        """Why a task gave up, None while it goes on."""
        return self.tasks[name].failure

    def count(self, metric: str, task: str) -> float:
        """The value of a counter of that task."""
        return self.registry.get_sample_value(f"registry_pipeline_{metric}_total", {"task": task}) or 0.0

    def end(self) -> None:
        """Let the present steps end. Fails where one does not."""
        self._stop.set()
        hanging = [name for name, task in self.tasks.items() if not task.join(20)]
        assert not hanging


@contextmanager
def relay_running(settings: Settings) -> Iterator[RunningTasks]:
    """Relay and housekeeping."""
    stop = threading.Event()
    running = RunningTasks(relay_tasks(settings, register_clock(settings), stop), stop)
    try:
        yield running
    finally:
        running.end()


@contextmanager
def projectors_running(settings: Settings) -> Iterator[RunningTasks]:
    """The projectors of all read models."""
    stop = threading.Event()
    running = RunningTasks(projector_tasks(settings, stop=stop), stop)
    try:
        yield running
    finally:
        running.end()


@contextmanager
def feed_running(settings: Settings) -> Iterator[RunningTasks]:
    """The feed of the public topics."""
    running = RunningTasks(feed_tasks(settings, register_clock(settings)), threading.Event())
    try:
        yield running
    finally:
        running.end()


@contextmanager
def deliver_running(settings: Settings) -> Iterator[RunningTasks]:
    """What tells offices."""
    stop = threading.Event()
    running = RunningTasks(deliver_tasks(settings, register_clock(settings), stop), stop)
    try:
        yield running
    finally:
        running.end()
