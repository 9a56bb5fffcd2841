"""The server goes away and comes back, sessions are ended in the middle, locks are held: events, tokens, vault, read models."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from deploy.composition.write_side import WriteSide, write_side
from deploy.local_postgres import start_postgres
from deploy.web.token_authenticator import TokenAuthenticator
from projections.api.errors import ViewUnavailable
from projections.database import open_engine
from registry.household.household import Household
from registry.store.errors import StoreBusy, StoreUnavailable
from registry.vault.personal_data import PersonalData
from registry.vault.refusal import VaultUnavailable
from schemas.access import Actor
from tests.support.installation import CLERK, ledger_household, new_installation, record_household, request

pytestmark = pytest.mark.postgres
AGO = timedelta(days=30)
PERSON = PersonalData(name="某某甲", id_number="469999198005010330")


@contextmanager
def a_server() -> Iterator[Any]:
    """A PostgreSQL of this test's own, to be stopped and started."""
    folder = Path(mkdtemp(prefix="registry-away-"))
    server = start_postgres(folder)
    try:
        yield server
    finally:
        server.cleanup()
        rmtree(folder, ignore_errors=True)


@pytest.fixture
def side(tmp_path: Path, postgres_uri: str) -> Iterator[WriteSide]:
    settings = new_installation(tmp_path / "data", synthetic_ids=True, store_url=postgres_uri, vault_url=postgres_uri)
    with write_side(settings) as side:
        yield side


def end_sessions(url: str, but: int = 0) -> int:
    """End every session of the program's on this database."""
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'registry%%' "
            "AND datname = current_database() AND pid NOT IN (pg_backend_pid(), %s)",
            (but,),
        ).fetchall()
        return len(found)


def test_a_server_that_restarts_troubles_neither_events_nor_tokens_nor_vault(tmp_path: Path) -> None:
    with a_server() as server:
        url = server.get_uri()
        settings = new_installation(tmp_path / "data", synthetic_ids=True, store_url=url, vault_url=url)
        with write_side(settings) as side:
            made = side.tokens.create(CLERK, side.clock.now() + AGO)
            household_id = record_household(side)
            server.stop()
            back = threading.Timer(1.0, server.start)
            back.start()
            assert isinstance(side.tokens.held(made.reveal()).actor, Actor)  # type: ignore[union-attr]
            other = record_household(side)
            assert len(side.vault.register([PERSON], CLERK, "CASE_HANDLING")) == 1
            back.join()
            assert {side.application.load(Household, each).version for each in (household_id, other)} == {1}


def test_a_server_that_stays_away_is_said_within_seconds_with_stable_codes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.store.postgres_line.RETURN_S", 0.3)
    with a_server() as server:
        url = server.get_uri()
        settings = new_installation(tmp_path / "data", synthetic_ids=True, store_url=url, vault_url=url)
        with write_side(settings) as side:
            made = side.tokens.create(CLERK, side.clock.now() + AGO)
            record_household(side)
            server.stop()
            begun = time.monotonic()
            with pytest.raises(StoreUnavailable) as store:
                record_household(side)
            with pytest.raises(StoreUnavailable) as tokens:
                TokenAuthenticator(side.tokens, lambda _: None).authenticate(made.reveal())
            with pytest.raises(VaultUnavailable) as vault:
                side.vault.register([PERSON], CLERK, "CASE_HANDLING")
            assert time.monotonic() - begun < 10
            codes = [caught.value.code for caught in (store, tokens, vault)]
            assert codes == ["E-STORE-UNAVAILABLE", "E-STORE-UNAVAILABLE", "E-VAULT-UNAVAILABLE"]
            server.start()
            record_household(side)
            assert side.vault.register([PERSON], CLERK, "CASE_HANDLING")[0].new


def test_a_session_that_is_ended_while_its_write_waits_for_the_lock_is_written_once(side: WriteSide, postgres_uri: str) -> None:
    household_id, key = uuid4(), "family-1"
    outcomes: list[Any] = []
    with side.store.recorder.writing() as transaction:
        transaction.read(())
        thread = threading.Thread(
            target=lambda: outcomes.append(side.service.execute(ledger_household(household_id), request(key=key)))
        )
        thread.start()
        ended = 0
        while not ended:
            with psycopg.connect(postgres_uri, autocommit=True) as connection:
                ended = len(
                    connection.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'advisory'"
                    ).fetchall()
                )
            time.sleep(0.01)
    thread.join(20)
    assert [outcome.version for outcome in outcomes] == [1]
    assert not outcomes[0].replayed
    assert side.service.execute(ledger_household(household_id), request(key=key)).replayed
    assert side.application.load(Household, household_id).version == 1


