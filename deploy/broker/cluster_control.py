"""Start, look at and stop a whole cluster."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.broker.errors import BrokerProblem
from deploy.broker.jars import Tell, find_jars
from deploy.broker.java import find_java
from deploy.broker.layout import HOST, Cluster, Node, keep_cluster, new_cluster, read_cluster
from deploy.broker.node_process import NodeProcess, answers
from deploy.broker.readiness import brokers_of, wait_until_ready
from deploy.broker.security import make_secure

DEFAULT_PORT = 9092
PREDECESSOR_S = 10.0
"""How long a node that was killed a moment ago may still hold its ports."""
_LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """What there is to say of a node: its process id while it runs, and whether the cluster counts it in."""

    node: Node
    pid: int | None
    serving: bool


def start_cluster(
    folder: Path,
    nodes: int | None,
    port: int | None,
    tell: Tell,
    environment: Mapping[str, str] = os.environ,
    *,
    secure: bool = False,
) -> Cluster:
    """Start the cluster of this folder, or make it first; what runs already is left alone. It serves on return.

    nodes, port, secure: what a new cluster is like, and what one that is there has to be like, if they are given.
    Raises BrokerProblem where something is missing, ports are taken, or the folder holds another cluster than was asked for.
    """
    java, jars = find_java(environment), find_jars(environment, tell)
    cluster = read_cluster(folder)
    new = cluster is None
    if cluster is None:
        cluster = new_cluster(folder.absolute(), nodes or 1, port or DEFAULT_PORT, secure=secure)
    else:
        _check_same(cluster, nodes, port, secure)
    processes = [NodeProcess(cluster, node, java, jars) for node in cluster.nodes]
    _check_ports(processes, new)
    if new:
        keep_cluster(cluster)
    if cluster.secure:
        make_secure(cluster)
    for process in processes:
        process.format()
    for process in processes:
        process.start()
    wait_until_ready(cluster, processes)
    return cluster


def stop_cluster(folder: Path) -> int:
    """Stop the nodes; return how many ran. All are asked at once: the last one alone would wait for a quorum."""
    running = [process for process in _processes(known_cluster(folder)) if process.ask_to_stop()]
    for process in running:
        process.await_end()
    return len(running)


def status_of(folder: Path) -> list[NodeStatus]:
    """Each node's status."""
    cluster = known_cluster(folder)
    pids = {process.node.number: process.pid() for process in _processes(cluster)}
    serving = brokers_of(cluster) if any(pids.values()) else set()
    return [NodeStatus(node, pids[node.number], node.number in serving) for node in cluster.nodes]


def log_files(folder: Path) -> list[Path]:
    """The nodes' logs, as far as they have any."""
    processes = _processes(known_cluster(folder))
    return [process.log_file for process in processes if process.log_file.exists()]


def known_cluster(folder: Path) -> Cluster:
    """The cluster of this folder. Raises BrokerProblem where there is none."""
    cluster = read_cluster(folder)
    if cluster is None:
        raise BrokerProblem(f"there is no broker in {folder}: registry broker start --dir {folder}")
    return cluster


def _processes(cluster: Cluster) -> list[NodeProcess]:
    """The nodes' processes, to look at and to stop: for that neither Java nor jars are needed."""
    return [NodeProcess(cluster, node, Path(), Path()) for node in cluster.nodes]


def _check_same(cluster: Cluster, nodes: int | None, port: int | None, secure: bool) -> None:
    differences = []
    if nodes is not None and nodes != len(cluster.nodes):
        differences.append(f"of {len(cluster.nodes)} nodes, not {nodes}")
    if port is not None and port != cluster.nodes[0].port:
        differences.append(f"on port {cluster.nodes[0].port}, not {port}")
    if secure and not cluster.secure:
        differences.append("open to everybody, not secure")
    if differences:
        raise BrokerProblem(f"{cluster.folder} holds a cluster {' and '.join(differences)}; name another folder with --dir")


def _check_ports(processes: Sequence[NodeProcess], new: bool) -> None:
    """Before anything is made or started, so that half a cluster never runs."""
    stopped = [process for process in processes if process.pid() is None]
    ports = [port for process in stopped for port in process.cluster.ports(process.node)]
    deadline = time.monotonic() + (0 if new else PREDECESSOR_S)
    while (taken := [port for port in ports if answers(port)]) and time.monotonic() < deadline:
        time.sleep(_LOOK_S)
    if taken:
        remedy = "name another with --port" if new else "end what listens there"
        many = "ports" if len(taken) > 1 else "port"
        raise BrokerProblem(f"{many} {', '.join(map(str, taken))} on {HOST} taken; {remedy}")
