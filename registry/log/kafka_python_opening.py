"""Opens kafka-python's clients. One that cannot be opened is let go of whole: their constructors leave thread and sockets behind.

Whoever waits for a cluster tries again and again: a thread left each time would in one night's outage be thousands.
"""

from typing import Any

from kafka.net.compat import KafkaNetClient


def open_whole(kind: Any, **options: Any) -> Any:
    """`kind(**options)`: a KafkaConsumer, KafkaProducer or KafkaAdminClient. Raises KafkaError, with nothing left behind."""
    opened: list[Any] = []

    def remembered(**config: Any) -> Any:
        opened.append(KafkaNetClient(**config))
        return opened[-1]

    try:
        return kind(kafka_client=remembered, **options)
    except BaseException:
        for client in opened:
            client.close()
            client._manager._net.stop()
        raise
