"""Policy documents: every rule they break, in one answer, with file, key and rule."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.policy.documents import load, shipped, whole
from registry.policy.validation import PolicyRefused, check, flat, validate
from schemas.policy_schema import PolicyKey, policy_schema

PROVINCE, LINGAO, HAIKOU, XIUYING = "460000000000", "469024000000", "460100000000", "460105000000"
LINES = {"poverty": 3747, "rural_income": 13989}


def province(year: int = 2019, revision: int = 1, **sections: Any) -> dict[str, Any]:
    return {"division": PROVINCE, "year": year, "revision": revision, "lines": LINES, **sections}


def county(division: str = LINGAO, year: int = 2019, revision: int = 1, **sections: Any) -> dict[str, Any]:
    return {"division": division, "year": year, "revision": revision, **sections}


def broken(*documents: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(code, file, key) of every violation."""
    return [(v.code, v.params["file"], v.field) for v in validate(documents)]


def write(folder: Path, place: str, text: str) -> None:
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def toml(division: str, year: int, rest: str = "") -> str:
    return f'division = "{division}"\nyear = {year}\nrevision = 1\n{rest}\n'


PROVINCE_2019 = toml(PROVINCE, 2019, "[lines]\npoverty = 3747\nrural_income = 13989")


def test_the_shipped_documents_are_good_json_able_and_whole() -> None:
    documents = shipped()
    assert [(d["division"][:6], d["year"]) for d in documents] == [
        ("460000", 2018),
        ("460000", 2019),
        ("460000", 2020),
        ("460000", 2021),
        ("469024", 2019),
    ]
    assert json.loads(json.dumps(documents)) == list(documents)
    assert set(policy_schema().defaults()) <= set(flat(documents[0]))
    assert flat(documents[-1]) == {"publicity.village_days": 8}


def test_a_whole_document_is_still_good_and_whole_again_the_same() -> None:
    assert whole(whole(province())) == whole(province())
    assert validate([whole(province()), whole(county(publicity={"village_days": 9}))]) == []


def test_every_violation_is_named_at_once() -> None:
    wrong = province(
        lines={"poverty": "dear", "rural_income": 5},
        publicity={"village_days": 0, "colour": "red"},
        required_measures={"ILLNESS": ["MAGIC"]},
    )
    assert sorted(broken(wrong)) == [
        ("E-POLICY-CODE", "46/2019.toml", "required_measures.ILLNESS"),
        ("E-POLICY-KEY-UNKNOWN", "46/2019.toml", "publicity.colour"),
        ("E-POLICY-RANGE", "46/2019.toml", "lines.rural_income"),
        ("E-POLICY-RANGE", "46/2019.toml", "publicity.village_days"),
        ("E-POLICY-TYPE", "46/2019.toml", "lines.poverty"),
    ]


def test_the_message_names_file_key_and_rule_of_each() -> None:
    with pytest.raises(PolicyRefused) as refused:
        check([province(), county(exit={"min_months": 3}, publicity={"village_days": 5})])
    assert str(refused.value).splitlines() == [
        '469024/2019.toml: "exit.min_months" is the province\'s; a county may not change it. [E-POLICY-COUNTY-KEY]',
        '469024/2019.toml: "publicity.village_days" is 7 in the province; a county may make it only longer, so not 5. '
        "[E-POLICY-DIRECTION]",
    ]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ({"year": "2019"}, ("E-POLICY-TYPE", "year")),
        ({"year": True}, ("E-POLICY-TYPE", "year")),
        ({"year": 1999}, ("E-POLICY-RANGE", "year")),
        ({"revision": 0}, ("E-POLICY-RANGE", "revision")),
        ({"division": "46"}, ("E-POLICY-DIVISION", "division")),
        ({"division": 46}, ("E-POLICY-DIVISION", "division")),
        ({"division": XIUYING}, ("E-POLICY-DIVISION", "division")),
        ({"division": "469000000000"}, ("E-POLICY-DIVISION", "division")),
        ({"division": "469024100000"}, ("E-POLICY-DIVISION", "division")),
    ],
)
def test_a_wrong_head_is_refused(head: dict[str, object], expected: tuple[str, str]) -> None:
    found = broken({**province(), **head})
    assert [(code, field) for code, _, field in found] == [expected]


def test_a_document_without_head_or_lines_says_what_is_missing() -> None:
    assert {key for _, _, key in broken({})} == {"division", "year", "revision"}
    bare = {"division": PROVINCE, "year": 2019, "revision": 1}
    assert {(code, key) for code, _, key in broken(bare)} == {
        ("E-POLICY-KEY-MISSING", "lines.poverty"),
        ("E-POLICY-KEY-MISSING", "lines.rural_income"),
    }


def test_a_scalar_where_a_section_belongs_is_an_unknown_key() -> None:
    assert ("E-POLICY-KEY-UNKNOWN", "46/2019.toml", "publicity") in broken(province(publicity=7))


def test_a_quoted_dot_does_not_make_a_section() -> None:
    found = broken(province(**{"publicity.village_days": 9}, step_working_days={"a.b": 1}))
    assert sorted(found) == [
        ("E-POLICY-KEY-UNKNOWN", "46/2019.toml", "publicity?village_days"),
        ("E-POLICY-KEY-UNKNOWN", "46/2019.toml", "step_working_days.a?b"),
    ]


def test_a_county_without_the_provinces_year_is_refused() -> None:
    assert broken(province(2018), county(publicity={"village_days": 9})) == [
        ("E-POLICY-NO-PROVINCE", "469024/2019.toml", "division")
    ]


