"""Divisions: the tree of names and the arithmetic of codes must always say the same."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.divisions import (
    Division,
    DivisionMisplaced,
    DivisionUnknown,
    Level,
    county_code,
    covers,
    hainan,
    is_division_code,
    level_of,
    parent_code,
    reporting_unit,
    scope_prefix,
    township_code,
)

PROVINCE, DIRECT, HAIKOU, XIUYING, DANZHOU = (
    "460000000000",
    "469000000000",
    "460100000000",
    "460105000000",
    "460400000000",
)
LINGAO, LINCHENG, DANZHOU_TOWN = "469024000000", "469024100000", "460400100000"


def village(township: str, serial: int) -> Division:
    return Division(f"{township[:9]}{serial:03d}", Level.VILLAGE, f"第{serial}村", "", township)


TOWNSHIPS = [d.code for d in hainan().at_level(Level.TOWNSHIP)]
WITH_VILLAGES = hainan().with_added(village(t, serial) for t in TOWNSHIPS for serial in (1, 200, 998))
CODES = [d.code for d in WITH_VILLAGES]


def test_hainan_has_its_counties_townships_and_national_poverty_counties() -> None:
    assert len(hainan().at_level(Level.COUNTY)) == 27
    assert len(hainan().at_level(Level.TOWNSHIP)) == 243
    poor = {d.name_en.split()[0] for d in hainan().at_level(Level.COUNTY) if d.national_poverty_county}
    assert poor == {"Wuzhishan", "Lingao", "Baisha", "Baoting", "Qiongzhong"}


def test_a_path_runs_from_the_province_to_the_village_itself() -> None:
    code = LINCHENG[:9] + "200"
    assert WITH_VILLAGES.path(code) == (PROVINCE, DIRECT, LINGAO, LINCHENG, code)
    assert WITH_VILLAGES.name_path(code, "zh") == ("海南省", "临高县", "临城镇", "第200村")
    assert WITH_VILLAGES.name_path(code, "en")[:2] == ("Hainan", "Lingao County")


def test_danzhou_is_prefecture_and_county_in_one() -> None:
    assert hainan().path(DANZHOU_TOWN) == (PROVINCE, DANZHOU, DANZHOU_TOWN)
    assert hainan()[DANZHOU].level is Level.COUNTY
    assert hainan().county_of(DANZHOU_TOWN).name_zh == "儋州市"
    assert hainan().county_of(DANZHOU).code == DANZHOU
    assert covers(DANZHOU, DANZHOU_TOWN)
    assert not covers(DANZHOU, HAIKOU)
    assert reporting_unit(DANZHOU_TOWN) == DANZHOU
    assert DANZHOU in {d.code for d in hainan().children(PROVINCE)}


def test_the_direct_node_covers_its_counties_and_no_prefecture_city() -> None:
    assert covers(DIRECT, LINGAO)
    assert covers(DIRECT, LINCHENG)
    assert not covers(DIRECT, HAIKOU)
    assert not covers(DIRECT, PROVINCE)
    assert len(hainan().children(DIRECT)) == 15


def test_a_prefecture_city_covers_its_districts_but_not_the_province() -> None:
    assert hainan().covers(HAIKOU, XIUYING)
    assert not hainan().covers(XIUYING, HAIKOU)
    assert {d.parent for d in hainan().children(HAIKOU)} == {HAIKOU}


@pytest.mark.parametrize(
    ("code", "unit"),
    [
        (XIUYING, HAIKOU),
        ("460105100201", HAIKOU),
        ("460202198000", "460200000000"),
        ("460321451000", "460300000000"),
        (DANZHOU, DANZHOU),
        (LINCHENG, LINGAO),
    ],
)
def test_a_place_reports_through_its_unit(code: str, unit: str) -> None:
    assert reporting_unit(code) == unit


def test_there_are_nineteen_reporting_units() -> None:
    assert len(hainan().reporting_units()) == 19


@pytest.mark.parametrize("code", [PROVINCE, DIRECT])
def test_above_the_counties_nothing_reports_and_no_county_is_named(code: str) -> None:
    with pytest.raises(DivisionUnknown):
        reporting_unit(code)
    with pytest.raises(DivisionUnknown):
        county_code(code)


def test_a_prefecture_city_lies_in_no_county_and_a_county_in_no_township() -> None:
    with pytest.raises(DivisionUnknown):
        county_code(HAIKOU)
    with pytest.raises(DivisionUnknown):
        township_code(LINGAO)


def test_an_unknown_code_is_named() -> None:
    with pytest.raises(DivisionUnknown, match="469099000000"):
        hainan().path("469099000000")
    assert hainan().get("469099000000") is None


def test_a_prefix_finds_divisions_in_code_order() -> None:
    found = [d.code for d in hainan().with_prefix("469024")]
    assert found[:2] == [LINGAO, LINCHENG]
    assert found == sorted(found)
    assert all(code.startswith("469024") for code in found)
    assert hainan().with_prefix("47") == ()


@pytest.mark.parametrize(
    "wrong",
    [
        Division("469024100201", Level.VILLAGE, "村", "", LINGAO),
        Division("469024100201", Level.TOWNSHIP, "村", "", LINCHENG),
        Division("469024777201", Level.VILLAGE, "村", "", "469024777000"),
        Division("46902410020", Level.VILLAGE, "村", "", LINCHENG),
        Division("４69024100201", Level.VILLAGE, "村", "", LINCHENG),
    ],
)
def test_a_division_that_contradicts_its_code_is_refused(wrong: Division) -> None:
    with pytest.raises(DivisionMisplaced):
        hainan().with_added([wrong])


def test_adding_leaves_the_shipped_tree_alone_and_replaces_by_code() -> None:
    before = len(hainan())
    closed = replace(hainan()[LINCHENG], valid_to=date(2020, 6, 30))
    changed = hainan().with_added([closed])
    assert len(hainan()) == len(changed) == before
    assert hainan()[LINCHENG].active_on(date(2021, 1, 1))
    assert changed[LINCHENG].active_on(date(2020, 6, 30))
    assert not changed[LINCHENG].active_on(date(2020, 7, 1))


def test_the_english_name_falls_back_to_the_chinese() -> None:
    assert hainan()[LINCHENG].name("en") == "临城镇"
    assert hainan()[LINGAO].name("en") == "Lingao County"


@given(st.sampled_from(CODES), st.sampled_from(CODES))
def test_a_scope_prefix_says_the_same_as_the_path(scope: str, code: str) -> None:
    within = scope in WITH_VILLAGES.path(code)
    assert code.startswith(scope_prefix(scope)) == within
    assert covers(scope, code) == WITH_VILLAGES.covers(scope, code) == within


@given(st.sampled_from(CODES))
def test_the_arithmetic_agrees_with_the_tree(code: str) -> None:
    division, path = WITH_VILLAGES[code], WITH_VILLAGES.path(code)
    assert level_of(code) is division.level
    assert (parent_code(code) or "") == division.parent
    if division.level >= Level.COUNTY:
        assert county_code(code) in path
        assert level_of(county_code(code)) is Level.COUNTY
        assert reporting_unit(code) in path
    if division.level >= Level.TOWNSHIP:
        assert level_of(township_code(code)) is Level.TOWNSHIP
        assert township_code(code) in path


@given(st.text(max_size=14))
def test_only_twelve_ascii_digits_are_a_code(text: str) -> None:
    expected = len(text) == 12 and set(text) <= set("0123456789") and not text.startswith("00")
    assert is_division_code(text) == expected
