"""One campaign: clients send commands, faults happen, and in the end everything is counted. A killed campaign can go on."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.chaos.clerk import Clerk, answered_versions
from tests.chaos.faults import FAULTS, drawn
from tests.chaos.installation import running_register
from tests.chaos.verdict import assert_nothing_lost_or_doubled, wait_until_caught_up, wait_until_published
from tests.support.registry_up import ask
from tests.support.waiting import wait_until

CLERKS = 3
READY_S = 90.0
FINISH_S = 120.0
WORK, WORK_S = 5, 8.0


@dataclass(frozen=True)
class Campaign:
    """faults: how many; seed: says which, and when; folder: where everything is kept; client: which client of Kafka."""

    faults: int
    seed: int
    folder: Path
    client: str = "python"

    def run(self, tell: Callable[[str], None]) -> dict[str, int]:
        """Go on from where it was left. Raises AssertionError with the seed where something is lost, doubled or wrong."""
        tell(f"chaos: seed {self.seed}, {self.faults} faults, in {self.folder}")
        names = drawn(Random(self.seed), self.faults)
        with running_register(self.folder, self.client) as register:
            wait_until(lambda: ask(register.settings.port, "GET", "/v1/ready")[0] == 200, READY_S, "the API is ready")
            notes = [self.folder / f"clerk-{number}.jsonl" for number in range(CLERKS)]
            clerks = [Clerk(number, register.settings.port, register.token, path) for number, path in enumerate(notes)]
            for clerk in clerks:
                clerk.start()
            for turn in range(self._done(), self.faults):
                chance = Random(f"{self.seed}-{turn}")
                _let_work(clerks)
                time.sleep(chance.uniform(0.0, 1.0))
                register.keep_running()
                FAULTS[names[turn]][1](register, chance)
                register.keep_running()
                self._keep(turn + 1)
                tell(f"{turn + 1:4} {names[turn]:20} {sum(clerk.answered for clerk in clerks):6} answered")
            for clerk in clerks:
                clerk.finish()
            deadline = time.monotonic() + FINISH_S
            while any(clerk.is_alive() for clerk in clerks):
                register.keep_running()
                assert time.monotonic() < deadline, "a client still waits for its answer"
                time.sleep(0.1)
            wait_until_caught_up(register.settings)
            assert [clerk.wrong for clerk in clerks] == [[]] * CLERKS
            wait_until_published(register.settings)
            for part in register.parts.values():
                part.stop()
            counted = assert_nothing_lost_or_doubled(register.settings, answered_versions(notes), self.folder / "fresh")
            return counted | {"faults": self.faults, "retries": sum(clerk.retries for clerk in clerks)}

    def _done(self) -> int:
        path = self.folder / "progress.json"
        return int(json.loads(path.read_text())["done"]) if path.exists() else 0

    def _keep(self, done: int) -> None:
        (self.folder / "progress.json").write_text(json.dumps({"seed": self.seed, "done": done}))


def _let_work(clerks: list[Clerk]) -> None:
    """Until some commands were answered since the last fault, so that each one meets a register at work; but not for ever."""
    before, deadline = sum(clerk.answered for clerk in clerks), time.monotonic() + WORK_S
    while sum(clerk.answered for clerk in clerks) < before + WORK and time.monotonic() < deadline:
        time.sleep(0.05)
