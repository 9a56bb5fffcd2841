"""SIGKILL of `registry up`, as a whole and process by process, while clerks send commands: nothing is lost, nothing doubled.

A clerk sends a command until it is answered, with one idempotency key, as a careful client does; so each one has to be recorded
exactly once, however many processes died under it.
"""

import random
import threading
import time
from pathlib import Path
from uuid import UUID, uuid4

from deploy.settings import Settings
from tests.support.agreement import assert_all_agree, stored_rows, versions
from tests.support.installation import CLERK, ON, VILLAGE, new_installation, shown
from tests.support.ports import free_port
from tests.support.program import registry
from tests.support.registry_up import PIPELINE, SERVER, RunningRegistry, ask, bearer, children_of, kill, registry_up
from tests.support.waiting import wait_until

RUNS = 4
KILLS_MIN = 20
CLERKS = 3
SETTLE_S = 60.0


class Clerk(threading.Thread):
    """Keeps entering households into the ledger, and correcting their size; remembers what was answered."""

    def __init__(self, settings: Settings, token: dict[str, str]) -> None:
        super().__init__(daemon=True)
        self.answered: dict[UUID, int] = {}
        self.wrong: list[tuple[int, object]] = []
        self.retries = 0
        self._settings = settings
        self._token = token
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.is_set():
            household_id = uuid4()
            for version in (1, 2, 3):
                self._send(household_id, version)

    def finish(self) -> None:
        """End after the present household."""
        self._done.set()
        self.join(SETTLE_S)
        assert not self.is_alive()

    def _send(self, household_id: UUID, version: int) -> None:
        body = {"effective_on": ON.isoformat(), "division": VILLAGE, "size": version, "labour_count": 1}
        key = {"Idempotency-Key": f"{household_id}-{version}"}
        path = f"/v1/households/{household_id}/record-ledger-household"
        while True:
            status, answer = ask(self._settings.port, "POST", path, body, **self._token, **key)
            if status in (200, 201):
                if answer["version"] != version:
                    self.wrong.append((version, answer))
                self.answered[household_id] = version
                return
            if status not in (0, 503):
                self.wrong.append((status, answer))
                return
            self.retries += 1
            time.sleep(0.02)


def test_killed_again_and_again_it_loses_and_doubles_nothing(tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")  # noqa: T201
    chance = random.Random(seed)
    settings = new_installation(tmp_path / "data", port=free_port())
    clerks = [Clerk(settings, a_token(settings)) for _ in range(CLERKS)]
    kills = 0
    for run in range(RUNS):
        with registry_up(settings) as running:
            running.wait_until_ready()
            if run == 0:
                for clerk in clerks:
                    clerk.start()
            for turn in range(len(VICTIMS)):
                kill_one_child(running, chance, turn)
            time.sleep(chance.uniform(0.0, 1.2))
            running.kill()
            kills += len(VICTIMS) + 1
    with registry_up(settings) as running:
        running.wait_until_ready()
        for clerk in clerks:
            clerk.finish()
        answered = {household: version for clerk in clerks for household, version in clerk.answered.items()}
        with shown(settings) as register:
            wait_until(lambda: {h: v for h, (v, _) in register.households().items()} == answered, SETTLE_S, "all is shown")
        assert running.stop()[0] == 0
    print(f"{kills} kills, {len(answered)} households, {sum(clerk.retries for clerk in clerks)} retries")  # noqa: T201
    assert kills >= KILLS_MIN
    assert [clerk.wrong for clerk in clerks] == [[]] * CLERKS
    assert sum(clerk.retries for clerk in clerks) > 0
    assert versions(stored_rows(settings)) == answered
    assert_all_agree(settings, tmp_path / "fresh")


def kill_one_child(running: RunningRegistry, chance: random.Random, turn: int) -> None:
    """Kill the pipeline, the server or its worker by turns, at a moment that chance gives."""
    victim = VICTIMS[turn % len(VICTIMS)]
    killed = False
    while not killed:
        wait_until(lambda: victim(running) is not None, SETTLE_S, "the next victim is there")
        time.sleep(chance.uniform(0.0, 1.2))
        killed = kill(victim(running))


def pipeline_of(running: RunningRegistry) -> int | None:
    return running.child(PIPELINE)


def server_of(running: RunningRegistry) -> int | None:
    return running.child(SERVER)


def worker_of(running: RunningRegistry) -> int | None:
    server = server_of(running)
    return next(iter(children_of(server)), None) if server is not None else None


VICTIMS = (pipeline_of, server_of, pipeline_of, worker_of, pipeline_of)
"""Fewer of one child in one run than the supervisor gives up on."""


def a_token(settings: Settings) -> dict[str, str]:
    """A token that acts as CLERK."""
    made = registry(
        *("token", "create", "--data", settings.data, "--role", CLERK.role, "--division", CLERK.division),
        *("--user", CLERK.user_id, "--organisation", CLERK.organisation),
    )
    return bearer(made.out.strip())
