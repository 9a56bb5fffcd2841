"""One node as a process: formatted once, started apart from us, found again by its process id, stopped in good order."""

import contextlib
import os
import shlex
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.broker.errors import BrokerProblem
from deploy.broker.layout import HOST, Cluster, Node
from deploy.broker.properties import LOGGING, server_properties
from deploy.broker.reasons import reason_in
from deploy.broker.secrets import replace_secret
from deploy.broker.security import first_user

FORMAT_S = 60
STOP_S = 30
"""How long a node may take to hand over and close its files."""
_HEAP = "-Xmx512m"
"""Enough for one machine's registry; KAFKA_HEAP_OPTS says otherwise, as for Kafka's own scripts."""


@dataclass(frozen=True, slots=True)
class NodeProcess:
    """A node of a cluster. `java`: the program; `jars`: the folder of Kafka's jars."""

    cluster: Cluster
    node: Node
    java: Path
    jars: Path

    @property
    def folder(self) -> Path:
        """The node's folder."""
        return self.cluster.node_folder(self.node)

    @property
    def log_file(self) -> Path:
        """What the node tells."""
        return self.folder / "broker.log"

    def format(self) -> None:
        """Make the node's storage, unless it is there. Raises BrokerProblem."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._properties.write_text(server_properties(self.cluster, self.node), "utf-8")
        self._logging.write_text(LOGGING, "utf-8")
        if (self.folder / "data" / "meta.properties").exists():
            return
        alone = len(self.cluster.nodes) == 1
        quorum = ["--standalone"] if alone else ["--initial-controllers", self.cluster.initial_controllers]
        command = self._command("kafka.tools.StorageTool", "format", "-t", self.cluster.cluster_id, *quorum)
        with self._first_user() as users:
            command += [*users, "-c", str(self._properties)]
            done = subprocess.run(command, capture_output=True, text=True, timeout=FORMAT_S, check=False)
        if done.returncode:
            # What it began would look like storage.
            shutil.rmtree(self.folder / "data", ignore_errors=True)
            raise BrokerProblem(f"node {self.node.number} could not be formatted: {reason_in(done.stdout + done.stderr)}")

    def start(self) -> None:
        """Start it, unless it runs."""
        if self.pid() is not None:
            return
        console = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        command = [*self._command("kafka.Kafka"), str(self._properties)]
        # It outlives us, in a session of its own: nobody keeps or awaits it.
        pid = os.posix_spawn(
            command[0],
            command,
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(self._console), console, 0o644),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
        )
        self._pid_file.write_text(str(pid), "utf-8")

    def pid(self) -> int | None:
        """Its process id while it runs; a number that another process has got meanwhile does not count."""
        try:
            pid = int(self._pid_file.read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)  # or a child of ours that ended would seem to run
        shown = subprocess.run(["ps", "-ww", "-p", str(pid), "-o", "args="], capture_output=True, text=True, check=False)
        return pid if str(self._properties) in shown.stdout else None

    def last_words(self) -> str:
        """Why it ended, as far as it said so."""
        told = [path.read_text("utf-8", errors="replace") for path in (self.log_file, self._console) if path.exists()]
        return reason_in("\n".join(told))

    def ask_to_stop(self) -> bool:
        """Ask it to hand over and end; False if it does not run."""
        pid = self.pid()
        if pid is not None:
            os.kill(pid, signal.SIGTERM)
        return pid is not None

    def await_end(self) -> None:
        """Return when it has ended; it is killed if that takes longer than STOP_S, which its log survives."""
        deadline = time.monotonic() + STOP_S
        while (pid := self.pid()) is not None:
            if time.monotonic() > deadline:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.1)
        self._pid_file.unlink(missing_ok=True)

    @property
    def _properties(self) -> Path:
        return self.folder / "server.properties"

    @property
    def _logging(self) -> Path:
        return self.folder / "log4j2.xml"

    @property
    def _console(self) -> Path:
        return self.folder / "console.log"

    @property
    def _pid_file(self) -> Path:
        return self.folder / "broker.pid"

    @contextlib.contextmanager
    def _first_user(self) -> Iterator[list[str]]:
        """The administrator of a secure cluster, in a file for the time being: arguments can be seen by everybody."""
        if not self.cluster.secure:
            yield []
            return
        file = self.folder / "first-user"
        replace_secret(file, first_user(self.cluster))
        try:
            yield [f"@{file}"]
        finally:
            file.unlink()

    def _command(self, main_class: str, *arguments: str) -> list[str]:
        return [
            str(self.java),
            *(shlex.split(os.environ.get("KAFKA_HEAP_OPTS", "")) or [_HEAP]),
            "-cp",
            f"{self.jars}/*",
            f"-Dlog4j2.configurationFile={self._logging}",
            f"-Dregistry.broker.log={self.log_file}",
            main_class,
            *arguments,
        ]


def answers(port: int) -> bool:
    """Whether anybody listens on this port of the loopback address."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0
