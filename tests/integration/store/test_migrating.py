"""`registry migrate` on a real PostgreSQL: one command makes the tables and moves them on; nobody else does."""

import json
import threading
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from deploy.composition.installation_facts import create_facts
from deploy.composition.migrations import STORE_PACKAGE, VAULT_PACKAGE, migrate, migrations
from deploy.composition.write_side import prepare, write_side
from deploy.settings import Settings
from registry.store.errors import StoreBusy, StoreNotMigrated, StoreShapeUnknown, StoreUnavailable
from registry.store.event_store import RegistryEventStore
from registry.store.mapper import AvroMapper
from registry.store.migrating import Migrations
from registry.store.opening import create_store, recorder_for
from registry.store.revision import REVISION_TABLE, STORE_REVISION, Revision
from registry.store.shape import shape_of
from registry.tokens.tables import create_tables, open_database
from registry.vault.database import VaultDatabase
from registry.vault.revision import VAULT_REVISION
from schemas.access import Actor
from tests.support.hand_set_register import settings_for
from tests.support.meter import Meter, SetClock, id_of
from tests.support.meter_store import MeterDatabase, all_rows
from tests.support.program import Called, registry

pytestmark = pytest.mark.postgres
FUNCTION = "SELECT prosrc, pg_get_function_arguments(oid) FROM pg_proc WHERE proname = 'append_stored_events'"


@pytest.fixture
def settings(tmp_path: Path, postgres_uri: str) -> Settings:
    return settings_for(tmp_path / "data", store_url=postgres_uri, vault_url=postgres_uri)


def store_at(url: str) -> Migrations:
    return Migrations(STORE_REVISION, STORE_PACKAGE, url)


def made_by_recorders(url: str) -> None:
    """What the recorders make where nobody counts revisions."""
    create_store(url)
    engine = open_database(url)
    create_tables(engine)
    create_facts(engine)
    engine.dispose()
    vault = VaultDatabase(url)
    vault.create_tables()
    vault.close()


def made_before_revisions(url: str) -> None:
    """What the program made at its first start, before there were revisions."""
    made_by_recorders(url)
    execute(
        url, f"DROP FUNCTION {one(url, 'SELECT oid::regprocedure::text FROM pg_proc WHERE proname = %s', 'append_stored_events')}"
    )


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def one(url: str, question: str, *values: str) -> Any:
    with psycopg.connect(url) as connection:
        row = connection.execute(question, values).fetchone()
        return row and row[0]


def shapes(url: str) -> dict[str, Any]:
    """All that is in the database, of what migrations make."""
    wanted = [json.loads((files(package) / "first_shape.json").read_text()) for package in (STORE_PACKAGE, VAULT_PACKAGE)]
    with psycopg.connect(url) as connection:
        found = {table: set(lines) for tables in wanted for table, lines in shape_of(connection, tables).items()}
        return found | {"function": connection.execute(FUNCTION).fetchall()}


def test_after_it_the_database_is_what_the_recorders_would_make(settings: Settings, new_postgres_database: Any) -> None:
    migrate(settings)
    other = new_postgres_database()
    made_by_recorders(other)
    assert shapes(settings.store) == shapes(other)
    assert len(shapes(other)["function"]) == 1


def test_the_revisions_that_processes_ask_for_are_the_newest_there_are(settings: Settings) -> None:
    for each, revision in zip(migrations(settings), (STORE_REVISION, VAULT_REVISION), strict=True):
        assert each.plan().steps[-1][0] == revision.newest
        each.apply()
        revision.require(settings.store)


def test_the_first_revision_makes_the_shape_that_it_is_known_by(settings: Settings) -> None:
    migrate(settings)
    execute(settings.store, f"DROP TABLE {REVISION_TABLE}")
    execute(settings.store, f"DROP TABLE vault.{REVISION_TABLE}")
    assert [each.plan().adopts for each in migrations(settings)] == [True, True]


