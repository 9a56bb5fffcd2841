"""A topic as the catalogue wants it, in Kafka's own words. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from schemas.topics import TopicSpec

COPIES_MAX: Final = 3
DAY_MS: Final = 24 * 60 * 60 * 1000
BATCH_BYTES_MAX: Final = 8 * 1024 * 1024
"""As large as our producers' requests may be."""
FOR_EVER: Final = "-1"
_COMPACTED_SEGMENT_BYTES: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class WantedTopic:
    """A topic to be made, or held against one that is there. `copies`: Kafka's replication factor."""

    name: str
    partitions: int
    copies: int
    settings: Mapping[str, str]


def wanted_topic(spec: TopicSpec, brokers: int) -> WantedTopic:
    """The topic on a cluster of so many brokers."""
    copies = max(1, min(brokers, COPIES_MAX))
    return WantedTopic(spec.name, spec.partitions, copies, settings_of(spec, copies))


def settings_of(spec: TopicSpec, copies: int) -> dict[str, str]:
    """Everything that the broker's own defaults could spoil, said of each topic.

    A write counts when most copies have it, and no copy that lacks one becomes the leader: a lost event is worse than waiting.
    """
    settings = {
        "cleanup.policy": spec.cleanup,
        "compression.type": "producer",
        "max.message.bytes": str(BATCH_BYTES_MAX),
        "message.timestamp.type": "LogAppendTime" if spec.timestamp == "append" else "CreateTime",
        "min.insync.replicas": str(copies // 2 + 1),
        "retention.bytes": FOR_EVER,
        "retention.ms": FOR_EVER if spec.retention_days is None else str(spec.retention_days * DAY_MS),
        "unclean.leader.election.enable": "false",
    }
    if spec.cleanup == "compact":
        # The segment that is being written is not compacted: small ones keep what a reader has to go through short. Who reads
        # the state once a week still learns what is gone.
        settings |= {
            "delete.retention.ms": str(14 * DAY_MS),
            "min.cleanable.dirty.ratio": "0.2",
            "segment.bytes": str(_COMPACTED_SEGMENT_BYTES),
            "segment.ms": str(DAY_MS),
        }
    return settings
