"""Lists of households as they are now: every filter and every order beside the same thing done by hand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine

from projections.database import snapshot
from projections.register.queries.fields import Document
from projections.register.queries.household_list import SORTS, Wanted, all_now, list_now
from projections.register.queries.pages import Page
from projections.register.tables import HOUSEHOLD
from tests.integration.queries.conftest import Make
from tests.support.register_rows import CAUSES, day, household_row, insert, instant

PROVINCE, COUNTY = "460000000000", "469024000000"
VILLAGES = ("469024100201", "469024100202", "469024101201", "460105001201")
EVERYBODY = Wanted(division=PROVINCE)
HOUSEHOLDS = 160


def some_rows(count: int) -> list[tuple[Any, ...]]:
    """Households with few different values, so that orders have ties and filters have company."""
    chance = Random(11)

    def some_day(text: str) -> int | None:
        return day(text) + chance.randrange(8) if chance.random() < 0.7 else None

    return [
        household_row(
            UUID(int=chance.getrandbits(128)),
            chance.choice(VILLAGES),
            status=chance.choice(("NOT_REGISTERED", "REGISTERED", "EXITED_WITH_POLICY", "CLOSED", "NONE")),
            overlay=chance.choice(("NONE", "ACTIVE")),
            status_on=day("2019-01-01") + chance.randrange(5),
            recorded_at=instant("2020-01-01T00:00:00") + chance.randrange(4),
            size=chance.randrange(1, 6),
            spell_no=chance.randrange(3),
            entry_kind=chance.choice(("", "NEW", "RELAPSE")),
            spell_started_on=some_day("2018-10-01"),
            attribute=chance.choice(("ORDINARY", "DIBAO")),
            main_cause=chance.choice(CAUSES),
            other_causes=",".join(chance.sample(("A_LABOUR", "AXLABOUR", *CAUSES), chance.randrange(4))),
            monitoring_category=chance.choice(("", "MARGINAL")),
            helper_id=chance.choice(("u-1", "u-2", "")),
            exited_on=some_day("2019-06-01"),
            retention_until=some_day("2020-12-25"),
            last_visit_on=some_day("2019-12-01"),
            income_per_head=chance.randrange(-500, 500) if chance.random() < 0.7 else None,
            review_due=some_day("2020-03-01"),
        )
        for _ in range(count)
    ]


@pytest.fixture(scope="module")
def register(new_register: Make) -> Engine:
    engine = new_register()
    insert(engine, HOUSEHOLD, *some_rows(HOUSEHOLDS))
    return engine


@pytest.fixture
def connection(register: Engine) -> Iterator[Connection]:
    with snapshot(register) as connection:
        yield connection


def everybody(connection: Connection) -> list[Document]:
    return list(all_now(connection, EVERYBODY, Page()))


Holds = Callable[[Document], bool]
FILTERS: list[tuple[dict[str, Any], Holds]] = [
    ({"division": COUNTY}, lambda h: h["division"].startswith("469024")),
    ({"division": VILLAGES[0]}, lambda h: h["division"] == VILLAGES[0]),
    ({"status": ("REGISTERED", "CLOSED")}, lambda h: h["status"] in ("REGISTERED", "CLOSED")),
    ({"overlay": ("ACTIVE",)}, lambda h: h["overlay"] == "ACTIVE"),
    ({"spell_no": 2}, lambda h: h["spell_no"] == 2),
    ({"cause": ("ILLNESS",)}, lambda h: "ILLNESS" in (h["main_cause"], *h["other_causes"])),
    ({"cause": ("SKILLS", "LABOUR")}, lambda h: bool({"SKILLS", "LABOUR"} & {h["main_cause"], *h["other_causes"]})),
    ({"cause": ("A_LABOUR",)}, lambda h: "A_LABOUR" in h["other_causes"]),
    ({"attribute": ("DIBAO",)}, lambda h: h["attribute"] == "DIBAO"),
    ({"entry_kind": ("RELAPSE", "NEW")}, lambda h: h["entry_kind"] is not None),
    ({"monitoring_category": ("MARGINAL",)}, lambda h: h["monitoring_category"] == "MARGINAL"),
    ({"helper": "u-1"}, lambda h: h["helper_id"] == "u-1"),
    (
        {"visited_before": day("2019-12-04")},
        lambda h: h["last_visit_on"] is None or h["last_visit_on"] < "2019-12-04",
    ),
    ({"exited_from": day("2019-06-03")}, lambda h: h["exited_on"] is not None and h["exited_on"] >= "2019-06-03"),
    ({"exited_to": day("2019-06-03")}, lambda h: h["exited_on"] is not None and h["exited_on"] <= "2019-06-03"),
    (
        {"status": ("REGISTERED",), "helper": "u-2", "cause": ("ILLNESS", "SKILLS")},
        lambda h: (
            h["status"] == "REGISTERED"
            and h["helper_id"] == "u-2"
            and bool({"ILLNESS", "SKILLS"} & {h["main_cause"], *h["other_causes"]})
        ),
    ),
]


@pytest.mark.parametrize(("conditions", "holds"), FILTERS, ids=lambda value: "+".join(value) if isinstance(value, dict) else "")
def test_a_filter_keeps_those_of_whom_it_holds(connection: Connection, conditions: dict[str, Any], holds: Holds) -> None:
    expected = [household for household in everybody(connection) if holds(household)]
    assert 0 < len(expected) < HOUSEHOLDS
    assert list(all_now(connection, replace(EVERYBODY, **conditions), Page())) == expected


def test_whoever_never_had_a_status_is_in_no_list(connection: Connection) -> None:
    households = everybody(connection)
    assert 0 < len(households) < HOUSEHOLDS
    assert "NONE" not in {household["status"] for household in households}


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("descending", [False, True])
def test_a_list_is_in_order_and_what_is_not_known_comes_first(connection: Connection, sort: str, descending: bool) -> None:
    def key(household: Document) -> tuple[Any, str]:
        value = household[sort]
        if sort == "income_per_head":
            value = float("-inf") if value is None else float(value)
        return ("" if value is None else value), household["household_id"]

    listed = list(all_now(connection, EVERYBODY, Page(sort=sort, descending=descending)))
    assert listed == sorted(listed, key=key, reverse=descending)
    assert len(listed) == len(everybody(connection))


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("descending", [False, True])
def test_pages_make_up_the_list_whatever_the_order(connection: Connection, sort: str, descending: bool) -> None:
    page = Page(sort=sort, descending=descending, limit=9)
    whole = list(all_now(connection, EVERYBODY, page))
    rows: list[Document] = []
    for _ in range(HOUSEHOLDS):
        shown, after = list_now(connection, EVERYBODY, page)
        rows += shown
        if after is None:
            break
        assert len(shown) == 9
        page = replace(page, after=after)
    assert rows == whole


@pytest.mark.parametrize("sort", SORTS)
def test_a_made_up_place_to_go_on_from_does_no_harm(connection: Connection, sort: str) -> None:
    for value in (2**63 - 1, -(2**63) + 1):
        rows, rest = list_now(connection, EVERYBODY, Page(sort=sort, after=(value, bytes(16)), limit=1000))
        assert len(rows) == (0 if value > 0 else len(everybody(connection)))
        assert rest is None


def test_a_page_goes_on_where_the_last_ended_whatever_has_come_before_it(new_register: Make) -> None:
    engine = new_register()
    early, late = (UUID(int=number) for number in (1, 2**127))
    insert(engine, HOUSEHOLD, *(household_row(UUID(int=2**64 + number), VILLAGES[0]) for number in range(20)))
    with snapshot(engine) as connection:
        first, after = list_now(connection, EVERYBODY, Page(limit=10))
    insert(engine, HOUSEHOLD, household_row(early, VILLAGES[0]), household_row(late, VILLAGES[0]))
    with snapshot(engine) as connection:
        second, rest = list_now(connection, EVERYBODY, Page(limit=100, after=after))
    shown = [UUID(household["household_id"]) for household in (*first, *second)]
    assert rest is None
    assert shown == [*(UUID(int=2**64 + number) for number in range(20)), late]
