"""What is done to a running register: each fault by name, with how often it is chosen."""

import os
import signal
import time
from collections.abc import Callable
from random import Random

from deploy.broker.cluster_control import start_cluster
from tests.chaos.installation import SESSION_S, Register, broker_pid


def kill_part(name: str) -> Callable[[Register, Random], None]:
    """SIGKILL of one process."""
    return lambda register, chance: register.parts[name].kill()


def freeze_projector(register: Register, chance: Random) -> None:
    """SIGSTOP past the session's time, so that its partitions go to the other; then it wakes and would write."""
    part = register.parts[chance.choice(("project-1", "project-2"))]
    part.send(signal.SIGSTOP)
    time.sleep(SESSION_S + 2)
    part.send(signal.SIGCONT)


def kill_broker(register: Register, chance: Random) -> None:
    """SIGKILL of the broker, which comes back on the same files."""
    end_broker(register, signal.SIGKILL)


def restart_broker(register: Register, chance: Random) -> None:
    """The broker ends in good order and comes back."""
    end_broker(register, signal.SIGTERM)


def end_broker(register: Register, number: int) -> None:
    pid = broker_pid(register.cluster)
    if pid is not None:
        os.kill(pid, number)
    while broker_pid(register.cluster) is not None:
        time.sleep(0.05)
    start_cluster(register.cluster.folder, None, None, print)


def restart_database(register: Register, chance: Random) -> None:
    """SIGKILL of the database server, which comes back on the same files."""
    register.database.kill()


FAULTS: dict[str, tuple[int, Callable[[Register, Random], None]]] = {
    "kill relay": (5, kill_part("relay")),
    "kill project-1": (4, kill_part("project-1")),
    "kill project-2": (4, kill_part("project-2")),
    "kill feed": (5, kill_part("feed")),
    "kill api": (4, kill_part("api")),
    "kill broker": (2, kill_broker),
    "restart broker": (1, restart_broker),
    "kill database": (2, restart_database),
    "freeze a projector": (1, freeze_projector),
}


def drawn(chance: Random, count: int) -> list[str]:
    """So many faults: each once to begin with, as far as they go, then by their weight."""
    names = list(FAULTS)
    chance.shuffle(names)
    more = chance.choices(list(FAULTS), [weight for weight, _ in FAULTS.values()], k=max(0, count - len(names)))
    return [*names, *more][:count]
