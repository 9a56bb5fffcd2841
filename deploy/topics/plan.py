"""What has to be done so that the topics there are become those of the catalogue. No I/O.

Never planned: to delete a topic, to give a keyed topic another number of partitions, to touch what the catalogue does not know.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from deploy.topics.wanted import WantedTopic, settings_of, wanted_topic
from schemas.log_errors import PartitionsChanged
from schemas.topics import TopicSpec

PARTITIONS: Final = "partitions"
COPIES: Final = "copies"


@dataclass(frozen=True, slots=True)
class FoundTopic:
    """A topic that is there. settings: those that this log has, with the values in force."""

    name: str
    partitions: int
    copies: int
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting of one topic: what is there (None: nothing yet), and what is wanted."""

    topic: str
    setting: str
    there: str | None
    wanted: str


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """create: topics to make; change: settings of topics that are there; unchangeable: differences that stay, as moving copies
    between brokers is no setting; unknown: topics that are none of ours."""

    create: tuple[WantedTopic, ...]
    change: tuple[Difference, ...]
    unchangeable: tuple[Difference, ...]
    unknown: tuple[str, ...]

    @property
    def nothing_to_do(self) -> bool:
        """Whether all is as it should be, as far as a setting can make it so."""
        return not self.create and not self.change

    def changes(self) -> dict[str, dict[str, str]]:
        """Topic -> the settings to be given to it."""
        changes: dict[str, dict[str, str]] = {}
        for difference in self.change:
            changes.setdefault(difference.topic, {})[difference.setting] = difference.wanted
        return changes


def plan_topics(specs: Iterable[TopicSpec], found: Mapping[str, FoundTopic], brokers: int, ours: Iterable[str] = ()) -> TopicPlan:
    """The plan. `ours`: names that are left alone, but known.

    Raises PartitionsChanged, naming every topic with another number of partitions.
    """
    wanted = {spec.name: spec for spec in specs}
    _check_partitions(wanted.values(), found)
    there = [(spec, found[spec.name]) for spec in wanted.values() if spec.name in found]
    return TopicPlan(
        create=tuple(wanted_topic(spec, brokers) for spec in wanted.values() if spec.name not in found),
        change=tuple(difference for spec, topic in there for difference in _settings(spec, topic)),
        unchangeable=tuple(difference for spec, topic in there for difference in _copies(spec, topic, brokers)),
        unknown=tuple(sorted(found.keys() - wanted.keys() - set(ours))),
    )


def _check_partitions(specs: Iterable[TopicSpec], found: Mapping[str, FoundTopic]) -> None:
    wrong = [
        f"{spec.name} has {found[spec.name].partitions} partitions and cannot have {spec.partitions}"
        for spec in specs
        if spec.name in found and found[spec.name].partitions != spec.partitions
    ]
    if wrong:
        raise PartitionsChanged(f"{'; '.join(wrong)}: keys would change places")


def _settings(spec: TopicSpec, topic: FoundTopic) -> Iterator[Difference]:
    # By the copies that it has: asked for more than there are, it would take no write at all.
    for setting, value in settings_of(spec, topic.copies).items():
        there = topic.settings.get(setting)
        if there is not None and there != value:
            yield Difference(spec.name, setting, there, value)


def _copies(spec: TopicSpec, topic: FoundTopic, brokers: int) -> Sequence[Difference]:
    copies = wanted_topic(spec, brokers).copies
    if topic.copies >= copies:
        return []
    return [Difference(spec.name, COPIES, str(topic.copies), str(copies))]
