"""Code tables: complete in both languages, stable as documents, and honest about what they do not know."""

import json
import re
from datetime import date

import pytest

from schemas.code_tables import (
    CodeTable,
    CodeTableInvalid,
    CodeTables,
    CodeTableUnknown,
    CodeUnknown,
    known,
    shipped,
    table,
)

CHINESE = re.compile(r"[\u4e00-\u9fff]")

NEEDED = """register_status entry_kind monitoring_category monitoring_state household_attribute
    identification_standard poverty_cause risk_type risk_elimination_mode relation sex ethnicity education
    school_status health_status labour_ability work_area disability_category disability_grade insurance_scheme
    social_assistance measure_category measure_subtype subsidy_category public_post_type member_add_reason
    member_remove_reason procedure procedure_step application_source lead_kind obstacle_kind objection_outcome
    appeal_outcome appraisal_result publicity_round guarantee_dimension guarantee_result sweep_group
    comparison_sector mismatch_rule mismatch_verdict reject_reason clear_out_reason exit_reject_reason
    close_reason measure_stop_reason relapse_revoke_reason correction_reason visit_purpose visitor_role
    visit_flag_rule evidence_kind event_source role split_verdict hukou_kind handbook_field"""


@pytest.mark.parametrize("name", NEEDED.split())
def test_a_table_that_the_domain_names_exists(name: str) -> None:
    assert table(name).codes


@pytest.mark.parametrize("name", shipped().names)
def test_every_table_and_code_has_both_languages_and_a_source(name: str) -> None:
    of = table(name)
    assert CHINESE.search(of.title("zh"))
    assert of.title("en").isascii()
    assert of.source
    for code in of.codes:
        assert re.fullmatch(r"[A-Z0-9][A-Z0-9_]*", code), code
        assert of[code].zh.strip()
        assert of[code].en.strip()
        assert not CHINESE.search(of[code].en), code


@pytest.mark.parametrize("name", shipped().names)
def test_within_a_table_no_two_codes_have_the_same_label(name: str) -> None:
    of = table(name)
    for lang in ("zh", "en"):
        labels = [of.label(code, lang) for code in of.codes]
        assert len(set(labels)) == len(labels)


def test_the_register_has_nine_states_and_the_plan_thirteen_kinds_of_measure() -> None:
    assert len(table("register_status")) == 9
    assert len(table("measure_category")) == 13
    assert len(table("obstacle_kind")) == 5
    assert len(table("guarantee_dimension")) == 6


def test_all_fifty_six_nationalities_are_in_the_order_of_the_standard() -> None:
    nationalities = table("ethnicity")
    assert [nationalities[code].national for code in nationalities.codes] == [f"{n:02d}" for n in range(1, 57)]
    assert nationalities["LI"].national == "19"
    assert nationalities.label("HAN", "zh") == "汉族"


def test_marriage_is_the_only_cause_that_is_never_the_main_one() -> None:
    causes = table("poverty_cause")
    assert causes.tagged("secondary") == {"MARRIAGE"}
    assert len(causes) - 1 == 12


def test_every_measure_belongs_to_a_category_and_every_category_has_one() -> None:
    for category in table("measure_category").codes:
        assert table("measure_subtype").under(category)


def test_a_label_follows_the_language_and_an_unknown_code_labels_itself() -> None:
    assert table("register_status").label("RELAPSED", "en") == "Relapsed, confirmed"
    assert table("register_status").label("RELAPSED", "zh") == "返贫（已确认）"
    assert table("register_status").label("FROM_THE_FUTURE", "zh") == "FROM_THE_FUTURE"


def test_a_code_is_known_only_while_it_holds() -> None:
    assert known("risk_type", "EPIDEMIC")
    assert not known("risk_type", "EPIDEMIC", date(2019, 12, 31))
    assert known("risk_type", "EPIDEMIC", date(2020, 1, 1))
    assert not known("risk_type", "SHARKS")
    assert "EPIDEMIC" not in table("risk_type").codes_on(date(2018, 9, 4))


def test_the_last_day_of_a_code_still_counts() -> None:
    entry = {"code": "OLD", "zh": "旧", "en": "Old", "valid_to": "2019-12-31"}
    of = CodeTable.from_document("t", {"zh": "表", "en": "T", "source": "s", "codes": [entry]})
    assert of.known("OLD", date(2019, 12, 31))
    assert not of.known("OLD", date(2020, 1, 1))


@pytest.mark.parametrize("name", shipped().names)
def test_a_table_survives_being_a_json_document(name: str) -> None:
    document = json.loads(json.dumps(table(name).document()))
    again = CodeTable.from_document(name, document)
    assert again.document() == table(name).document()
    assert [again[code] for code in again.codes] == [table(name)[code] for code in table(name).codes]


def test_an_unknown_table_or_code_is_named() -> None:
    with pytest.raises(CodeTableUnknown, match="colours"):
        table("colours")
    with pytest.raises(CodeUnknown, match="'BLUE'"):
        table("sex")["BLUE"]


def test_changing_a_table_leaves_the_shipped_one_alone() -> None:
    document = table("sex").document()
    document["codes"].append({"code": "UNSTATED", "zh": "未说明", "en": "Not stated"})
    changed = shipped().with_changed("sex", document)
    assert changed["sex"].known("UNSTATED")
    assert not known("sex", "UNSTATED")
    assert "role" in changed


@pytest.mark.parametrize(
    "document",
    [
        {"zh": "表", "en": "T", "codes": []},
        {"zh": "表", "en": "T", "source": "s", "codes": [{"code": "A", "zh": "甲"}]},
        {"zh": "表", "en": "T", "source": "s", "codes": [{"code": "A", "zh": "甲", "en": "A", "colour": "red"}]},
        {"zh": "表", "en": "T", "source": "s", "codes": [{"code": "A", "zh": "甲", "en": "A"}] * 2},
        {"zh": "表", "en": "T", "source": "s", "codes": [{"code": "A", "zh": "甲", "en": "A", "valid_to": "soon"}]},
    ],
)
def test_an_invalid_document_is_refused_by_the_tables_name(document: dict[str, object]) -> None:
    with pytest.raises(CodeTableInvalid, match="code table t:"):
        CodeTable.from_document("t", document)


@pytest.mark.parametrize("parent", ["NOBODY", None])
def test_a_code_without_its_parent_is_refused(parent: str | None) -> None:
    document = table("measure_subtype").document()
    entry = {"code": "NEW", "zh": "新", "en": "New"} | ({"parent": parent} if parent else {})
    document["codes"].append(entry)
    with pytest.raises(CodeTableInvalid, match="NEW has no parent"):
        CodeTables([table("measure_category"), CodeTable.from_document("measure_subtype", document)])
