"""What can go wrong with the log, named for what was wrong, the same for every adapter.

LogError
├── LogUnavailable      the log cannot be reached or is busy: try again later, from the mark
├── LogDamaged          what is there is not a log, or not a readable one: stop, restore
├── ProducerFenced      a newer producer of the same name took over: stop
├── UnknownTopic        the topic was never created
├── PartitionsChanged   a topic exists with another number of partitions: refused, for ever
└── OffsetOutOfRange    the next offset to read is no longer there, or not yet: stop
"""

from typing import ClassVar


class LogError(Exception):
    """Root of the log's errors; `str()` begins with the stable code."""

    code: ClassVar[str] = "E-LOG"

    def __init__(self, message: str) -> None:
        super().__init__(f"{self.code}: {message}")


class LogUnavailable(LogError):
    code = "E-LOG-UNAVAILABLE"


class LogDamaged(LogError):
    code = "E-LOG-DAMAGED"


class ProducerFenced(LogError):
    code = "E-LOG-FENCED"


class UnknownTopic(LogError):
    code = "E-LOG-TOPIC-UNKNOWN"


class PartitionsChanged(LogError):
    code = "E-LOG-PARTITIONS-CHANGED"


class OffsetOutOfRange(LogError):
    code = "E-LOG-OFFSET-OUT-OF-RANGE"
