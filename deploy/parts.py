"""Which processes a running register has: on an embedded log the API and one for all the rest, on Kafka one for each part."""

import os
import signal
import time
from collections.abc import Sequence
from typing import Final

from deploy.child import Child
from deploy.composition.log_side import on_kafka
from deploy.settings import Settings

STOP_S: Final = 15.0
"""Time that a process gets to finish its batch before it is killed; every write is a transaction, so a kill loses nothing."""
PARTS_ON_KAFKA: Final = ("relay", "project", "project", "feed", "intake")
"""The projectors share the partitions out among them."""
DELIVER: Final = "deliver"
"""One more, where offices are told of anything."""
ALL: Final = "all"
ALL_BUT_INTAKE: Final = "all but intake"


def pipeline(settings: Settings, *, intake: bool = True) -> list[Child]:
    """From the event store to the read models and the public topics; not started yet. intake: whether it takes records in."""
    if not on_kafka(settings):
        return [_child("pipeline", settings, ALL if intake else ALL_BUT_INTAKE, 0)]
    parts: tuple[str, ...] = (*PARTS_ON_KAFKA, DELIVER) if settings.notices_file else PARTS_ON_KAFKA
    parts = tuple(part for part in parts if intake or part != "intake")
    names = [f"{part} {parts[:place].count(part) + 1}" for place, part in enumerate(parts)]
    return [_child(name, settings, part, place) for place, (name, part) in enumerate(zip(names, parts, strict=True))]


def api(settings: Settings) -> Child:
    """The process that answers; not started yet."""
    return Child("API", "deploy.api_process", _environment(settings))


def end(children: Sequence[Child]) -> None:
    """Ask all of them to end, wait, and kill those that do not."""
    for child in children:
        child.send(signal.SIGTERM)
    deadline = time.monotonic() + STOP_S
    for child in children:
        if not child.ended_within(max(0.0, deadline - time.monotonic())):
            child.send(signal.SIGKILL)
            child.ended_within(STOP_S)


def _child(name: str, settings: Settings, part: str, place: int) -> Child:
    environment = _environment(settings)
    if settings.metrics_port:
        environment["REGISTRY_METRICS_PORT"] = str(settings.metrics_port + place)
    return Child(name, "deploy.pipeline_process", environment, arguments=(part,))


def _environment(settings: Settings) -> dict[str, str]:
    return {**settings.environment(), "SUPERVISOR_PID": str(os.getpid())}