def test_a_vault_whose_session_is_ended_in_a_write_says_so_and_wrote_nothing(side: WriteSide, postgres_uri: str) -> None:
    with psycopg.connect(postgres_uri) as holder:
        holder.execute("LOCK TABLE vault.person IN EXCLUSIVE MODE")
        caught: list[BaseException] = []

        def register() -> None:
            try:
                side.vault.register([PERSON], CLERK, "CASE_HANDLING")
            except VaultUnavailable as error:
                caught.append(error)

        thread = threading.Thread(target=register)
        thread.start()
        while not waiting(postgres_uri):
            time.sleep(0.01)
        assert end_sessions(postgres_uri, but=holder.info.backend_pid) >= 1
        thread.join(20)
    assert [error.code for error in caught] == ["E-VAULT-UNAVAILABLE"]  # type: ignore[attr-defined]
    assert side.vault.register([PERSON], CLERK, "CASE_HANDLING")[0].new


def waiting(url: str) -> int:
    """How many sessions wait for a lock."""
    with psycopg.connect(url, autocommit=True) as connection:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        row = connection.execute(asked).fetchone()
        assert row is not None
        return int(row[0])


def test_a_table_that_somebody_locks_keeps_no_reader_waiting_for_ever(
    tmp_path: Path, postgres_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.store.opening.LOCK_TIMEOUT_S", 1)
    monkeypatch.setattr("registry.store.opening.recorder_for.__kwdefaults__", {"lock_timeout_s": 1})
    settings = new_installation(tmp_path / "data", store_url=postgres_uri)
    with write_side(settings) as side, psycopg.connect(postgres_uri) as holder:
        household_id = record_household(side)
        holder.execute("LOCK TABLE stored_events IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(StoreBusy) as busy:
            side.application.load(Household, household_id)
        assert busy.value.code == "E-STORE-BUSY"
        holder.rollback()
        assert side.application.load(Household, household_id).version == 1


def test_sessions_are_set_up_so_that_nothing_acknowledged_is_lost(side: WriteSide, postgres_uri: str) -> None:
    name = postgres_uri.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(postgres_uri, autocommit=True) as connection:
        for setting in ("synchronous_commit = off", "default_transaction_isolation = 'serializable'"):
            connection.execute(f"ALTER DATABASE {name} SET {setting}")
    end_sessions(postgres_uri)
    with side.engine.connect() as connection:
        shown = {name: connection.execute(text(f"SHOW {name}")).scalar() for name in SHOWN}
    assert shown == SHOWN


SHOWN = {
    "synchronous_commit": "on",
    "transaction_isolation": "read committed",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "1min",
}


def test_read_models_outlive_sessions_that_died_idle_and_wait_for_no_lock_without_end(
    postgres_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.database._LOCK_TIMEOUT", "300ms")
    engine = open_engine(postgres_uri)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE facts (n int)"))
    assert end_sessions(postgres_uri) >= 1
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO facts VALUES (1)"))
    with psycopg.connect(postgres_uri) as holder:
        holder.execute("LOCK TABLE facts")
        with pytest.raises(OperationalError, match="lock timeout"), engine.connect() as connection:
            connection.execute(text("SELECT * FROM facts"))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT n FROM facts")).scalars().all() == [1]
    engine.dispose()


def test_a_question_whose_session_is_ended_is_answered_with_a_code(postgres_uri: str) -> None:
    engine = open_engine(postgres_uri)
    parts = parts_over(engine)

    def ask() -> None:
        with parts.reading() as connection:
            connection.execute(text("SELECT 1"))
            end_sessions(postgres_uri)
            connection.execute(text("SELECT 1"))

    with pytest.raises(ViewUnavailable) as unavailable:
        ask()
    assert unavailable.value.code == "E-VIEW-UNAVAILABLE"
    with parts.reading() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    engine.dispose()


def parts_over(engine: Any) -> Any:
    """The query API's parts, of which a reading needs the engine alone."""
    from dataclasses import fields

    from projections.api.parts import QueryParts

    given = {field.name: None for field in fields(QueryParts)} | {"engine": lambda: engine}
    return QueryParts(**given)  # type: ignore[arg-type]
