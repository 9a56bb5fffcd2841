"""A read model whose live build an older program made: made anew for this program beside it, then swapped in.

The old build is fed and asked meanwhile by the processes of the old program that still run. Of several processes that start at
once one makes the new build; the others wait for it. Where it is killed, the next one begins anew: what is not finished is never
live.
"""

import os
import threading
import time
from functools import partial
from typing import Final

from consumers.rebuild.rebuild import WORKERS, Rebuild
from deploy.composition.log_side import open_consumer
from deploy.pipeline.task import Reopen, Stop
from deploy.process_log import process_logger
from deploy.settings import Settings
from projections.read_model import ReadModel
from projections.views.errors import RebuildRunning
from projections.views.views import Views

GROUP: Final = "rebuild"
LOOK_S: Final = 0.5
"""How often it looks whether the process that makes the build has done it, or died."""
TELL_S: Final = 5.0
_ONE_AT_A_TIME: Final = threading.Lock()
"""Read models of one process are made one after the other: each takes all the processors that it may have."""

# Warnings, all of them: a query API of this program has nothing to answer with meanwhile.
_log = process_logger("deploy.pipeline")


def renew(settings: Settings, views: Views, model: ReadModel, stop: Stop) -> None:
    """Return once the live build is not of an older version.

    Raises Reopen where it is to stop, RebuildStopped, and what the log and the databases raise.
    """
    told = False
    while views.is_outdated(model):
        try:
            with _ONE_AT_A_TIME:
                _renew(settings, views, model, stop)
        except RebuildRunning:
            if not told:
                _log.warning("another process makes the read model anew", model=model.name)
                told = True
            stop.wait(LOOK_S)
            if stop.is_set():
                raise Reopen from None


def _renew(settings: Settings, views: Views, model: ReadModel, stop: Stop) -> None:
    workers = min(WORKERS, os.cpu_count() or 1)
    watcher = _Watcher(model, stop)
    outcome = Rebuild(views, model, partial(open_consumer, settings, GROUP), workers, watcher).renew()
    if outcome is not None:
        _log.warning("live", model=model.name, build=outcome.build, events=outcome.events, seconds=round(outcome.seconds, 1))


class _Watcher:
    """Says in the log how far it is, and ends it where the process is to stop."""

    def __init__(self, model: ReadModel, stop: Stop) -> None:
        self._model = model
        self._stop = stop
        self._stage, self._done = "", 0
        self._total: int | None = None
        self._told_at = 0.0

    def begin(self, stage: str, total: int | None) -> None:
        self._stage, self._done, self._total = stage, 0, total
        self._tell()

    def advance(self, count: int) -> None:
        self._done += count
        if time.monotonic() - self._told_at >= TELL_S:
            self._tell()
        if self._stop.is_set():
            raise Reopen

    def _tell(self) -> None:
        self._told_at = time.monotonic()
        told = {"model": self._model.name, "version": self._model.version, "stage": self._stage}
        _log.warning("making anew", **told, done=self._done, total=self._total)
        if self._stop.is_set():
            raise Reopen
