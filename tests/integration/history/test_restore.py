"""A register that was restored is the one that was exported: bytes, positions, log and views; nothing is restored by halves."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from deploy.composition.history_side import published_checkpoints, relay_mark
from deploy.composition.installation_facts import read_clock_offset
from deploy.composition.migrations import migrate
from deploy.composition.read_side import opened_views
from deploy.composition.write_side import prepare, write_side
from deploy.restoring import restore
from deploy.settings import Settings
from registry.history.checkpoint import Checkpoint
from registry.history.faults import HistoryFault
from registry.relay.relay import StoreBehindLog
from registry.store.opening import recorder_for
from registry.store.recorder import RawRow
from registry.store.restoring import StoreNotEmpty
from registry.tokens.tables import open_database
from schemas.embedded_log import OFFSET_BITS
from tests.support.agreement import logged
from tests.support.installation import new_installation, record_household, shown
from tests.support.meter_store import all_rows
from tests.support.planted_faults import Crash
from tests.support.program import registry
from tests.support.running_pipeline import projectors_running, relay_running
from tests.support.waiting import wait_until

HOUSEHOLDS = 15
EVERY = 10


class Silent:
    """Stages that nobody looks at."""

    def begin(self, stage: str, total: int | None) -> None:
        pass

    def advance(self, count: int) -> None:
        pass


class Dying(Silent):
    """The process dies when the first events were written."""

    def advance(self, count: int) -> None:
        raise Crash


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A register with households, relayed and projected; to be read only."""
    settings = new_installation(tmp_path_factory.mktemp("original") / "data", checkpoint_every=EVERY)
    with relay_running(settings), projectors_running(settings), write_side(settings) as side, shown(settings) as view:
        for _ in range(HOUSEHOLDS):
            record_household(side)
        wait_until(lambda: len(view.households()) == HOUSEHOLDS)
    return settings


