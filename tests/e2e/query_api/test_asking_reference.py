"""Reference data over HTTP: code tables and event types, in both languages."""

import pytest

from schemas.catalogue import registry_catalogue
from schemas.code_tables import shipped
from tests.support.asked import Asked, somebody
from tests.support.scenario import COUNTY

HOSPITAL = somebody("HOSPITAL", COUNTY)


def test_every_code_table_is_listed_and_can_be_read(asked: Asked) -> None:
    tables = asked.json("/v1/reference/codes", HOSPITAL)["tables"]
    assert [table["name"] for table in tables] == list(shipped().names)
    for table in tables:
        whole = asked.json(f"/v1/reference/codes/{table['name']}", HOSPITAL)
        assert {name: whole[name] for name in table} == table
        assert [code["code"] for code in whole["codes"]] == list(shipped()[table["name"]].codes)
        assert len(whole["codes"]) == table["size"]


def test_a_code_has_its_words_and_its_parent(asked: Asked) -> None:
    table = asked.json("/v1/reference/codes/measure_subtype")
    by_code = {code["code"]: code for code in table["codes"]}
    assert table["parents"] == "measure_category"
    assert by_code["FAMILY_DOCTOR"]["parent"] == "HEALTH"
    assert by_code["FAMILY_DOCTOR"]["zh"] == "家庭医生签约"


@pytest.mark.parametrize("name", ["colours", "POVERTY_CAUSE", "a" * 500])
def test_a_table_that_there_is_not_is_not_found(asked: Asked, name: str) -> None:
    assert asked.refusal(f"/v1/reference/codes/{name}") == (404, [("E-NOT-FOUND", "table")])


def test_event_types_have_words_schemas_and_code_tables(asked: Asked) -> None:
    told = asked.json("/v1/reference/event-types", HOSPITAL)["event_types"]
    by_type = {one["event_type"]: one for one in told}
    assert tuple(by_type) == registry_catalogue().event_types
    identified = by_type["household.household_identified"]
    assert (identified["zh"], identified["en"]) == ("公告纳入", "Household identified")
    assert identified["schema_id"] == registry_catalogue().latest("household.household_identified").id
    assert identified["code_tables"]["main_cause"] == "poverty_cause"
    assert "risks" not in identified["code_tables"]


def test_an_unknown_parameter_is_refused_even_where_there_are_none(asked: Asked) -> None:
    assert asked.refusal("/v1/reference/codes", lang="en") == (422, [("E-FIELD-UNKNOWN", "lang")])