def test_run_again_it_does_nothing(settings: Settings) -> None:
    migrate(settings)
    before = shapes(settings.store)
    assert all(each.apply().nothing_to_do for each in migrations(settings))
    assert shapes(settings.store) == before


def test_several_at_once_do_it_once(postgres_uri: str) -> None:
    begin, done = threading.Barrier(4), []

    def apply() -> None:
        begin.wait(10)
        done.append(store_at(postgres_uri).apply().steps)

    threads = [threading.Thread(target=apply) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(steps) for steps in done) == [0, 0, 0, 3]


def test_a_store_from_before_revisions_is_taken_over_with_all_that_is_in_it(database: MeterDatabase, clock: SetClock) -> None:
    execute(database.url, "DROP TABLE stored_events, command_result")
    execute(database.url, "DROP FUNCTION append_stored_events")
    made_before_revisions(database.url)
    recorder = recorder_for(database.url)
    recorder.writes_at_once = False
    RegistryEventStore(AvroMapper(database.codec()), recorder, clock).put(Meter.opened(id_of("meter", 1)).pending)
    recorder.close()
    with pytest.raises(StoreNotMigrated, match="registry migrate"):
        STORE_REVISION.require(database.url)
    plan = store_at(database.url).apply()
    assert plan.adopts
    assert [name for name, _ in plan.steps] == ["store_2", "store_3"]
    store = database.open(clock)
    store.put(Meter.opened(id_of("meter", 2)).pending)
    assert len(all_rows(store.recorder)) == 2
    store.close()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("ALTER TABLE stored_events DROP COLUMN recorded_at", "stored_events lacks column recorded_at bigint not null"),
        ("ALTER TABLE token ADD COLUMN nickname text", "token has column nickname text besides"),
        ("DROP TABLE command_result", "command_result is missing"),
        ("ALTER TABLE stored_events DROP CONSTRAINT stored_events_pkey", "lacks PRIMARY KEY"),
    ],
)
def test_tables_of_another_shape_are_left_alone(settings: Settings, change: str, said: str) -> None:
    made_before_revisions(settings.store)
    execute(settings.store, change)
    before = shapes(settings.store)
    with pytest.raises(StoreShapeUnknown, match=said) as unknown:
        migrate(settings)
    assert unknown.value.code == "E-STORE-SHAPE"
    assert shapes(settings.store) == before
    assert one(settings.store, "SELECT to_regclass(%s)::text", REVISION_TABLE) is None


def test_a_newer_programs_database_is_left_to_it(settings: Settings) -> None:
    migrate(settings)
    execute(settings.store, f"UPDATE {REVISION_TABLE} SET version_num = 'store_99'")
    with pytest.raises(StoreNotMigrated, match="store_99, which this program does not know"):
        migrate(settings)
    with pytest.raises(StoreNotMigrated, match="at revision store_99, this program needs store_3"):
        STORE_REVISION.require(settings.store)


def test_what_fails_half_way_leaves_nothing_behind(postgres_uri: str) -> None:
    execute(postgres_uri, "CREATE TYPE token AS ENUM ()")  # a name that a later table needs
    with pytest.raises(StoreUnavailable, match='type "token" already exists'):
        store_at(postgres_uri).apply()
    assert one(postgres_uri, "SELECT to_regclass(%s)::text", "stored_events") is None
    execute(postgres_uri, "DROP TYPE token")
    assert len(store_at(postgres_uri).apply().steps) == 3


def test_a_lock_that_is_held_is_said_and_nothing_is_changed(postgres_uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry.store.migrating._WAIT_S", 0.3)
    with psycopg.connect(postgres_uri) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (0x6D696772_617465,))
        with pytest.raises(StoreBusy, match="nothing was changed"):
            store_at(postgres_uri).apply()
    assert store_at(postgres_uri).plan().found is None


@pytest.fixture
def worker(settings: Settings) -> Iterator[Settings]:
    """The same databases, seen by a role that may not make tables."""
    role = f"worker_{urlsplit(settings.store).path.removeprefix('/')}"
    execute(settings.store, f"CREATE ROLE {role} LOGIN")
    url = urlunsplit(urlsplit(settings.store)._replace(netloc=f"{role}@"))
    yield settings_for(Path(settings.data), store_url=url, vault_url=url)
    execute(settings.store, f"DROP OWNED BY {role}")
    execute(settings.store, f"DROP ROLE {role}")


