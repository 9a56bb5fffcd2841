"""What an operator asks of a log, whichever log it is."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from deploy.topics.plan import FoundTopic
from deploy.topics.rights_plan import Entry
from deploy.topics.wanted import WantedTopic


class TopicAdmin(Protocol):
    """A log's topics, and what users may do with them where it knows users. Every method raises LogUnavailable, and
    TopicsRefused where the log will not."""

    def brokers(self) -> int:
        """On how many machines copies can lie."""
        ...

    def topics(self) -> Mapping[str, FoundTopic]:
        """Every topic that somebody made; none of the log's own."""
        ...

    def create(self, topics: Sequence[WantedTopic]) -> None:
        """Make topics that are not there."""
        ...

    def change(self, settings: Mapping[str, Mapping[str, str]]) -> None:
        """Give topics these settings; their others stay."""
        ...

    def users(self) -> Collection[str]:
        """The users that the log knows by name."""
        ...

    def entries(self) -> Collection[Entry] | None:
        """Who may do what; None where everybody may do everything."""
        ...

    def give(self, entries: Sequence[Entry]) -> None:
        """Add entries."""
        ...

    def take(self, entries: Sequence[Entry]) -> None:
        """Remove entries."""
        ...

    def close(self) -> None:
        """Let go of the log."""
        ...
