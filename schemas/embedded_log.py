"""The embedded log's table format: what its producer and its consumer must agree on. No I/O here.

A record's row id is its partition's number times 2**40 plus its offset: each partition is one run of
the table's tree, appended to at its end and read in order with no second index. Offsets have no gaps
until retention or compaction removes records.

Headers are kept in two parts. Their names, and the values of those that hardly vary, are a "shape",
stored once; a row has its shape's number and its own values.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Final

from schemas.messages import Headers

APPLICATION_ID: Final = int.from_bytes(b"HRlg")  # tells a log from any other SQLite file
FORMAT_VERSION: Final = 1
OFFSET_BITS: Final = 40
OFFSETS_PER_PARTITION: Final = 1 << OFFSET_BITS

DDL: Final = """
CREATE TABLE IF NOT EXISTS topic (
    name           TEXT PRIMARY KEY,
    partitions     INTEGER NOT NULL,
    append_time    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS topic_partition (
    id             INTEGER PRIMARY KEY,
    topic          TEXT NOT NULL REFERENCES topic (name),
    partition      INTEGER NOT NULL,
    first_offset   INTEGER NOT NULL DEFAULT 0,
    next_offset    INTEGER NOT NULL DEFAULT 0,
    UNIQUE (topic, partition)
) STRICT;

CREATE TABLE IF NOT EXISTS header_shape (
    id             INTEGER PRIMARY KEY,
    shape          TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE IF NOT EXISTS record (
    id             INTEGER PRIMARY KEY,
    timestamp_ms   INTEGER NOT NULL,
    key            BLOB,
    value          BLOB,
    header_shape   INTEGER NOT NULL,
    header_values  BLOB NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS mark (
    name           TEXT PRIMARY KEY,
    value          BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS producer (
    name           TEXT PRIMARY KEY,
    generation     INTEGER NOT NULL,
    owner          TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS committed (
    consumer_group TEXT NOT NULL,
    partition_id   INTEGER NOT NULL REFERENCES topic_partition (id),
    next_offset    INTEGER NOT NULL,
    PRIMARY KEY (consumer_group, partition_id)
) STRICT, WITHOUT ROWID;
"""

HeaderShape = tuple[tuple[str, ...], tuple[bytes, ...]]
"""The names of all headers, and the values of those whose name is in `_SHARED`."""

SHAPES_REMEMBERED: Final = 10_000
"""At most, by either side. There are some tens, unless a stranger's headers are passed on."""

_SHARED: Final = frozenset({"ce_specversion", "ce_type", "ce_source", "content-type"})

_SEPARATOR: Final = b"\x00"
_ESCAPE: Final = b"\x01"

_Pick = Callable[[Sequence[bytes]], tuple[bytes, ...]]


def split_headers(headers: Headers) -> tuple[HeaderShape, bytes]:
    """The shape of `headers` and the values of their own, as stored."""
    names, values = zip(*headers, strict=True) if headers else ((), ())
    pick_shared, pick_own = _picks(names)
    own = pick_own(values)
    packed = _SEPARATOR.join(own)
    # Ids, times and numbers hold neither byte, so this is nearly always the end of it.
    if packed.count(_SEPARATOR) >= len(own) or _ESCAPE in packed:
        packed = _SEPARATOR.join(map(_escaped, own))
    return (names, pick_shared(values)), packed


class ShapedHeaders:
    """Restores the headers of the rows of one shape."""

    __slots__ = ("_own", "_template")

    def __init__(self, shape: HeaderShape) -> None:
        names, shared = shape
        shared_values = iter(shared)
        self._template = [(name, next(shared_values) if name in _SHARED else b"") for name in names]
        self._own = [(place, name) for place, name in enumerate(names) if name not in _SHARED]

    def restore(self, packed: bytes) -> Headers:
        """The headers of a row, from its own values."""
        if not self._own:
            return tuple(self._template)
        values: Iterable[bytes] = packed.split(_SEPARATOR)
        if _ESCAPE in packed:
            values = map(_unescaped, values)
        headers = self._template.copy()
        for (place, name), value in zip(self._own, values, strict=True):
            headers[place] = (name, value)
        return tuple(headers)


def shape_to_text(shape: HeaderShape) -> str:
    """A shape as JSON; bytes go through Latin-1, which maps each to one character and back."""
    names, shared = shape
    return json.dumps([names, [value.decode("latin-1") for value in shared]], ensure_ascii=False)


def shape_from_text(text: str) -> HeaderShape:
    """The reverse of `shape_to_text`."""
    names, shared = json.loads(text)
    return tuple(names), tuple(value.encode("latin-1") for value in shared)


@lru_cache(maxsize=1024)
def _picks(names: tuple[str, ...]) -> tuple[_Pick, _Pick]:
    """How to take the shared values and the own ones out of the values of headers of these names."""
    return (
        _pick([place for place, name in enumerate(names) if name in _SHARED]),
        _pick([place for place, name in enumerate(names) if name not in _SHARED]),
    )


def _pick(places: list[int]) -> _Pick:
    if len(places) < 2:  # where itemgetter would fail, or give no tuple
        return lambda values: tuple(values[place] for place in places)
    return itemgetter(*places)


def _escaped(value: bytes) -> bytes:
    return value.replace(_ESCAPE, _ESCAPE + b"e").replace(_SEPARATOR, _ESCAPE + b"s")


def _unescaped(value: bytes) -> bytes:
    return value.replace(_ESCAPE + b"s", _SEPARATOR).replace(_ESCAPE + b"e", _ESCAPE)
