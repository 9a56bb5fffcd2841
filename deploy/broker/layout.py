"""A cluster on one machine: its nodes, their ports and folders, kept in `cluster.json` beside the data."""

import base64
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

HOST = "127.0.0.1"
CONTROLLER_OFFSET = 1000
"""How far a node's controller port lies above its client port."""
INTERNAL_OFFSET = 2000
"""The same for the port on which the nodes of a secure cluster talk to each other."""
_FILE = "cluster.json"


@dataclass(frozen=True, slots=True)
class Node:
    """One process, broker and controller in one. `directory_id`: what the quorum knows its folder by."""

    number: int
    port: int
    controller_port: int
    directory_id: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """The nodes of a folder. cluster_id: 16 random bytes in URL-safe base64, as Kafka writes ids; secure: by TLS and users."""

    folder: Path
    cluster_id: str
    nodes: tuple[Node, ...]
    secure: bool = False

    @property
    def bootstrap(self) -> str:
        """The addresses for clients."""
        return ",".join(f"{HOST}:{node.port}" for node in self.nodes)

    @property
    def controllers(self) -> str:
        """The controllers' addresses."""
        return ",".join(f"{HOST}:{node.controller_port}" for node in self.nodes)

    @property
    def initial_controllers(self) -> str:
        """The quorum's first voters, as the format tool wants them."""
        return ",".join(f"{n.number}@{HOST}:{n.controller_port}:{n.directory_id}" for n in self.nodes)

    @property
    def authority_file(self) -> Path:
        """The certificate that signs the nodes' of a secure cluster: all that a client needs of it."""
        return self.folder / "ca.pem"

    @property
    def authority_key_file(self) -> Path:
        """The key of that certificate."""
        return self.folder / "ca.key"

    def password_file(self, user: str) -> Path:
        """A user's password, alone in a file."""
        return self.folder / "users" / f"{user}.password"

    def next_password_file(self, user: str) -> Path:
        """The password that the user is being given; there only if that was broken off."""
        return self.password_file(user).with_suffix(".next")

    def keystore(self, node: Node) -> Path:
        """A node's own key, with its certificates."""
        return self.node_folder(node) / "node.pem"

    def node_folder(self, node: Node) -> Path:
        """Where a node keeps its data, its log and its process id."""
        return self.folder / f"node-{node.number}"

    def ports(self, node: Node) -> tuple[int, ...]:
        """All that a node listens on."""
        internal = (node.port + INTERNAL_OFFSET,) if self.secure else ()
        return (node.port, node.controller_port, *internal)


def new_cluster(folder: Path, nodes: int, port: int, *, secure: bool = False) -> Cluster:
    """A cluster that is not there yet, with client ports from `port` on."""
    made = (Node(n + 1, port + n, port + n + CONTROLLER_OFFSET, _random_id()) for n in range(nodes))
    return Cluster(folder, _random_id(), tuple(made), secure)


def read_cluster(folder: Path) -> Cluster | None:
    """The cluster of this folder, if there is one."""
    try:
        kept = json.loads((folder / _FILE).read_text("utf-8"))
    except FileNotFoundError:
        return None
    return Cluster(
        folder.absolute(), kept["cluster_id"], tuple(Node(**node) for node in kept["nodes"]), kept.get("secure", False)
    )


def keep_cluster(cluster: Cluster) -> None:
    """Write it down: whole, or not at all."""
    cluster.folder.mkdir(parents=True, exist_ok=True)
    draft = cluster.folder / f"{_FILE}.new"
    kept = {"cluster_id": cluster.cluster_id, "secure": cluster.secure, "nodes": [asdict(node) for node in cluster.nodes]}
    draft.write_text(json.dumps(kept, indent=2), "utf-8")
    draft.replace(cluster.folder / _FILE)


def _random_id() -> str:
    """As Kafka's own: URL-safe base64 of 16 bytes, without padding, not beginning with a dash (options do)."""
    while True:
        made = base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=")
        if not made.startswith("-"):
            return made
