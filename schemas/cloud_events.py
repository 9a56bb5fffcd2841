"""The record headers of our own events: CloudEvents 1.0, Kafka protocol binding, binary content mode.

Called once for every event that the relay moves, hence the caches.
"""

from datetime import UTC, datetime
from functools import lru_cache

from schemas.messages import Header, Headers, uuid_text

CONTENT_TYPE = b"application/avro"


def cloud_event_headers(
    event_type: str, source: str, event_id: bytes, subject: bytes, recorded_at_us: int, position: int
) -> Headers:
    """Headers of one event.

    `source` is the registry's URI reference, `event_id` 16 bytes, `subject` the record's key,
    `recorded_at_us` microseconds since 1970 UTC, `position` the event's place in the registry's sequence.
    """
    version, kind, origin, content_type = _constant_headers(event_type, source)
    return (
        version,
        ("ce_id", uuid_text(event_id)),
        kind,
        origin,
        _subject_header(subject),
        _time_header(recorded_at_us),
        content_type,
        ("registry_position", b"%d" % position),
    )


@lru_cache(maxsize=8192)
def _subject_header(subject: bytes) -> Header:
    """The events of one household come close together."""
    return ("ce_subject", subject)


@lru_cache(maxsize=4096)
def _time_header(recorded_at_us: int) -> Header:
    """Those of one save have one time."""
    second, micros = divmod(recorded_at_us, 1_000_000)
    return ("ce_time", b"%b.%06dZ" % (_second_text(second), micros))


@lru_cache(maxsize=4096)
def _constant_headers(event_type: str, source: str) -> Headers:
    return (
        ("ce_specversion", b"1.0"),
        ("ce_type", event_type.encode()),
        ("ce_source", source.encode()),
        ("content-type", CONTENT_TYPE),
    )


@lru_cache(maxsize=4096)
def _second_text(second: int) -> bytes:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S").encode()
