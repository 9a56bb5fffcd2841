"""What can be wrong with a history: each fault has a stable code and names the first event that it is seen at."""

from typing import ClassVar, Final, Literal
from uuid import UUID

from schemas.catalogue import SchemaUnknown, registry_catalogue
from schemas.codec import Undecodable, schema_id_of

Code = Literal[
    "E-HISTORY-ALTERED",
    "E-HISTORY-DROPPED",
    "E-HISTORY-INSERTED",
    "E-HISTORY-MOVED",
    "E-HISTORY-UNREADABLE",
    "E-HISTORY-CHAIN",
    "E-HISTORY-CHECKPOINT",
]
ALTERED: Final = "E-HISTORY-ALTERED"
DROPPED: Final = "E-HISTORY-DROPPED"
INSERTED: Final = "E-HISTORY-INSERTED"
MOVED: Final = "E-HISTORY-MOVED"
UNREADABLE: Final = "E-HISTORY-UNREADABLE"
CHAIN: Final = "E-HISTORY-CHAIN"
CHECKPOINT: Final = "E-HISTORY-CHECKPOINT"


class HistoryFault(Exception):
    """The first fault of a history. `position`: of the event where it shows."""

    def __init__(self, code: Code, position: int, text: str) -> None:
        super().__init__(f"{code}: position {position}: {text}")
        self.code = code
        self.position = position


class ExportRefused(Exception):
    """E-EXPORT: this is no finished export, or its files are not those that its manifest names."""

    code: ClassVar[str] = "E-EXPORT"


def event_name(record: bytes, stream: bytes | None = None) -> str:
    """Which event it is: id, type and stream, as far as the bytes say."""
    try:
        event_type = registry_catalogue().by_id(schema_id_of(record)).event_type
    except (SchemaUnknown, Undecodable):
        return "an event of no known type"
    event_id, found = record[5:21], stream or _stream_of(record)
    if len(event_id) != 16 or len(found) != 16:
        return f"an event {event_type} that was cut off"
    return f"event {UUID(bytes=event_id)} {event_type} of {event_type.partition('.')[0]} {UUID(bytes=found)}"


def _stream_of(record: bytes) -> bytes:
    """The id of the stream: it follows the event's id and the instant, which is a number of up to ten bytes."""
    start = 21
    while start < len(record) and record[start] & 0x80:
        start += 1
    return record[start + 1 : start + 17]
