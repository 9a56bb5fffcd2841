"""A log of many households' lives, quickly: a few lives are lived through real commands, then copied under other ids.

All copies live at the same time, day by day, as a province does: a household's events lie far apart in the log. Ids lie in
framed Avro as they are, so a copy is made of bytes and nothing is encoded again.
"""

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from registry.household.visits import RecordHomeVisit
from registry.log.embedded import EmbeddedProducer
from registry.log.embedded_topics import create_topics
from registry.period.period import PeriodCalendar
from registry.relay.relay import messages_of
from registry.store.instant import from_micros, to_micros
from registry.store.recorder import RawRow
from schemas.topics import live_topics
from tests.support import helped_households
from tests.support.histories import cleared_out, do, exited, re_entered, registered
from tests.support.scenario import HOUSEHOLD, PROVINCE, Step, avro_mapper, day, given

PAGE: Final = 5000
_EVENT_ID: Final = slice(5, 21)
_RECORDED_AT: Final = slice(21, 29)  # a varint; eight bytes for every instant from 1979 to 2541


class _Moment(NamedTuple):
    """An event of a life: when it was recorded, of which life, its type and its bytes."""

    recorded_at_us: int
    life: int
    event_type: str
    state: bytes


def rows(households: int, first: int = 0) -> Iterator[RawRow]:
    """Stored events of so many households, numbered from `first`, in store order; periods are closed as they end.

    The hash chain is that of the lives that were copied, so it does not hold.
    """
    calendar = PeriodCalendar(PROVINCE)
    lives = len(_lives())
    position, now_us = 0, _moments()[0].recorded_at_us
    for moment in _moments():
        until_us = max(moment.recorded_at_us, now_us)
        for closing in calendar.closing_events(from_micros(now_us), from_micros(until_us)):
            event_type, state = avro_mapper().encode(closing, until_us, bytes(32))
            position += 1
            yield position, closing.originator_id.bytes, event_type, state, until_us
        now_us = until_us
        for number in range(first + moment.life, first + households, lives):
            position += 1
            now_us += 1
            yield position, household_id(number), moment.event_type, _copy(moment.state, number, now_us), now_us


def write_log(path: Path, households: int, first: int = 0) -> int:
    """Append their events to an embedded log, as the relay would; return how many events."""
    create_topics(path, live_topics())
    producer = EmbeddedProducer(path, now_ms=lambda: 0)
    written = 0
    try:
        source = rows(households, first)
        while page := list(islice(source, PAGE)):
            producer.append(list(messages_of(page, "/registry/hainan")))
            written += len(page)
    finally:
        producer.close()
    return written


@cache
def household_id(number: int) -> bytes:
    """The id of a household: rising with its number, as ids that begin with a time do."""
    return b"\x01\x65" + number.to_bytes(4, "big") + b"\x70\x00" + sha256(number.to_bytes(8, "big")).digest()[:8]


@cache
def _lives() -> tuple[tuple[_Moment, ...], ...]:
    return tuple(_life(number, steps) for number, steps in enumerate((_long_life(), _exited(), _listed_wrongly(), _family())))


def _long_life() -> list[Step]:
    return [*re_entered(), *_visits(331, 20)]


def _exited() -> list[Step]:
    return [*exited(), *_visits(241, 14)]


def _listed_wrongly() -> list[Step]:
    return cleared_out([*registered(), *_visits(21, 6)], day(200))


def _family() -> list[Step]:
    return [*helped_households.registered()]


def _visits(first_day: int, count: int) -> list[Step]:
    visits = [
        do(
            RecordHomeVisit,
            day(first_day + 9 * number),
            visitor_role="HELPER",
            visitor_id="staff-00017",
            purpose="SURVEY",
            minutes=35,
            fields_compared=12,
            differences=(),
        )
        for number in range(count)
    ]
    return list(visits)


def _life(number: int, steps: list[Step]) -> tuple[_Moment, ...]:
    mapper = avro_mapper()
    moments = []
    for event in given(*steps).history:
        event_type, state = mapper.encode(event, event.timestamp, bytes(32))
        moments.append(_Moment(to_micros(event.timestamp), number, event_type, state))
    return tuple(moments)


@cache
def _moments() -> tuple[_Moment, ...]:
    """All events of all lives, in the order in which they were recorded; the sort leaves each life's own order alone."""
    return tuple(sorted((moment for life in _lives() for moment in life), key=lambda moment: moment.recorded_at_us))


def _copy(state: bytes, number: int, recorded_at_us: int) -> bytes:
    copied = bytearray(state.replace(HOUSEHOLD.bytes, household_id(number)))
    copied[_EVENT_ID] = sha256(number.to_bytes(8, "big") + state[_EVENT_ID]).digest()[:16]
    copied[_RECORDED_AT] = _varint(recorded_at_us)
    return bytes(copied)


def _varint(value: int) -> bytes:
    rest = value << 1
    encoded = bytearray()
    while rest > 0x7F:
        encoded.append(rest & 0x7F | 0x80)
        rest >>= 7
    encoded.append(rest)
    assert len(encoded) == 8
    return bytes(encoded)
