"""Looks at every stored event once, in store order, for what the event store promises; memory does not grow with the store.

What a chain cannot show is a changed event that is the last of its stream: that shows beside the log's copy.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from registry.event import NO_HASH
from registry.store.continuity import FIRST_VERSION
from registry.store.recorder import StoreRecorder
from registry.store.seen_ids import SeenIds
from registry.store.write_transaction import Row
from schemas.codec import Codec, Undecodable

PAGE_ROWS: Final = 2000
STREAMS_MAX: Final = 100_000
"""Streams whose last event is remembered; that of any other is looked up."""

Rule = Literal["POSITIONS", "RECORDED_AT", "RECORDS", "EVENT_IDS", "VERSIONS", "CHAIN"]


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that does not hold at a position."""

    rule: Rule
    position: int
    text: str

    def __str__(self) -> str:
        return f"position {self.position}: {self.text}"


@dataclass(slots=True)
class Audit:
    """events: how many were looked at; position: the last one; first: the first fault of each rule; faults: how many in all."""

    events: int = 0
    position: int = 0
    first: dict[Rule, Fault] = field(default_factory=dict)
    faults: int = 0

    @property
    def sound(self) -> bool:
        """Whether everything holds."""
        return not self.faults

    def note(self, rule: Rule, position: int, text: str) -> None:
        """One more fault."""
        self.faults += 1
        self.first.setdefault(rule, Fault(rule, position, text))


class _Last(NamedTuple):
    """The last event of a stream so far."""

    version: int
    position: int
    digest: bytes


def audit_store(
    recorder: StoreRecorder, codec: Codec, told: Callable[[int], None] = lambda rows: None, streams_max: int = STREAMS_MAX
) -> Audit:
    """Look at every event up to the present end; others may write on. `told`: of how many more, after each page."""
    auditor = _Auditor(recorder, codec, streams_max)
    end = recorder.head().position
    with SeenIds() as seen:
        for rows in _pages(recorder, end):
            for row in rows:
                auditor.look_at(row)
            for position, earlier in seen.add((row.state[5:21], row.position) for row in rows):
                auditor.audit.note("EVENT_IDS", position, f"the event has the id of the one at position {earlier}")
            told(len(rows))
    if auditor.audit.position < end:
        auditor.audit.note("POSITIONS", auditor.audit.position + 1, f"missing, as all up to the last one given, {end}")
    return auditor.audit


class _Auditor:
    """What has to be known of the events so far to look at the next one."""

    def __init__(self, recorder: StoreRecorder, codec: Codec, streams_max: int) -> None:
        self.audit = Audit()
        self._recorder = recorder
        self._codec = codec
        self._streams_max = streams_max
        self._streams: OrderedDict[UUID, _Last] = OrderedDict()
        self._recorded_at_us = 0

    def look_at(self, row: Row) -> None:
        """Look at the next event."""
        audit = self.audit
        if row.position != audit.position + 1:
            audit.note("POSITIONS", audit.position + 1, f"missing, as all before {row.position}")
        if row.recorded_at_us < self._recorded_at_us:
            audit.note("RECORDED_AT", row.position, "recorded before the event that it follows")
        self._recorded_at_us = row.recorded_at_us
        self._look_at_stream(row, self._decoded(row))
        audit.events += 1
        audit.position = row.position

    def _decoded(self, row: Row) -> dict[str, Any] | None:
        """What the event says, unless nobody can read it."""
        try:
            schema, values = self._codec.decode_raw(row.state)
        except Undecodable as error:
            self.audit.note("RECORDS", row.position, f"undecodable: {error}")
            return None
        said = (schema.event_type, values["aggregate_id"], values["version"], values["recorded_at"])
        kept = (row.event_type, row.originator_id.bytes, row.originator_version, row.recorded_at_us)
        names = ("event type", "stream", "version", "recorded_at")
        differing = [name for name, ours, theirs in zip(names, said, kept, strict=True) if ours != theirs]
        if differing:
            self.audit.note("RECORDS", row.position, f"{', '.join(differing)} of the row and of the record differ")
        return values

    def _look_at_stream(self, row: Row, values: dict[str, Any] | None) -> None:
        stream, version = row.originator_id, row.originator_version
        last = self._last(row)
        known = 0 if last is None else last.version
        if version != known + 1:
            self.audit.note("VERSIONS", row.position, f"version {version} follows {known} in stream {stream}")
        elif values is not None and values["previous_hash"] != (NO_HASH if last is None else last.digest):
            before = "nothing" if last is None else f"version {known} at position {last.position}"
            self.audit.note("CHAIN", row.position, f"version {version} of stream {stream} is not chained to {before}")
        self._streams[stream] = _Last(version, row.position, sha256(row.state).digest())
        self._streams.move_to_end(stream)
        if len(self._streams) > self._streams_max:
            self._streams.popitem(last=False)

    def _last(self, row: Row) -> _Last | None:
        """The event before this one in its stream: remembered, or looked up where it should be."""
        remembered = self._streams.get(row.originator_id)
        if remembered is not None or row.originator_version <= FIRST_VERSION:
            return remembered
        found = self._recorder.select_row(row.originator_id, row.originator_version - 1)
        if found is None or found.position >= row.position:
            return None
        return _Last(found.originator_version, found.position, sha256(found.state).digest())


def _pages(recorder: StoreRecorder, end: int) -> Iterator[list[Row]]:
    after = -(2**62)  # a forged event must not hide before the first
    while rows := [row for row in recorder.select_rows(after, PAGE_ROWS) if row.position <= end]:
        yield rows
        after = rows[-1].position
