"""kafka-python's admin client, which tells nothing of its own where it cannot be opened: whoever asked is told."""

import logging
from typing import Any

from kafka.admin import KafkaAdminClient

from registry.log.kafka_address import KafkaAddress
from registry.log.kafka_python_opening import open_whole


def open_admin_client(address: KafkaAddress) -> Any:
    """The client, whose owner closes it. Raises KafkaError where the cluster does not answer in time."""
    quiet = logging.getLogger("kafka")
    before, quiet.level = quiet.level, logging.CRITICAL
    try:
        return open_whole(KafkaAdminClient, bootstrap_timeout_ms=address.answer_ms, **address.python_options())
    finally:
        quiet.level = before
