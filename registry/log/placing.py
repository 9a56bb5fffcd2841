"""Where a message goes and whose a mark is: the same rules in every log, checked before anything is stored."""

from collections.abc import Iterable, Mapping

from registry.log.producer import Mark
from schemas.messages import Message, murmur2, partition_for


def own_mark(name: str | None, mark: Mark) -> Mark:
    """The mark, if it is this producer's: the fence of one name cannot protect another's. Raises ValueError."""
    if name is None:
        raise ValueError(f"a producer without a name keeps no mark, not even {mark.name!r}")
    if mark.name != name and not mark.name.startswith(name + "/"):
        raise ValueError(f"the mark {mark.name!r} is not one of the producer {name!r}")
    return mark


def placed(messages: Iterable[Message], counts: Mapping[str, int]) -> list[tuple[Message, int]]:
    """Each message with its partition. counts: of each topic. Raises ValueError for one that has none."""
    return [
        # Most say nothing of their partition: for these one call less.
        (m, (murmur2(m[1]) & 0x7FFFFFFF) % counts[m[0]])
        if m[5] is None and m[1] is not None
        else (m, place_of(m[0], counts[m[0]], m[1], m[5]))
        for m in messages
    ]


def place_of(topic: str, count: int, key: bytes | None, partition: int | None) -> int:
    """The partition of a message among its topic's `count`. Raises ValueError for a message that has none."""
    if partition is None:
        if key is None:
            raise ValueError(f"a message for {topic} has neither key nor partition")
        return partition_for(key, count)
    if not 0 <= partition < count:
        raise ValueError(f"{topic} has {count} partitions, none numbered {partition}")
    return partition