@pytest.fixture(scope="module")
def export(original: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports") / "export"
    called = registry("export", folder, "--data", original.data)
    assert (called.status, called.err) == (0, "")
    return folder


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Where nothing is yet."""
    store = request.getfixturevalue("postgres_uri") if request.param == "postgresql" else ""
    settings = Settings.read({}, data=str(tmp_path / "restored"), store_url=store, checkpoint_every=EVERY)
    migrate(settings)
    return settings


def rows_of(settings: Settings) -> list[RawRow]:
    recorder = recorder_for(settings.store)
    try:
        return all_rows(recorder)
    finally:
        recorder.close()


def checkpoints_of(settings: Settings) -> list[Checkpoint]:
    return list(published_checkpoints(settings))


def digests_of(settings: Settings) -> dict[str, str]:
    """Of each read model."""
    called = registry("verify", "--data", settings.data, "--views", "--workers", 1, "--json")
    assert called.status == 0, called.out
    checks = json.loads(called.out)["checks"]
    assert len(checks) > 1
    return {check["name"]: check["facts"]["digest"] for check in checks}


def brought_up(settings: Settings) -> None:
    """As `registry up` does: what is missing is made, then the log and the views."""
    prepare(settings)
    with relay_running(settings), projectors_running(settings), shown(settings) as view:
        wait_until(lambda: len(view.households()) == HOUSEHOLDS)


def test_the_store_has_the_same_bytes_at_the_same_positions(original: Settings, export: Path, empty: Settings) -> None:
    found = restore(empty, export, None, Silent())
    assert rows_of(empty) == rows_of(original)
    assert found.position == rows_of(original)[-1][0]


def test_log_and_views_come_out_the_same(original: Settings, export: Path, tmp_path: Path) -> None:
    restored = Settings.read({}, data=str(tmp_path / "restored"), checkpoint_every=EVERY)
    restore(restored, export, None, Silent())
    shutil.copy(original.path("checkpoint.key"), restored.path("checkpoint.key"))
    brought_up(restored)
    assert rows_of(restored) == rows_of(original), "nothing was added: the policies were there already"
    assert logged(restored) == logged(original)
    assert checkpoints_of(restored) == checkpoints_of(original) != []
    assert digests_of(restored) == digests_of(original)


def test_the_registers_time_goes_on(original: Settings, export: Path, tmp_path: Path) -> None:
    restored = Settings.read({}, data=str(tmp_path / "restored"))
    restore(restored, export, None, Silent())
    offsets = []
    for settings in (original, restored):
        engine = open_database(settings.store)
        offsets.append(read_clock_offset(engine))
        engine.dispose()
    assert offsets[0] == offsets[1]
    assert offsets[0].days < -365


def test_a_register_that_holds_something_is_left_alone(original: Settings, export: Path, tmp_path: Path) -> None:
    other = new_installation(tmp_path / "other")
    before = rows_of(other)
    with pytest.raises(StoreNotEmpty, match="holds events already") as refused:
        restore(other, export, None, Silent())
    assert refused.value.code == "E-RESTORE-NOT-EMPTY"
    assert rows_of(other) == before


def test_a_restore_that_died_is_begun_again(original: Settings, export: Path, empty: Settings) -> None:
    with pytest.raises(Crash):
        restore(empty, export, None, Dying())
    assert rows_of(empty) == []
    restore(empty, export, None, Silent())
    assert rows_of(empty) == rows_of(original)


def test_of_an_export_that_was_altered_nothing_is_restored(
    original: Settings, export: Path, empty: Settings, tmp_path: Path
) -> None:
    altered = Path(shutil.copytree(export, tmp_path / "altered"))
    content = bytearray((altered / "events-000001.avro").read_bytes())
    content[-300] ^= 0xFF
    (altered / "events-000001.avro").write_bytes(bytes(content))
    with pytest.raises(HistoryFault):
        restore(empty, altered, None, Silent())
    assert rows_of(empty) == []


@pytest.fixture
def with_old_log(original: Settings, tmp_path: Path) -> Settings:
    """The store is lost; log and views are still there."""
    data = Path(shutil.copytree(original.data, tmp_path / "data"))
    for path in data.glob("registry.db*"):
        path.unlink()
    return Settings.read({}, data=str(data), checkpoint_every=EVERY)


def test_an_old_log_of_the_same_history_is_gone_on_with(original: Settings, export: Path, with_old_log: Settings) -> None:
    restore(with_old_log, export, None, Silent())
    brought_up(with_old_log)
    assert logged(with_old_log) == logged(original)
    assert checkpoints_of(with_old_log) == checkpoints_of(original)
    assert digests_of(with_old_log) == digests_of(original)


def test_an_export_that_is_older_than_the_log_is_refused(original: Settings, tmp_path: Path) -> None:
    data = Path(shutil.copytree(original.data, tmp_path / "data"))
    newer = Settings.read({}, data=str(data), checkpoint_every=EVERY)
    assert registry("export", tmp_path / "older", "--data", data).status == 0
    with relay_running(newer), write_side(newer) as side:
        record_household(side)
        wait_until(lambda: len(rows_of(newer)) == relayed_to(newer))
    for path in data.glob("registry.db*"):
        path.unlink()
    with pytest.raises(StoreBehindLog, match="the export ends at"):
        restore(newer, tmp_path / "older", None, Silent())
    assert not newer.path("registry.db").exists()


def relayed_to(settings: Settings) -> int:
    return relay_mark(settings).position


def test_a_log_of_another_history_is_refused(export: Path, tmp_path: Path) -> None:
    other = new_installation(tmp_path / "other")
    with relay_running(other):
        wait_until(lambda: relayed_to(other) == rows_of(other)[-1][0])
    for path in Path(other.data).glob("registry.db*"):
        path.unlink()
    with pytest.raises(StoreBehindLog, match="another event at position"):
        restore(other, export, None, Silent())
    assert rows_of(other) == []


def test_views_without_their_log_are_refused(export: Path, with_old_log: Settings) -> None:
    for path in Path(with_old_log.data).glob("log.db*"):
        path.unlink()
    with opened_views(with_old_log) as views:
        assert views.builds()
    with pytest.raises(StoreNotEmpty, match="read models of another log"):
        restore(with_old_log, export, None, Silent())


def test_the_commands_say_what_they_did(original: Settings, export: Path, tmp_path: Path) -> None:
    public = tmp_path / "public.pem"
    public.write_text(registry("verify", "--show-key", "--data", original.data).out)
    assert "BEGIN PUBLIC KEY" in public.read_text()
    offline = registry("verify", "--offline", export, "--key", public)
    assert offline.status == 0
    assert "ok" in offline.out
    assert "signed by keys that were given" in offline.out
    told = json.loads(registry("verify", "--offline", export, "--json").out)
    assert (told["ok"], told["pinned"], told["events"]) == (True, False, len(rows_of(original)))
    assert told["published"] > 0
    restored = registry("restore", export, "--data", tmp_path / "new", "--key", public)
    assert (restored.status, restored.err) == (0, "")
    again = registry("restore", export, "--data", tmp_path / "new")
    assert (again.status, again.codes) == (1, ["E-RESTORE-NOT-EMPTY"])
    twice = registry("export", export, "--data", original.data)
    assert (twice.status, twice.codes) == (1, ["E-EXPORT-EXISTS"])


def test_offline_asks_no_settings(export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_PORT", "no port")
    monkeypatch.setenv("REGISTRY_STORE_URL", "postgresql://nowhere.invalid/x")
    assert registry("verify", "--offline", export).status == 0


def test_a_fault_is_one_line_with_its_code(export: Path, tmp_path: Path) -> None:
    altered = Path(shutil.copytree(export, tmp_path / "altered"))
    (altered / "events-000001.avro").unlink()
    told = registry("verify", "--offline", altered)
    assert (told.status, told.codes) == (1, ["E-HISTORY-UNREADABLE"])
    assert "position 1:" in told.err
    document = json.loads(registry("verify", "--offline", altered, "--json").out)
    assert (document["ok"], document["code"], document["position"]) == (False, "E-HISTORY-UNREADABLE", 1)
    assert registry("verify", "--offline", tmp_path).codes == ["E-EXPORT"]


def test_a_key_that_is_none_is_refused(export: Path, tmp_path: Path) -> None:
    (tmp_path / "none.pem").write_text("none")
    assert registry("verify", "--offline", export, "--key", tmp_path / "none.pem").codes == ["E-CHECKPOINT-KEY"]
    assert registry("verify", "--key", tmp_path / "none.pem").status == 2
    assert registry("verify", "--offline", export, "--store").status == 2


def test_what_was_published_is_never_signed_anew(original: Settings, tmp_path: Path) -> None:
    data = Path(shutil.copytree(original.data, tmp_path / "data"))
    with closing(sqlite3.connect(data / "log.db")) as connection, connection:
        (number,) = connection.execute("SELECT id FROM topic_partition WHERE topic = 'registry.checkpoints'").fetchone()
        connection.execute("DELETE FROM record WHERE id = (SELECT max(id) FROM record WHERE id >> ? = ?)", (OFFSET_BITS, number))
        connection.execute("UPDATE topic_partition SET next_offset = next_offset - 1 WHERE id = ?", (number,))
    called = registry("export", tmp_path / "export", "--data", data)
    assert (called.status, called.codes) == (1, ["E-LOG-DAMAGED"])
    assert not (tmp_path / "export").exists()
