"""Kafka keeps the contract, whichever client sends and reads."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from consumers.log.confluent_reader import ConfluentReader
from registry.log.confluent_client import ConfluentClient
from tests.contract.log.kafka_log import KafkaLog
from tests.contract.log.log_contract import LogContract

pytestmark = pytest.mark.kafka


class TestKafkaLog(LogContract):
    @pytest.fixture
    def log(self, make_kafka_log: Callable[[], KafkaLog]) -> KafkaLog:
        return make_kafka_log()


class TestConfluentLog(LogContract):
    @pytest.fixture
    def log(self, make_kafka_log: Callable[[], KafkaLog]) -> KafkaLog:
        return replace(make_kafka_log(), open_client=ConfluentClient, open_reader=ConfluentReader)
