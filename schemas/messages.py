"""Message and record, the partitioner, and the key: what every producer and every consumer of the log agrees on.

A message is what a producer hands over; a record is the same thing once the log has given it its place.
"""

from binascii import hexlify
from collections.abc import Callable
from functools import lru_cache
from struct import Struct
from typing import NamedTuple

Header = tuple[str, bytes]
Headers = tuple[Header, ...]
TopicPartition = tuple[str, int]
ResumeFrom = Callable[[str, int], int | None]
"""(topic, partition) -> offset of the NEXT record to read, or None for what the group committed."""


class Message(NamedTuple):
    """What a producer appends. `value` None is a tombstone (meant for compacted topics).

    The partition follows from the key unless `partition` says otherwise, as a barrier does.
    """

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_ms: int
    partition: int | None = None


class Record(NamedTuple):
    """A message with its place in the log. Offsets rise within a partition; they may have gaps."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_ms: int


_GROUPS = Struct("8s4s4s4s12s").unpack
_HYPHENED = b"-".join


def uuid_text(id_bytes: bytes) -> bytes:
    """The canonical 36 characters of a 16-byte id, as ASCII: the form of every key and of `ce_id`."""
    if len(id_bytes) != 16:
        raise ValueError(f"an id has 16 bytes, not {len(id_bytes)}")
    return _HYPHENED(_GROUPS(hexlify(id_bytes)))


def partition_for(key: bytes, partitions: int) -> int:
    """The partition that Kafka's default partitioner gives `key`, so that strangers' producers agree with us."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions


_MULTIPLIER = 0x5BD1E995
_WORDS_OF_A_UUID = Struct("<9I")


@lru_cache(maxsize=65_536)
def murmur2(data: bytes) -> int:
    """MurmurHash2 (32 bits, seed 0x9747b28c) as Kafka's Java client computes it, as an unsigned number.

    Cached, because the events of one household come close together and 36 bytes cost about 3 us.
    """
    whole, rest = divmod(len(data), 4)
    unpack = _WORDS_OF_A_UUID if whole == 9 and not rest else Struct(f"<{whole}I")
    hashed = 0x9747B28C ^ len(data)
    for word in unpack.unpack_from(data):
        word = (word * _MULTIPLIER) & 0xFFFFFFFF
        word = ((word ^ (word >> 24)) * _MULTIPLIER) & 0xFFFFFFFF
        hashed = ((hashed * _MULTIPLIER) & 0xFFFFFFFF) ^ word
    if rest:
        hashed ^= int.from_bytes(data[-rest:], "little")
        hashed = (hashed * _MULTIPLIER) & 0xFFFFFFFF
    hashed = ((hashed ^ (hashed >> 13)) * _MULTIPLIER) & 0xFFFFFFFF
    return hashed ^ (hashed >> 15)
