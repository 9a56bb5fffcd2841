"""Where ids come from."""

import os
from collections.abc import Callable
from uuid import UUID

from schemas.clock import Clock

RandomBytes = Callable[[int], bytes]


def time_ordered_ids(clock: Clock, random_bytes: RandomBytes = os.urandom) -> Callable[[], UUID]:
    """A source of UUIDv7 (RFC 9562): 48 bits of milliseconds, then 74 random bits. Safe for use by several threads."""

    def next_id() -> UUID:
        milliseconds = int(clock.now().timestamp() * 1000)
        noise = int.from_bytes(random_bytes(10), "big")
        value = milliseconds << 80 | noise
        value = value & ~(0xF << 76) | 0x7 << 76
        return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)

    return next_id
