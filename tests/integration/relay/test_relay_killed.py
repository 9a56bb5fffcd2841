"""A relay that is killed in the middle, again and again, while others go on writing: no loss, no duplicate, no disorder."""

import multiprocessing
import threading
import time
from itertools import count
from pathlib import Path
from random import Random

from tests.support.relay_process import relay_until_killed
from tests.support.relayed import SOURCE, Flow, check_moved, new_flow, write_lives

SPAWN = multiprocessing.get_context("spawn")
KILLS = 8
PATIENCE_S = 60


def test_killed_relays_lose_and_double_nothing(tmp_path: Path) -> None:
    flow = new_flow(f"sqlite:///{tmp_path / 'registry.db'}", tmp_path / "log.db")
    write_lives(flow.open_store(), range(20))
    enough = threading.Event()
    writer = threading.Thread(target=write_until, args=(flow, enough))
    writer.start()
    chance = Random(7)
    begun_at = [relay_and_kill(flow, chance) for _ in range(KILLS)]
    enough.set()
    writer.join(PATIENCE_S)
    assert begun_at == sorted(set(begun_at)), "each one goes on further than the one before it"
    flow.open_relay().drain()
    check_moved(flow.rows(), flow.records())
    flow.close()


def write_until(flow: Flow, enough: threading.Event) -> None:
    store = flow.open_store()
    for number in count(20):
        if enough.is_set():
            return
        write_lives(store, [number])


def relay_and_kill(flow: Flow, chance: Random) -> int:
    """Let a relay move a few pages and kill it during the next; where it began."""
    here, there = SPAWN.Pipe()
    process = SPAWN.Process(target=relay_until_killed, args=(flow.url, flow.log, SOURCE, 3, there))
    process.start()
    positions = []
    for _ in range(chance.randint(2, 12)):
        assert here.poll(PATIENCE_S)
        positions.append(here.recv())
    time.sleep(chance.uniform(0, 0.002))
    process.kill()
    process.join(PATIENCE_S)
    assert process.exitcode == -9
    begun_at: int = positions[0]
    return begun_at
