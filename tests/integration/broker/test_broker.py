"""A real broker from nothing: made, found, killed, started again, stopped."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.broker.cluster_control import start_cluster, status_of, stop_cluster
from deploy.broker.errors import BrokerProblem
from deploy.broker.jars import NEEDED, find_jars
from deploy.broker.java import find_java
from deploy.broker.layout import INTERNAL_OFFSET, keep_cluster, new_cluster, read_cluster
from deploy.broker.properties import server_properties
from deploy.broker.reasons import reason_in
from deploy.commands.broker_command import command
from tests.support.ports import free_broker_port


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "kafka"
    if (tmp_path / "kafka" / "cluster.json").exists():
        stop_cluster(tmp_path / "kafka")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments], standalone_mode=False)


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


def test_a_cache_that_lacks_a_jar_is_fetched_again(tmp_path: Path) -> None:
    """By a Maven that copies what it is told to, as the real one does from its own store."""
    maven = tmp_path / "bin" / "mvn"
    maven.parent.mkdir()
    maven.write_text(
        '#!/bin/sh\nfor o in "$@"; do case $o in -DoutputDirectory=*) d=${o#*=};; esac; done\n'
        f"/bin/mkdir $d; for n in {' '.join(NEEDED)}; do echo jar > $d/$n-4.3.1.jar; done\n"
    )
    maven.chmod(0o755)
    environment = {"PATH": str(maven.parent), "XDG_CACHE_HOME": str(tmp_path)}
    told: list[str] = []
    folder = find_jars(environment, told.append)
    assert find_jars(environment, told.append) == folder
    assert len(told) == 1
    next(folder.glob("kafka-server-*.jar")).unlink()
    assert find_jars(environment, told.append) == folder
    assert len(told) == 2
    next(folder.glob("kafka-clients-*.jar")).write_text("")
    assert find_jars({**environment, "XDG_CACHE_HOME": str(tmp_path)}, told.append) == folder
    assert len(told) == 3
    assert {jar.stat().st_size for jar in folder.glob("*.jar")} == {4}
    assert list(folder.parent.glob(".kafka-*")) == []


@pytest.mark.kafka
def test_taken_ports_are_all_told_before_anything_is_made(folder: Path) -> None:
    port = free_broker_port()
    told = f"ports {port}, {port + INTERNAL_OFFSET} on 127.0.0.1 taken; name another with --port"
    with (
        socket.create_server(("127.0.0.1", port)),
        socket.create_server(("127.0.0.1", port + INTERNAL_OFFSET)),
        pytest.raises(BrokerProblem, match=told),
    ):
        start_cluster(folder, 1, port, print, secure=True)
    assert not folder.exists()


@pytest.mark.kafka
def test_a_folder_with_another_cluster_is_told_in_all_that_differs(folder: Path) -> None:
    keep_cluster(new_cluster(folder, 3, 20000))
    with pytest.raises(BrokerProblem, match="of 3 nodes, not 1 and on port 20000, not 20001 and open to everybody, not secure"):
        start_cluster(folder, 1, 20001, print, secure=True)


@pytest.mark.kafka
def test_a_node_that_ends_at_once_is_not_waited_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_broker_port()
    monkeypatch.setenv("KAFKA_HEAP_OPTS", "-Xmx1k")
    with pytest.raises(BrokerProblem, match="node 1 could not be formatted: Java does not start: Too small maximum heap"):
        start_cluster(folder, 1, port, print)
    monkeypatch.setenv("KAFKA_HEAP_OPTS", "-Xmx256m -Xms64m")
    # A folder in the place of a file of the node's: it is formatted, and cannot begin.
    (folder / "node-1" / "data" / "meta.properties").mkdir(parents=True)
    started = time.monotonic()
    with pytest.raises(BrokerProblem, match="node 1 has ended: "):
        start_cluster(folder, 1, port, print)
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("java.lang.UnsupportedClassVersionError: kafka/Kafka", "this Java is older than 17"),
        ("x\njava.io.IOException: No space left on device\n\tat a.b(C.java:1)", "no space left on the disk"),
        ("INFO fine\n2026 ERROR broken (kafka.Kafka$)\n\tat a.b(C.java:1)\nINFO bye", "2026 ERROR broken (kafka.Kafka$)"),
        ("only this\n", "only this"),
        ("", "it gave no reason"),
    ],
)
def test_what_java_tells_at_length_is_one_line(told: str, reason: str) -> None:
    assert reason_in(told) == reason


def test_a_cluster_is_the_same_from_wherever_its_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = new_cluster(tmp_path / "kafka", 1, 20000, secure=True)
    keep_cluster(made)
    monkeypatch.chdir(tmp_path)
    assert read_cluster(Path("kafka")) == made


def test_three_nodes_keep_three_copies_and_ask_two(tmp_path: Path) -> None:
    cluster = new_cluster(tmp_path, 3, 20000)
    text = server_properties(cluster, cluster.nodes[2])
    assert "transaction.state.log.replication.factor=3\n" in text
    assert "min.insync.replicas=2\n" in text
    assert "controller.quorum.bootstrap.servers=127.0.0.1:21000,127.0.0.1:21001,127.0.0.1:21002\n" in text
    assert "listeners=PLAINTEXT://127.0.0.1:20002,CONTROLLER://127.0.0.1:21002\n" in text
