"""The embedded log's topics: it knows of partitions and of whose clock stamps a record, and nothing of users.

How long records are kept is asked of the catalogue whenever old ones are removed, so it is no setting of a topic here.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from deploy.topics.errors import TopicsRefused
from deploy.topics.plan import FoundTopic
from deploy.topics.rights_plan import Entry
from deploy.topics.wanted import WantedTopic
from registry.log.embedded_topics import create_topics, topics_there
from schemas.topics import spec_of

_STAMP = "message.timestamp.type"


class EmbeddedAdmin:
    """`TopicAdmin` on a file, which is made with its first topics."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def brokers(self) -> int:
        return 1

    def topics(self) -> Mapping[str, FoundTopic]:
        if not self._path.exists():
            return {}
        return {
            name: FoundTopic(name, partitions, 1, {_STAMP: "LogAppendTime" if append_time else "CreateTime"})
            for name, (partitions, append_time) in topics_there(self._path).items()
        }

    def create(self, topics: Sequence[WantedTopic]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        create_topics(self._path, [spec for topic in topics if (spec := spec_of(topic.name))])

    def change(self, settings: Mapping[str, Mapping[str, str]]) -> None:
        if settings:
            raise TopicsRefused(f"an embedded log keeps the clock that its topics began with: {', '.join(sorted(settings))}")

    def users(self) -> Collection[str]:
        return ()

    def entries(self) -> Collection[Entry] | None:
        return None

    def give(self, entries: Sequence[Entry]) -> None:
        raise TopicsRefused("an embedded log knows no users")

    def take(self, entries: Sequence[Entry]) -> None:
        raise TopicsRefused("an embedded log knows no users")

    def close(self) -> None:
        pass
