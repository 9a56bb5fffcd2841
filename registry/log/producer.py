"""The producer port: how records get into the log, whichever log it is.

Open a producer, read its mark, then append from there: in this order a crash at any moment neither
loses nor doubles a record.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from schemas.messages import Message

Meanwhile = Callable[[], None]
"""Work for which the wait for a log's answer is long enough. It raises nothing, and leaves the producer alone."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a producer has got in its source, stored in the log beside what it appended.

    `name` is the producer's own, or begins with it and a slash where it keeps several. `value` is small:
    for the relay {"position": 4711, "record_hash": "9f86..."}.
    """

    name: str
    value: Mapping[str, str | int]

    def value_bytes(self) -> bytes:
        """The value as it is stored: canonical JSON, the same in every log."""
        return json.dumps(dict(self.value), sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, name: str, stored: bytes) -> "Mark":
        """The reverse of `value_bytes`."""
        return cls(name, json.loads(stored))


class LogProducer(Protocol):
    """A producer of one log, for one thread at a time.

    A producer opened with a name (a relay, an intake) takes the name over: the newest holder wins, and
    every older one is refused from then on. Opened without a name it fences nobody and keeps no mark;
    any number of those may append at once.
    """

    def append(self, messages: Sequence[Message], mark: Mark | None = None, meanwhile: Meanwhile | None = None) -> None:
        """Store `messages`, and `mark` with them; both are durable when this returns.

        With a name: all of it or nothing, in one transaction of the log. Messages of one partition keep
        their order, within a call and from call to call. A message without a partition goes to
        `partition_for(key)`. No messages with a mark is allowed.
        `meanwhile` may be called once, from any thread, after everything was handed over: where a client waits outside
        the interpreter. This returns after its end.

        Raises, with nothing stored: ProducerFenced; UnknownTopic; ValueError for a message with neither key
        nor partition, a partition that the topic has not, or a mark that is not this producer's.
        Raises LogUnavailable when the log cannot be reached: whether the batch was stored is then unknown.
        Open a new producer and go on from its mark.
        """

    def mark(self, name: str) -> Mark | None:
        """The last mark stored under `name`; None if there never was one."""

    def close(self) -> None:
        """Let go of the log. A second call does nothing."""
