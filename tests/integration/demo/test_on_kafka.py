"""The same demonstration on a real Kafka and PostgreSQL, each part in a process of its own: the same events, byte for byte."""

from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import pytest

from deploy.broker.cluster_control import status_of
from deploy.demo.engines import local_engines
from deploy.demo.job import live_through
from tests.support.agreement import shown_rows, stored_rows
from tests.support.demonstrations import WITHOUT_HOSPITALS, settings_in


@pytest.mark.kafka
@pytest.mark.postgres
@pytest.mark.slow
def test_kafka_and_postgresql_hold_what_the_embedded_databases_do(tmp_path: Path) -> None:
    """Without hospitals, whose rounds each wait for the pipeline of their own; tests/crash has them on Kafka."""
    embedded = settings_in(tmp_path / "embedded")
    live_through(embedded, WITHOUT_HOSPITALS, lambda line: None)
    # Not in pytest's folder, which another session closes to the user that the database runs as where root tests.
    folder = Path(mkdtemp(prefix="registry-demo-"))
    told: list[str] = []
    try:
        with local_engines(settings_in(folder), told.append) as settings:
            lived = live_through(settings, WITHOUT_HOSPITALS, told.append)
            assert lived.tally.not_meant == []
            assert [row[1:] for row in stored_rows(settings)] == [row[1:] for row in stored_rows(embedded)]
            assert shown_rows(settings) == shown_rows(embedded)
        assert "the balance holds" in told[-1]
        assert [node.pid for node in status_of(folder / "kafka")] == [None]
    finally:
        rmtree(folder, ignore_errors=True)
