"""Which log's topics: those of the settings."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.composition.log_side import kafka_address, on_kafka
from deploy.settings import Settings
from deploy.topics.admin import TopicAdmin
from deploy.topics.embedded_admin import EmbeddedAdmin
from deploy.topics.kafka_admin import KafkaAdmin


@contextmanager
def opened_topics(settings: Settings) -> Iterator[TopicAdmin]:
    """The log's administration; let go of when the block is left. Raises LogUnavailable, SettingWrong."""
    admin: TopicAdmin
    if on_kafka(settings):
        admin = KafkaAdmin(kafka_address(settings))
    else:
        admin = EmbeddedAdmin(Path(settings.log.removeprefix("embedded:")))
    try:
        yield admin
    finally:
        admin.close()
