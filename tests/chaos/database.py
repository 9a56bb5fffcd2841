"""A PostgreSQL of its own, which can be killed and comes back on the same files."""

import os
import signal
import time
from contextlib import closing
from pathlib import Path

import psycopg

from deploy.local_postgres import database_on, start_postgres

BACK_S = 30.0


class Database:
    """One server in a folder; all of its promises are kept: nothing is switched off."""

    def __init__(self, folder: Path) -> None:
        self._server = start_postgres(folder)
        self.uri: str = self._server.get_uri()

    def create(self, name: str) -> str:
        """A database, unless it is there; its address."""
        return database_on(self.uri, name)

    def kill(self) -> None:
        """As a power cut would, and start it again on what it left."""
        os.kill(self._server.get_pid(), signal.SIGKILL)
        deadline = time.monotonic() + BACK_S
        while True:
            try:
                self._server.ensure_postgres_running()
                with closing(psycopg.connect(self.uri, connect_timeout=2)):
                    return
            except Exception:  # what it left has to be let go of first
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def stop(self) -> None:
        """End it."""
        self._server.cleanup()