def test_a_role_with_the_rights_of_the_manual_works_and_may_not_change_events(worker: Settings, settings: Settings) -> None:
    migrate(settings)
    role = urlsplit(worker.store).username or ""
    for line in rights_of_the_manual():
        execute(settings.store, line.replace("registry_worker", role).replace("registry_vault", role))
    prepare(worker)
    with write_side(worker) as side:
        assert side.store.recorder.head().position > 0
        assert side.vault.verify_access_log().intact
        side.accounts.add(Actor("team-1", "SUPERVISOR", "office-1", "460000000000"), "correct horse battery")
        assert side.accounts.sign_in("team-1", "correct horse battery") == side.accounts.list()[0].actor
        secret = side.sessions.open("team-1")
        assert side.sessions.held(secret) is not None
        side.sessions.end(secret)
        assert side.sessions.held(secret) is None
    for forbidden in ("UPDATE stored_events SET topic = ''", "DELETE FROM stored_events", "DELETE FROM vault.access_log"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            execute(worker.store, forbidden)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), psycopg.connect(worker.store) as connection:
        connection.execute(SQL("CREATE TABLE {} (n int)").format(Identifier("mine")))


def rights_of_the_manual() -> list[str]:
    """The GRANT statements of docs/operations.md."""
    manual = (Path(__file__).parents[3] / "docs" / "operations.md").read_text("utf-8")
    lines = [line.strip() for line in manual.splitlines() if line.startswith("GRANT ")]
    assert len(lines) >= 5
    return lines


@pytest.fixture
def program(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Called]:
    """The program with these settings, in English."""
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    return lambda *arguments: registry("--lang", "en", *arguments)


@pytest.mark.parametrize("command", ["up", "serve", "relay", "project", "status", "token list", "demo --no-serve"])
def test_a_worker_that_finds_no_tables_says_so_and_makes_none(
    settings: Settings, program: Callable[..., Called], command: str
) -> None:
    answer = program(*command.split())
    assert answer.status == 1
    assert answer.codes == ["E-STORE-NOT-MIGRATED"]
    assert "registry migrate" in answer.err
    assert one(settings.store, "SELECT to_regclass(%s)::text", "stored_events") is None


def test_an_older_revision_is_said_too(settings: Settings) -> None:
    migrate(settings)
    newer = Revision("event store", None, "store_4")
    with pytest.raises(StoreNotMigrated, match="is at revision store_3, this program needs store_4"):
        newer.require(settings.store)


def test_the_command_shows_does_and_then_has_nothing_to_do(settings: Settings, program: Callable[..., Called]) -> None:
    shown = program("migrate", "--dry-run")
    assert shown.status == 0, shown.err
    assert "store_1: Make the tables" in shown.out
    assert "vault_1: " in shown.out
    assert one(settings.store, "SELECT to_regclass(%s)::text", "stored_events") is None
    done = program("migrate")
    assert (done.status, done.out) == (0, shown.out.replace("to be done", "done"))
    assert program("migrate").out.count("nothing to do") == 2


def test_the_statements_that_it_prints_do_the_same(
    settings: Settings, program: Callable[..., Called], new_postgres_database: Any
) -> None:
    execute(settings.store, program("migrate", "--sql").out)
    other = new_postgres_database()
    migrate(settings_for(Path(settings.data), store_url=other, vault_url=other))
    assert shapes(settings.store) == shapes(other)
    assert all(each.plan().nothing_to_do for each in migrations(settings))


def test_an_embedded_installation_needs_none(tmp_path: Path) -> None:
    answer = registry("migrate", "--data", tmp_path / "data")
    assert (answer.status, answer.out) == (0, "event store and vault are files of this installation: nothing to migrate\n")
    assert not (tmp_path / "data").exists()
