"""Start, look at and stop a whole cluster."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.broker.errors import BrokerProblem
from deploy.broker.jars import Tell, find_jars
from deploy.broker.java import find_java
from deploy.broker.layout import Cluster, Node, keep_cluster, new_cluster, read_cluster
from deploy.broker.node_process import NodeProcess
from deploy.broker.readiness import brokers_of, wait_until_ready


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """What there is to say of a node: its process id while it runs, and whether the cluster counts it in."""

    node: Node
    pid: int | None
    serving: bool


def start_cluster(folder: Path, nodes: int, port: int, tell: Tell, environment: Mapping[str, str] = os.environ) -> Cluster:
    """Start the cluster of this folder, or make it first; what runs already is left alone. It serves on return.

    Raises BrokerProblem where something is missing, a port is taken, or the folder holds a cluster of another size.
    """
    java, jars = find_java(environment), find_jars(environment, tell)
    cluster = read_cluster(folder)
    if cluster is None:
        cluster = new_cluster(folder.absolute(), nodes, port)
        keep_cluster(cluster)
    elif len(cluster.nodes) != nodes:
        raise BrokerProblem(
            f"{folder} holds a cluster of {len(cluster.nodes)} nodes, not {nodes}; name another folder with --dir"
        )
    processes = [NodeProcess(cluster, node, java, jars) for node in cluster.nodes]
    for process in processes:
        process.format()
    for process in processes:
        process.start()
    wait_until_ready(cluster)
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
