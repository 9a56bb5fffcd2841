"""The log of an installation: the settings say which adapter and which client; nothing else asks.

`embedded:<file>` is a SQLite file that all processes of one machine share; `kafka://<host>:<port>` a cluster, whose topics
`registry topics apply` makes.
"""

import os
import socket
from collections.abc import Collection
from pathlib import Path
from typing import Final

from consumers.log.consumer import LogConsumer
from consumers.log.embedded import EmbeddedConsumer
from consumers.log.kafka import KafkaLogConsumer, OpenReader
from consumers.log.kafka_python_reader import PythonReader
from deploy.settings import Settings, SettingWrong
from registry.log import kafka_reading
from registry.log.embedded import EmbeddedProducer
from registry.log.embedded_topics import apply_retention, create_topics, topics_there
from registry.log.kafka import KafkaLogProducer, OpenClient
from registry.log.kafka_address import KafkaAddress
from registry.log.kafka_python_client import PythonClient
from registry.log.kafka_reading import check_partitions
from registry.log.producer import LogProducer, Mark
from schemas.clock import Clock
from schemas.topics import live_topics, spec_of

KAFKA: Final = "kafka://"
_ALL: Final = range(2**31)
"""Every partition there can be."""


def on_kafka(settings: Settings) -> bool:
    """Whether the log is a Kafka cluster."""
    return settings.log.startswith(KAFKA)


def prepare_log(settings: Settings) -> None:
    """Create an embedded log and the topics that it lacks. Raises LogUnavailable, LogDamaged, PartitionsChanged.

    On Kafka that is the operator's: commands are stored while the cluster is away.
    """
    if on_kafka(settings):
        return
    path = _file(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    create_topics(path, live_topics())


def topic_names(settings: Settings) -> Collection[str]:
    """The topics that there are and that this user may see. Raises LogUnavailable, LogDamaged."""
    if on_kafka(settings):
        return kafka_reading.topic_names(kafka_address(settings))
    return topics_there(_file(settings)).keys()


def open_producer(settings: Settings, name: str | None, clock: Clock) -> LogProducer:
    """A producer; with a name it fences every older one of that name. Its owner closes it.

    Raises LogUnavailable, LogDamaged, UnknownTopic, PartitionsChanged, SettingWrong.
    """
    if on_kafka(settings):
        address = kafka_address(settings)
        if name is not None:
            # Those that it writes: on a secure broker it is not told of any others.
            mine = [topic for topic in live_topics() if name.startswith(topic.written_by)]
            check_partitions(address, {topic.name: topic.partitions for topic in mine})
        return KafkaLogProducer(address, _clients(settings)[0], name=name)

    def now_ms() -> int:
        return int(clock.now().timestamp() * 1000)

    owner = f"process {os.getpid()} on {socket.gethostname()}"
    return EmbeddedProducer(_file(settings), now_ms=now_ms, name=name, owner=owner)


def read_marks(settings: Settings, names: Collection[str]) -> dict[str, Mark]:
    """Of these names the marks that there are, to look at: nobody's work goes on from them.

    Raises LogUnavailable, LogDamaged, UnknownTopic, SettingWrong.
    """
    if on_kafka(settings):
        address = kafka_address(settings)
        return kafka_reading.read_marks(address, names, wait_s=address.answer_s)
    producer = EmbeddedProducer(_file(settings), now_ms=lambda: 0)
    try:
        found = {name: producer.mark(name) for name in names}
    finally:
        producer.close()
    return {name: mark for name, mark in found.items() if mark is not None}


def open_consumer(
    settings: Settings, group: str, topics: Collection[str], partitions: Collection[int] | None = None
) -> LogConsumer:
    """A consumer of all partitions, or of some. Its owner closes it.

    Raises LogUnavailable, LogDamaged, UnknownTopic, SettingWrong.
    """
    if on_kafka(settings):
        numbers = _ALL if partitions is None else partitions
        return KafkaLogConsumer(kafka_address(settings), _clients(settings)[1], group=group, topics=topics, partitions=numbers)
    return EmbeddedConsumer(_file(settings), group=group, topics=topics, partitions=partitions)


def join_group(settings: Settings, group: str, topics: Collection[str]) -> LogConsumer:
    """A member of a group, whose members share the partitions out among them; on an embedded log it reads all of them.

    Its owner closes it. Raises LogUnavailable, LogDamaged, UnknownTopic, SettingWrong.
    """
    if on_kafka(settings):
        open_reader, session_s = _clients(settings)[1], float(settings.kafka_session_s)
        return KafkaLogConsumer(kafka_address(settings), open_reader, group=group, topics=topics, session_s=session_s)
    return open_consumer(settings, group, topics)


def remove_what_is_old(settings: Settings, clock: Clock) -> int:
    """Delete the records that are older than their topics keep them; return how many. Raises LogUnavailable, LogDamaged.

    Kafka does that itself.
    """
    if on_kafka(settings):
        return 0
    path = _file(settings)
    specs = [spec for name in topics_there(path) if (spec := spec_of(name)) is not None]
    return apply_retention(path, specs, clock.now())


def kafka_address(settings: Settings) -> KafkaAddress:
    """How the cluster is reached. Raises SettingWrong where the password cannot be read."""
    password = ""
    if settings.kafka_password_file:
        try:
            password = Path(settings.kafka_password_file).read_text("utf-8").strip()
        except OSError as error:
            raise SettingWrong(f"REGISTRY_KAFKA_PASSWORD_FILE must be a file that can be read: {error.strerror}") from None
    return KafkaAddress(
        bootstrap=settings.log.removeprefix(KAFKA),
        ca_file=settings.kafka_ca_file,
        user=settings.kafka_user,
        password=password,
        prefix=settings.kafka_prefix,
    )


def _clients(settings: Settings) -> tuple[OpenClient, OpenReader]:
    if settings.kafka_client == "python":
        return PythonClient, PythonReader
    try:
        from consumers.log.confluent_reader import ConfluentReader
        from registry.log.confluent_client import ConfluentClient
    except ImportError:
        raise SettingWrong(
            "REGISTRY_KAFKA_CLIENT must be python, or the extra is installed: pip install 'household-registry[fast]'"
        ) from None
    return ConfluentClient, ConfluentReader


def _file(settings: Settings) -> Path:
    return Path(settings.log.removeprefix("embedded:"))