def test_a_county_may_not_set_what_the_province_left_unset() -> None:
    found = broken(province(), county(step_working_days={"PROPOSED": 1}))
    assert found == [("E-POLICY-COUNTY-KEY", "469024/2019.toml", "step_working_days.PROPOSED")]


def test_a_county_is_measured_by_the_provinces_own_figure_not_by_the_default() -> None:
    stricter = province(publicity={"village_days": 10})
    assert broken(stricter, county(publicity={"village_days": 10})) == []
    assert [code for code, _, _ in broken(stricter, county(publicity={"village_days": 9}))] == ["E-POLICY-DIRECTION"]


def test_a_newer_provincial_revision_is_held_against_the_counties() -> None:
    eight = county(publicity={"village_days": 8})
    raised = province(revision=2, publicity={"village_days": 9})
    assert [(code, file) for code, file, _ in broken(province(), eight, raised)] == [("E-POLICY-DIRECTION", "469024/2019.toml")]
    followed = county(revision=2, publicity={"village_days": 9})
    assert broken(province(), eight, raised, followed) == []


def test_a_version_cannot_have_two_contents_but_may_come_twice() -> None:
    assert broken(province(), province()) == []
    assert broken(province(), province(publicity={"village_days": 9})) == [("E-POLICY-DUPLICATE", "46/2019.toml", "revision")]


@pytest.mark.parametrize(
    ("sections", "key"),
    [
        ({"lines": {**LINES, "monitoring": 3000}}, "lines.monitoring"),
        ({"re_entry": {"target_working_days": 20, "limit_working_days": 10}}, "re_entry.limit_working_days"),
    ],
)
def test_figures_that_contradict_each_other_are_refused(sections: dict[str, Any], key: str) -> None:
    assert broken(province(**sections)) == [("E-POLICY-CONTRADICTION", "46/2019.toml", key)]


def test_a_county_may_not_contradict_the_province() -> None:
    found = broken(province(), county(re_entry={"limit_working_days": 4}))
    assert found == [("E-POLICY-CONTRADICTION", "469024/2019.toml", "re_entry.limit_working_days")]


DIRECTED = [spec for spec in policy_schema().keys if spec.direction and spec.type == "integer" and spec.defaults]


@given(st.sampled_from(DIRECTED), st.data())
def test_a_countys_change_passes_exactly_if_it_goes_the_right_way(spec: PolicyKey, data: st.DataObject) -> None:
    assert isinstance(spec.minimum, int)
    assert isinstance(spec.maximum, int)
    default_key = sorted(spec.defaults)[0]
    section, *rest = default_key.split(".")
    leaf = rest[-1]
    theirs, ours = (data.draw(st.integers(spec.minimum, spec.maximum)) for _ in range(2))
    node: dict[str, Any] = {leaf: ours} if len(rest) == 1 else {rest[0]: {leaf: ours}}
    theirs_node: dict[str, Any] = {leaf: theirs} if len(rest) == 1 else {rest[0]: {leaf: theirs}}
    codes = {code for code, _, key in broken({**province(), section: theirs_node}, {**county(), section: node})}
    right_way = ours >= theirs if spec.direction == "longer" else ours <= theirs
    assert ("E-POLICY-DIRECTION" in codes) == (not right_way)


def test_files_are_read_by_folder_and_year(tmp_path: Path) -> None:
    write(tmp_path, "46/2019.toml", PROVINCE_2019)
    write(tmp_path, "469024/2019.toml", toml(LINGAO, 2019, "[publicity]\nvillage_days = 8"))
    write(tmp_path, "460100/2019.toml", toml(HAIKOU, 2019, "[retention]\n"))
    assert [d["division"] for d in load(tmp_path)] == [PROVINCE, HAIKOU, LINGAO]


@pytest.mark.parametrize(
    "place", ["46/2018.toml", "469024/2019.toml", "2019.toml", "46/old/2019.toml", "46/2019.toml.bak", "47/2019.toml"]
)
def test_a_file_in_the_wrong_place_is_refused(tmp_path: Path, place: str) -> None:
    write(tmp_path, place, PROVINCE_2019)
    with pytest.raises(PolicyRefused) as refused:
        load(tmp_path)
    assert [(v.code, v.params) for v in refused.value.violations] == [
        ("E-POLICY-PLACE", {"file": place, "expected": "46/2019.toml"})
    ]


def test_a_file_of_a_division_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "46/2019.toml", PROVINCE_2019)
    write(tmp_path, "469099/2019.toml", toml("469099000000", 2019))
    with pytest.raises(PolicyRefused, match=r"469099/2019.toml: .* \[E-POLICY-DIVISION\]"):
        load(tmp_path)


def test_unreadable_files_are_refused_along_with_all_else(tmp_path: Path) -> None:
    write(tmp_path, "46/2019.toml", PROVINCE_2019 + "[publicity]\nvillage_days = 99")
    write(tmp_path, "46/2020.toml", "division = ")
    (tmp_path / "46" / "2021.toml").write_bytes(b"# \xff\xfe")
    with pytest.raises(PolicyRefused) as refused:
        load(tmp_path)
    assert [(v.code, v.params["file"]) for v in refused.value.violations] == [
        ("E-POLICY-SYNTAX", "46/2020.toml"),
        ("E-POLICY-SYNTAX", "46/2021.toml"),
        ("E-POLICY-RANGE", "46/2019.toml"),
    ]


def test_a_toml_date_becomes_json_able(tmp_path: Path) -> None:
    write(tmp_path, "46/2019.toml", PROVINCE_2019 + "\n[retention]\nnot_before = 2021-06-30")
    (document,) = load(tmp_path)
    assert document["retention"]["not_before"] == "2021-06-30"
    assert json.dumps(document)
