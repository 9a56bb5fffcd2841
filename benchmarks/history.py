"""The history to an export, checked, and back into a store."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figure import Figure, seconds_of
from benchmarks.register import a_register, add_households
from deploy.composition.history_side import present_history
from deploy.restoring import restore
from deploy.settings import Settings
from registry.history.checking import ExportCheck
from registry.history.exporting import write_export
from registry.history.keys import PublicKeys

HOUSEHOLDS, VISITS = 5_000, 9


class _Silent:
    """Stages that nobody looks at."""

    def begin(self, stage: str, total: int | None) -> None:
        pass

    def advance(self, count: int) -> None:
        pass


def measure() -> Iterator[Figure]:
    """50,000 events; every checkpoint is signed by the export itself."""
    with TemporaryDirectory() as folder, a_register() as side:
        add_households(side, HOUSEHOLDS, VISITS, batch_size=5000)
        recorder, export = side.store.recorder, Path(folder) / "export"
        events = recorder.head().position
        yield _figure("export", events, seconds_of(lambda: write_export(export, present_history(side.settings, recorder))))
        keys = PublicKeys.parse(side.settings.path("checkpoint.key").read_text())
        yield _figure("offline check of an export", events, seconds_of(ExportCheck(export, keys).run))
        empty = Settings.read({}, data=f"{folder}/restored")
        yield _figure("restore of an export", events, seconds_of(partial(restore, empty, export, keys, _Silent())))


def _figure(name: str, events: int, seconds: float) -> Figure:
    return Figure(name, f"{events / seconds:,.0f} events/s", None, "", None)
