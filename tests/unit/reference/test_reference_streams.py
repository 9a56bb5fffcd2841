"""Divisions, code tables and county plans as events."""

import json
from datetime import date
from typing import Any

import pytest

from registry.reference.code_table import ChangeCodeTable, CodeTableChanged
from registry.reference.county_plan import AdoptConsolidationPlan, CountyConsolidationPlanAdopted
from registry.reference.division_set import DIVISIONS, ChangedDivision, ChangeDivisions, DivisionsChanged, with_changes
from registry.reference.stream import stream_id
from schemas.code_tables import shipped
from schemas.divisions import Level
from tests.support.register import a_register, on
from tests.support.scenario import COUNTY, PROVINCE, TOWNSHIP, VILLAGE, day, places, seen

SET = stream_id(DIVISIONS)
NEW_VILLAGE = "469030100777"


def village(code: str = NEW_VILLAGE, **changes: Any) -> ChangedDivision:
    return ChangedDivision(**{"code": code, "level": "VILLAGE", "name_zh": "新村"} | changes)


def edition(*divisions: ChangedDivision) -> ChangeDivisions:
    return ChangeDivisions(effective_on=day(3), edition="2018-10", divisions=divisions)


def test_a_new_village_becomes_part_of_the_tree() -> None:
    register = a_register().when(edition(village())).then(on(SET, seen(DivisionsChanged, edition="2018-10", division=PROVINCE)))
    event: Any = register.event(SET, DivisionsChanged)
    tree = with_changes(places(), event.divisions)
    assert tree.path(NEW_VILLAGE)[-2:] == (TOWNSHIP, NEW_VILLAGE)
    assert (tree[NEW_VILLAGE].level, tree[NEW_VILLAGE].name_zh) == (Level.VILLAGE, "新村")


def test_only_what_differs_is_recorded() -> None:
    known = places()[VILLAGE]
    same = village(VILLAGE, name_zh=known.name_zh)
    register = a_register().when(edition(same, village())).then(on(SET, DivisionsChanged))
    event: Any = register.event(SET, DivisionsChanged)
    assert [record["code"] for record in event.divisions] == [NEW_VILLAGE]
    a_register().when(edition(same)).then_nothing_happens()


def test_a_renamed_county_stays_what_it_is() -> None:
    county = places()[COUNTY]
    assert county.national_poverty_county
    register = a_register()
    register.take(edition(ChangedDivision(code=COUNTY, level="COUNTY", name_zh="新名")))
    event: Any = register.event(SET, DivisionsChanged)
    renamed = with_changes(places(), event.divisions)[COUNTY]
    assert (renamed.name_zh, renamed.national_poverty_county) == ("新名", True)


@pytest.mark.parametrize(
    ("division", "code", "field"),
    [
        (village("46903010077"), "E-DIVISION-CODE", "divisions[0].code"),
        (village(level="TOWNSHIP"), "E-DIVISION-LEVEL", "divisions[0].level"),
        (village("469030888777"), "E-DIVISION-UNKNOWN", "divisions[0].code"),
        (village(valid_to=date(1899, 1, 1)), "E-DATE-ORDER", "divisions[0].valid_to"),
    ],
)
def test_a_division_is_where_its_code_says(division: ChangedDivision, code: str, field: str) -> None:
    outcome = a_register().when(edition(division))
    assert outcome.then_refuses(code).fields(code) == [field]


def test_an_edition_says_something_of_one_province_and_each_thing_once() -> None:
    a_register().when(edition()).then_refuses("E-FIELD-MISSING")
    a_register().when(edition(village(), village())).then_refuses("E-DIVISION-CODE")
    a_register().when(edition(village(), village("451025100201"))).then_refuses("E-DIVISION-CODE")


