"""kafka-python's admin client, let go of whole where it cannot be opened: its constructor leaves its thread behind."""

import logging
from typing import Any

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError
from kafka.net.compat import KafkaNetClient

from registry.log.kafka_address import KafkaAddress


def open_admin_client(address: KafkaAddress) -> Any:
    """The client, whose owner closes it. Raises KafkaError where the cluster does not answer in time."""
    opened: list[Any] = []

    def remembered(**config: Any) -> Any:
        opened.append(KafkaNetClient(**config))
        return opened[-1]

    quiet = logging.getLogger("kafka")
    before, quiet.level = quiet.level, logging.CRITICAL  # what it would tell at length is raised
    try:
        return KafkaAdminClient(kafka_client=remembered, bootstrap_timeout_ms=address.answer_ms, **address.python_options())
    except KafkaError:
        for client in opened:
            client.close()
            client._manager._net.stop()
        raise
    finally:
        quiet.level = before
