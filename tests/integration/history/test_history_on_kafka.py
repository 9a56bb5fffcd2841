"""Checkpoints, export and restore on a real Kafka: each checkpoint once, and a restored store goes on with the log."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.composition.checkpoint_keys import open_notary
from deploy.composition.history_side import published_checkpoints, relay_mark
from deploy.composition.write_side import write_side
from deploy.settings import Settings
from registry.history.checking import ExportCheck
from registry.history.checkpoint import Checkpoint
from registry.history.notary import Tally
from registry.store.opening import recorder_for
from registry.store.recorder import RawRow
from tests.support.installation import new_installation, record_household
from tests.support.meter_store import all_rows
from tests.support.own_kafka import let_sockets_go, own_kafka
from tests.support.program import registry
from tests.support.running_pipeline import relay_running
from tests.support.waiting import wait_until

EVERY = 7
pytestmark = pytest.mark.kafka


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """An installation on a Kafka of its own, with the topics of the catalogue."""
    with own_kafka(tmp_path / "kafka") as cluster:
        made = new_installation(tmp_path / "data", log_url=f"kafka://{cluster.bootstrap}", checkpoint_every=EVERY)
        for name, value in made.environment().items():
            monkeypatch.setenv(name, value)
        with let_sockets_go():
            assert registry("topics", "apply", "--data", made.data, "--yes").status == 0
        yield made


def rows_of(settings: Settings) -> list[RawRow]:
    recorder = recorder_for(settings.store)
    try:
        return all_rows(recorder)
    finally:
        recorder.close()


def lived_and_relayed(settings: Settings, households: int) -> None:
    with write_side(settings) as side:
        for _ in range(households):
            record_household(side)
    with relay_running(settings):
        wait_until(lambda: relay_mark(settings).position == rows_of(settings)[-1][0])


def expected(settings: Settings) -> list[Checkpoint]:
    return open_notary(settings).count(Tally(), rows_of(settings))[1]


def test_a_history_goes_to_kafka_and_comes_back(settings: Settings, tmp_path: Path) -> None:
    for _ in range(3):  # each time a relay that goes on from the mark
        lived_and_relayed(settings, 5)
    published = list(published_checkpoints(settings))
    assert published == expected(settings) != []
    export = tmp_path / "export"
    assert registry("export", export, "--data", settings.data).status == 0
    assert ExportCheck(export).run().published == published[-1].leaves
    for path in Path(settings.data).glob("registry.db*"):
        path.unlink()
    assert registry("restore", export, "--data", settings.data).status == 0
    lived_and_relayed(settings, 2 * EVERY)
    assert list(published_checkpoints(settings)) == expected(settings)
    assert len(expected(settings)) > len(published)
