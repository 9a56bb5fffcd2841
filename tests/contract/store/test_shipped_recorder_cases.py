"""The library's own test cases for recorders, which every database that it supports has to pass.

Their streams begin with version 0 or 1; the registry's begin with 1, hence `first_version=0`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.persistence import StoredEvent
from eventsourcing.tests.persistence import (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
)

from registry.store.postgres import PostgresStoreRecorder
from registry.store.recorder import StoreRecorder
from registry.store.sqlite import SQLiteStoreRecorder


class AsAggregateRecorder:
    """Seen as a recorder of aggregates only, which gives no positions."""

    def __init__(self, recorder: StoreRecorder) -> None:
        self._recorder = recorder

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:
        self._recorder.insert_events(stored_events, **kwargs)

    def select_events(self, *args: Any, **kwargs: Any) -> Sequence[StoredEvent]:
        return self._recorder.select_events(*args, **kwargs)


class OnSQLite:
    @pytest.fixture(autouse=True)
    def _recorder(self, tmp_path: Path) -> Any:
        self.recorder = SQLiteStoreRecorder(tmp_path / "registry.db", first_version=0)
        self.recorder.create_table()
        yield
        self.recorder.close()

    def create_recorder(self) -> Any:
        return self.recorder


@pytest.mark.postgres
class OnPostgres:
    @pytest.fixture(autouse=True)
    def _recorder(self, postgres_uri: str) -> Any:
        self.recorder = PostgresStoreRecorder(postgres_uri, first_version=0)
        self.recorder.create_table()
        yield
        self.recorder.close()

    def create_recorder(self) -> Any:
        return self.recorder


class AsAggregates:
    recorder: StoreRecorder

    def create_recorder(self) -> Any:
        return AsAggregateRecorder(self.recorder)


class TestAggregatesOnSQLite(AsAggregates, OnSQLite, AggregateRecorderTestCase): ...


class TestApplicationOnSQLite(OnSQLite, ApplicationRecorderTestCase[Any]): ...


class TestPositionsOnSQLite(OnSQLite, NonInterleavingNotificationIDsBaseCase): ...


class TestAggregatesOnPostgres(AsAggregates, OnPostgres, AggregateRecorderTestCase): ...


class TestApplicationOnPostgres(OnPostgres, ApplicationRecorderTestCase[Any]): ...


class TestPositionsOnPostgres(OnPostgres, NonInterleavingNotificationIDsBaseCase): ...


del AggregateRecorderTestCase, ApplicationRecorderTestCase, NonInterleavingNotificationIDsBaseCase  # not to be collected here
