"""A real broker from nothing: made, found, killed, started again, stopped."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.broker.cluster_control import start_cluster, status_of, stop_cluster
from deploy.broker.errors import BrokerProblem
from deploy.broker.jars import find_jars
from deploy.broker.java import find_java
from deploy.broker.layout import new_cluster
from deploy.broker.properties import server_properties
from deploy.commands.broker_command import command
from tests.support.ports import free_broker_port


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "kafka"
    if (tmp_path / "kafka" / "cluster.json").exists():
        stop_cluster(tmp_path / "kafka")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments], standalone_mode=False)


# The client lets go of its sockets only to the collector where the broker is not ready for it yet.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.kafka
def test_a_broker_is_made_killed_started_again_and_stopped(folder: Path) -> None:
    port = free_broker_port()
    started = run("start", "--dir", str(folder), "--port", str(port))
    assert started.output.endswith(f"127.0.0.1:{port}\n"), started.output + repr(started.exception)
    (node,) = status_of(folder)
    assert node.serving
    assert node.pid is not None
    os.kill(node.pid, signal.SIGKILL)
    os.waitpid(node.pid, 0)
    assert status_of(folder)[0].pid is None
    start_cluster(folder, 1, port, lambda line: None)
    assert status_of(folder)[0].serving
    assert "Kafka Server started" in run("logs", "--dir", str(folder), "--lines", "1000").output
    assert run("stop", "--dir", str(folder)).output == "1 stopped\n"
    assert "stopped" in run("status", "--dir", str(folder)).output


def test_nothing_is_said_to_run_where_there_is_none(folder: Path) -> None:
    with pytest.raises(BrokerProblem, match="there is no broker in"):
        status_of(folder)


def test_a_node_without_java_or_kafka_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(BrokerProblem, match=r"household-registry\[broker\]"):
        find_java({"PATH": str(tmp_path)})
    with pytest.raises(BrokerProblem, match="set KAFKA_HOME"):
        find_jars({"PATH": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}, lambda line: None)
    with pytest.raises(BrokerProblem, match="there is no Kafka in"):
        find_jars({"KAFKA_HOME": str(tmp_path)}, lambda line: None)


def test_three_nodes_keep_three_copies_and_ask_two(tmp_path: Path) -> None:
    cluster = new_cluster(tmp_path, 3, 20000)
    text = server_properties(cluster, cluster.nodes[2])
    assert "transaction.state.log.replication.factor=3\n" in text
    assert "min.insync.replicas=2\n" in text
    assert "controller.quorum.bootstrap.servers=127.0.0.1:21000,127.0.0.1:21001,127.0.0.1:21002\n" in text
    assert "listeners=PLAINTEXT://127.0.0.1:20002,CONTROLLER://127.0.0.1:21002\n" in text