def test_a_parent_comes_with_its_children_and_outlasts_them() -> None:
    township = ChangedDivision(code="469030888000", level="TOWNSHIP", name_zh="新镇")
    a_register().when(edition(village("469030888201"), township)).then(on(SET, DivisionsChanged))
    given_up = ChangedDivision(code=TOWNSHIP, level="TOWNSHIP", name_zh="营根镇", valid_to=date(2018, 12, 31))
    outcome = a_register().when(edition(given_up))
    assert outcome.then_refuses("E-DIVISION-INACTIVE").fields("E-DIVISION-INACTIVE") == ["divisions[0].valid_to"]


def table(name: str = "finding_section", **changes: Any) -> ChangeCodeTable:
    document = shipped()["sex"].document() if name == "sex" else {}
    command: dict[str, Any] = {"effective_on": day(1), "table": name, "table_version": "2", "document": document | changes}
    return ChangeCodeTable(**command)


SEX = shipped()["sex"].document()
UNKNOWN_SEX = {"code": "UNKNOWN", "zh": "未知", "en": "Unknown"}


def test_a_table_is_changed_whole() -> None:
    stream = stream_id("code_table", "sex")
    register = (
        a_register()
        .when(table("sex", codes=[*SEX["codes"], UNKNOWN_SEX]))
        .then(on(stream, seen(CodeTableChanged, table="sex", table_version="2")))
    )
    event: Any = register.event(stream, CodeTableChanged)
    assert json.loads(event.document)["codes"][-1] == UNKNOWN_SEX


def test_the_table_as_it_is_is_silent() -> None:
    a_register().when(table("sex")).then_nothing_happens()
    changed = table("sex", codes=[*SEX["codes"], UNKNOWN_SEX])
    a_register(changed).when(changed).then_nothing_happens()


def test_a_code_is_never_taken_away() -> None:
    outcome = a_register().when(table("sex", codes=[SEX["codes"][0], UNKNOWN_SEX]))
    outcome.then_refuses("E-CODE-REMOVED")
    last_day = [SEX["codes"][0], {**SEX["codes"][1], "valid_to": "2019-01-01"}]
    a_register().when(table("sex", codes=last_day)).then(on(stream_id("code_table", "sex"), CodeTableChanged))


def test_a_version_stands_for_one_content() -> None:
    changed = table("sex", codes=[*SEX["codes"], UNKNOWN_SEX])
    a_register(changed).when(table("sex", codes=[*SEX["codes"], UNKNOWN_SEX], en="Gender")).then_refuses("E-CODE-TABLE-VERSION")


@pytest.mark.parametrize(
    "document",
    [{}, {**SEX, "codes": [UNKNOWN_SEX, UNKNOWN_SEX]}, {**SEX, "codes": [{**UNKNOWN_SEX, "parent": "X"}], "parents": "nowhere"}],
    ids=["nothing", "twice", "without parent"],
)
def test_what_is_no_table_is_refused(document: Any) -> None:
    a_register().when(ChangeCodeTable(effective_on=day(1), table="new", table_version="1", document=document)).then_refuses(
        "E-CODE-TABLE"
    )


def adoption(number: int = 1, county: str = COUNTY, paper: int = 1) -> AdoptConsolidationPlan:
    return AdoptConsolidationPlan(effective_on=day(number), county=county, year=2018, document_sha256=paper.to_bytes(32, "big"))


def test_a_county_adopts_its_plan_of_a_year_and_may_amend_it() -> None:
    stream = stream_id("county_plan", COUNTY)
    expected = seen(CountyConsolidationPlanAdopted, county=COUNTY, year=2018, division=COUNTY)
    register = a_register().when(adoption()).then(on(stream, expected))
    register.when(adoption()).then_nothing_happens()
    register.when(adoption(paper=2)).then(on(stream, CountyConsolidationPlanAdopted))


def test_a_plan_is_a_countys_and_not_of_tomorrow() -> None:
    a_register().when(adoption(county=TOWNSHIP)).then_refuses("E-DIVISION-LEVEL")
    a_register().when(adoption(county="469099000000")).then_refuses("E-DIVISION-UNKNOWN")
    a_register().today(day(0)).when(adoption(1)).then_refuses("E-DATE-FUTURE")
