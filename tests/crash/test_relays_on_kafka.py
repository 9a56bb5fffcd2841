"""Real relay processes on a real Kafka: a second one takes over and the first says so; a broker that is away is waited for."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from deploy.broker.cluster_control import start_cluster, status_of
from deploy.broker.layout import Cluster
from deploy.composition.log_side import read_marks
from deploy.settings import Settings
from registry.relay.mark import RELAY
from registry.store.event_store import RegistryEventStore
from registry.store.opening import create_store, open_store, recorder_for
from tests.support.agreement import logged, stored_rows, to_be_logged
from tests.support.installation import new_installation
from tests.support.own_kafka import let_sockets_go, own_kafka
from tests.support.program import registry
from tests.support.registry_up import children_of
from tests.support.relayed import SteppingClock, write_lives
from tests.support.scenario import DAY_ONE, noon_of
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(300)]
SETTLE_S = 60.0
GROWN_MAX_KIB = 48 * 1024
"""What a relay may grow by while it waits: its page and the client's buffers, not the store."""
_WAIT_S = 2.0


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with own_kafka(tmp_path / "kafka") as cluster:
        yield cluster


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    create_store(url)
    return url


def installed(folder: Path, cluster: Cluster, store_url: str) -> Settings:
    """An installation with a data folder of its own, on a store and a log that others use too."""
    made = new_installation(folder, log_url=f"kafka://{cluster.bootstrap}", store_url=store_url)
    with let_sockets_go(), pytest.MonkeyPatch.context() as patch:
        for name, value in made.environment().items():
            patch.setenv(name, value)
        assert registry("topics", "apply", "--data", made.data, "--yes").status == 0
    return made


@contextmanager
def relaying(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "deploy.cli", "relay", "--data", settings.data]
    environment = {**os.environ, **settings.environment(), "LANG": "C.UTF-8"}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def opened(store_url: str) -> Iterator[RegistryEventStore]:
    with closing(open_store(store_url, SteppingClock(noon_of(DAY_ONE)))) as store:
        yield store


def relayed(settings: Settings) -> int:
    mark = read_marks(settings, [RELAY]).get(RELAY)
    return 0 if mark is None else int(mark.value["position"])


def head_of(store_url: str) -> int:
    with closing(recorder_for(store_url)) as recorder:
        return recorder.head().position


def resident_kib(pid: int) -> int:
    """Memory of a process and its children."""
    texts = [Path(f"/proc/{each}/status").read_text() for each in (pid, *children_of(pid))]
    return sum(int(line.split()[1]) for text in texts for line in text.splitlines() if line.startswith("VmRSS:"))


def test_a_second_relay_takes_over_and_the_first_ends_with_a_clear_line(tmp_path: Path, cluster: Cluster, store_url: str) -> None:
    one, two = (installed(tmp_path / name, cluster, store_url) for name in ("one", "two"))
    with opened(store_url) as store, relaying(one) as first:
        write_lives(store, range(3))
        wait_until(lambda: relayed(one) == head_of(store_url), SETTLE_S)
        with relaying(two) as second:
            numbers = iter(range(3, 10_000))

            def replaced() -> bool:
                # An idle relay finds out when it next appends.
                write_lives(store, [next(numbers)])
                if second.poll() is not None:
                    first.kill()
                    raise AssertionError(
                        f"the second relay was replaced:\n{second.communicate()[1]}\nby:\n{first.communicate()[1]}"
                    )
                return first.poll() is not None

            wait_until(replaced, SETTLE_S, "the first relay ends")
            _, err = first.communicate(timeout=10)
            assert first.returncode == 1
            assert err.splitlines()[-1].startswith("E-LOG-FENCED: "), err
            assert "Traceback" not in err
            wait_until(lambda: relayed(two) == head_of(store_url), SETTLE_S)
            assert second.poll() is None
    assert logged(two, _WAIT_S) == to_be_logged(stored_rows(two), two)


def test_a_relay_whose_broker_is_away_keeps_its_size_and_goes_on_by_itself(
    tmp_path: Path, cluster: Cluster, store_url: str
) -> None:
    settings = installed(tmp_path / "data", cluster, store_url)
    with opened(store_url) as store, relaying(settings) as relay:
        write_lives(store, range(20))
        wait_until(lambda: relayed(settings) == head_of(store_url), SETTLE_S)
        before = resident_kib(relay.pid)
        (node,) = status_of(cluster.folder)
        os.kill(node.pid or 0, signal.SIGKILL)
        write_lives(store, range(20, 1200), events_per_save=100)
        missed = head_of(store_url)
        assert missed > 15_000
        time.sleep(10.0)
        assert relay.poll() is None, "it waits"
        assert resident_kib(relay.pid) - before < GROWN_MAX_KIB
        start_cluster(cluster.folder, None, None, print)
        with let_sockets_go():
            wait_until(lambda: relayed(settings) == missed, SETTLE_S, "the relay goes on")
        relay.send_signal(signal.SIGTERM)
        assert relay.wait(30) == 0
    assert logged(settings, _WAIT_S) == to_be_logged(stored_rows(settings), settings)
