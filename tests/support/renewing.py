"""An installation whose live read model an older program made, and processes of the next program that make it anew."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event

from consumers.projector.emitting import Emit
from deploy.composition.read_side import opened_views
from deploy.pipeline.projecting import opened_projector
from deploy.settings import Settings
from projections.read_model import ReadModel
from tests.support.exit_notices import EXIT_NOTICES
from tests.support.installation import new_installation
from tests.support.long_log import write_log


def installation_with_log(folder: Path, households: int, **settings: object) -> Settings:
    """An installation whose log holds so many lives, and nothing else."""
    made = new_installation(folder, **settings)
    log = made.path("log.db")
    log.unlink()
    write_log(log, households)
    return made


def project(settings: Settings, model: ReadModel, emit: Emit | None = None) -> int:
    """Run the projector's task until the log has no more; return how many records it took in."""
    taken = 0
    with opened_projector(settings, model, emit=emit) as step:
        while moved := step():
            taken += moved
    return taken


def project_until(settings: Settings, model: ReadModel, stop: Event, told: Callable[[], object] = lambda: None) -> None:
    """The same, until it is told to stop or cannot go on."""
    with opened_projector(settings, model, stop=stop) as step:
        while not stop.is_set():
            step()
            told()


def builds(settings: Settings, model: ReadModel) -> dict[str, tuple[bool, bool]]:
    """Name -> whether it is whole, and live."""
    with opened_views(settings) as views:
        return {build.name: (build.whole, build.live) for build in views.builds() if build.model == model.name}


class NextProgram:
    """A process of the next program, which makes its read model anew and then projects until it has caught up."""

    def __init__(self, settings: Settings) -> None:
        environment = {**os.environ, **settings.environment()}
        command = [sys.executable, "-m", "tests.support.renewing"]
        self.process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)

    def finish(self) -> tuple[int, str]:
        """Exit status, and what it said."""
        _, err = self.process.communicate(timeout=120)
        return self.process.returncode, err

    def kill(self) -> None:
        """Kill it outright, and collect it."""
        self.process.kill()
        self.process.communicate(timeout=60)


if __name__ == "__main__":
    from deploy.process_log import set_up_log

    set_up_log("projector", "warning")
    with opened_projector(Settings.read(), EXIT_NOTICES):
        pass
