"""Random lives through the real fold, then asked about: history beside a plain model of events, figures beside each other."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, select

from projections.database import snapshot
from projections.register.codes import OVERLAYS, STATUSES
from projections.register.projection import RegisterProjection
from projections.register.queries.balance import Period, balance, find_period
from projections.register.queries.event_telling import EventTeller, codes_in
from projections.register.queries.household_list import Wanted, all_now, all_then
from projections.register.queries.household_now import belongings, household_now, state_of
from projections.register.queries.household_then import household_then
from projections.register.queries.moments import Moment
from projections.register.queries.pages import Page
from projections.register.queries.prepared import driver_of
from projections.register.queries.timeline import timeline
from projections.register.queries.totals import totals_now, totals_then
from projections.register.queries.village_ledger import village_ledger
from projections.register.tables import CUT, HOUSEHOLD
from registry.event import RegistryEvent
from schemas.catalogue import registry_catalogue
from schemas.code_tables import shipped
from schemas.codec import Codec
from tests.integration.queries.conftest import Make
from tests.support.logged import batches, logged
from tests.support.plain_register import day_number, plain_shape
from tests.support.random_lives import as_another, random_life, random_neighbourhood
from tests.support.scenario import VILLAGE

PROVINCE = "460000000000"
LIVES = 9
UNTIL = datetime(2026, 1, 1, tzinfo=UTC)
Streams = dict[UUID, list[RegistryEvent]]


@pytest.fixture(scope="module")
def lives() -> list[Sequence[RegistryEvent]]:
    return [
        as_another(random_neighbourhood(number) if number % 3 == 0 else random_life(number), number) for number in range(LIVES)
    ]


@pytest.fixture(scope="module")
def streams(lives: list[Sequence[RegistryEvent]]) -> Streams:
    found: Streams = {}
    for event in (event for life in lives for event in life if event.TOPIC.startswith("household.")):
        found.setdefault(event.originator_id, []).append(event)
    return found


@pytest.fixture(scope="module")
def register(new_register: Make, lives: list[Sequence[RegistryEvent]]) -> Engine:
    engine = new_register(checkpoints=False)
    projection = RegisterProjection(engine)
    for batch in batches(logged(*lives, every=1, until=UNTIL), Random(1), 400):
        projection.fold(batch)
    return engine


@pytest.fixture
def connection(register: Engine) -> Iterator[Connection]:
    with snapshot(register) as connection:
        yield connection


def moments(streams: Streams) -> list[tuple[datetime, Any]]:
    """(known_at, day) at and around facts of any household."""
    chance = Random(3)
    events = [event for stream in streams.values() for event in stream]
    return [
        (chance.choice(events).timestamp, chance.choice(events).effective_on - timedelta(days=chance.randrange(2)))
        for _ in range(25)
    ]


def micros(instant: datetime) -> int:
    return int(instant.timestamp() * 1_000_000)


def test_lists_totals_and_single_households_agree_with_the_events(connection: Connection, streams: Streams) -> None:
    seen = 0
    for known_at, on in moments(streams):
        number = day_number(on)
        assert number is not None
        moment = Moment(number, micros(known_at))
        expected = {key: shape for key, stream in streams.items() if (shape := plain_shape(stream, on, known_at)) is not None}
        for key in streams:
            told = household_then(connection, key.bytes, moment)
            assert (None if told is None else shape_of(told)) == expected.get(key)
        listed = list(all_then(connection, Wanted(division=PROVINCE), moment, Page()))
        assert {UUID(row["household_id"]): shape_of(row) for row in listed} == expected
        cells = totals_then(connection, PROVINCE, 6, moment)
        assert sum(cell.households for cell in cells) == len(expected)
        assert sum(cell.persons for cell in cells) == sum(shape[4] for shape in expected.values())
        seen += len(expected)
    assert seen > 50


def shape_of(document: dict[str, Any]) -> tuple[str, str, int, int, int]:
    return (
        document["status"],
        document["overlay"],
        document["spell_no"] or 0,
        int(document["division"]),
        document["size"],
    )


def test_what_is_believed_now_of_the_last_day_is_what_is_now(connection: Connection, streams: Streams) -> None:
    last = max(event.effective_on for stream in streams.values() for event in stream)
    number = day_number(last)
    assert number is not None
    now = {row["household_id"]: shape_of(row) for row in all_now(connection, Wanted(division=PROVINCE), Page())}
    then = {row["household_id"]: shape_of(row) for row in all_then(connection, Wanted(division=PROVINCE), Moment(number), Page())}
    assert now == then
    assert totals_now(connection, PROVINCE, 4) == totals_then(connection, PROVINCE, 4, Moment(number))


def test_a_household_and_what_belongs_to_it_add_up(connection: Connection, streams: Streams) -> None:
    driver = driver_of(connection)
    for key, stream in streams.items():
        household = household_now(driver, key.bytes)
        assert household is not None
        assert state_of(driver, key.bytes) == (household["version"], int(household["division"]))
        assert household["version"] == stream[-1].originator_version
        of = belongings(driver, key.bytes)
        assert household["live_measures"] == sum(measure["state"] == "LIVE" for measure in of["measures"])
        if of["members"]:
            assert household["size"] == len(of["members"])
        if household["head_id"] is not None:
            assert household["head_id"] in {person["person_id"] for person in of["members"]}
        counting = [spell for spell in of["spells"] if not spell["voided"]]
        assert household["spell_no"] == (counting[-1]["spell_no"] if counting else None)


def test_a_timeline_has_every_event_and_says_what_was_corrected(connection: Connection, streams: Streams) -> None:
    teller, corrected = EventTeller(Codec(registry_catalogue())), 0
    for key, stream in streams.items():
        events, rest = timeline(driver_of(connection), key.bytes, 0, 1000, teller)
        assert rest is None
        assert [event["version"] for event in events] == [event.originator_version for event in stream]
        assert [event["event_type"] for event in events] == [event.TOPIC for event in stream]
        assert [event["event_id"] for event in events] == [str(event.event_id) for event in stream]
        by_id = {event["event_id"]: event for event in events}
        for event in events:
            if event["corrects"] is not None:
                corrected += 1
                assert by_id[event["corrects"]]["replaced_by"] >= event["version"]
            if event["replaced_by"] is not None:
                assert any(later["version"] == event["replaced_by"] and later["corrects"] for later in events)
    assert corrected > 10


def test_pages_of_a_timeline_make_it_up(connection: Connection, streams: Streams) -> None:
    teller = EventTeller(Codec(registry_catalogue()))
    key = max(streams, key=lambda key: len(streams[key]))
    whole, _ = timeline(driver_of(connection), key.bytes, 0, 1000, teller)
    paged, after = [], 0
    while after is not None:
        page, after = timeline(driver_of(connection), key.bytes, after, 7, teller)
        assert len(page) <= 7
        paged += page
    assert paged == whole


def test_every_code_that_events_hold_has_words(connection: Connection, streams: Streams) -> None:
    teller, seen = EventTeller(Codec(registry_catalogue())), set()
    for key in streams:
        for event in timeline(driver_of(connection), key.bytes, 0, 1000, teller)[0]:
            seen |= set(codes_in(event["event_type"], event))
    assert len({table for table, _ in seen}) > 20
    # Before its first event a household had no status: that is no code of the table.
    assert {(table, code) for table, code in seen if code not in shipped()[table]} == {("register_status", "NONE")}


def periods_of(connection: Connection) -> list[Period]:
    """The months of the first years, and some weeks."""
    names = sorted({name for (name,) in connection.execute(select(CUT.c.period))})
    months, weeks = [name for name in names if "W" not in name], [name for name in names if "W" in name]
    found = [find_period(connection, name) for name in (*months[:30], *Random(5).sample(weeks, 15))]
    return [period for period in found if period is not None]


@pytest.mark.parametrize("place", [PROVINCE, "469000000000", "469030000000", "469030100000", VILLAGE, "469024000000"])
def test_closing_is_opening_and_flows_in_every_division(connection: Connection, place: str) -> None:
    stocks = [stock for period in periods_of(connection) for stock in balance(connection, place, period)]
    assert all(stock.holds for stock in stocks)
    assert any(stock.flows for stock in stocks) or place == "469024000000"


def test_a_month_ends_where_the_next_begins(connection: Connection) -> None:
    for first, second in (("2018-11", "2018-12"), ("2018-W44", "2018-W45"), ("2019-W52", "2020-W01")):
        before, after = find_period(connection, first), find_period(connection, second)
        assert before is not None
        assert after is not None
        closing = [stock.closing for stock in balance(connection, PROVINCE, before)]
        assert [stock.opening for stock in balance(connection, PROVINCE, after)] == closing


def test_the_last_week_closes_with_what_there_is_now(connection: Connection) -> None:
    last = find_period(connection, None)
    assert last is not None
    assert last.kind == "WEEK"
    closing = {stock.stock: stock.closing for stock in balance(connection, PROVINCE, last)}
    cells = totals_now(connection, PROVINCE, 2)
    h1 = [cell for cell in cells if cell.status in ("REGISTERED", "PRE_EXIT", "RELAPSED")]
    assert closing["H1"] == (sum(cell.households for cell in h1), sum(cell.persons for cell in h1))
    assert closing["H1"][0] > 0


def test_moves_within_a_division_are_no_flows_of_it(connection: Connection) -> None:
    villages = {"469030100201", "469030101200", "469024100201"}
    moved: dict[str, set[str]] = {place: set() for place in (PROVINCE, *villages)}
    for name in {name for (name,) in connection.execute(select(CUT.c.period).where(CUT.c.period_kind == "MONTH"))}:
        period = find_period(connection, name)
        assert period is not None
        for place, kinds in moved.items():
            kinds |= {kind for stock in balance(connection, place, period) for kind in stock.flows}
    assert not {kind for kind in moved[PROVINCE] if kind.startswith("MOVED")}
    assert any(kind.startswith("MOVED") for place in villages for kind in moved[place])


def test_a_period_that_has_not_ended_everywhere_is_none(connection: Connection) -> None:
    assert find_period(connection, "2031-01") is None
    assert find_period(connection, "2018-W01") is None


def test_a_village_ledger_has_those_who_live_there(connection: Connection) -> None:
    h = HOUSEHOLD.c
    rows = connection.execute(select(h.household_id, h.status, h.overlay, h.size).where(h.division == int(VILLAGE))).all()
    expected = {
        (str(UUID(bytes=bytes(key))), STATUSES[status], OVERLAYS[overlay], size)
        for key, status, overlay, size in rows
        if STATUSES[status] not in ("NONE", "CLOSED")
    }
    lines = village_ledger(connection, VILLAGE)
    assert {(line["household_id"], line["status"], line["overlay"], line["size"]) for line in lines} == expected
    assert lines == sorted(lines, key=lambda line: line["household_id"])
    assert any(line["ledger_entry"] is not None for line in lines)
