"""The policy schema: types, ranges, and the one direction in which a county may go."""

import re
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.policy_schema import ORDERED_TYPES, Direction, PolicyKey, policy_schema
from schemas.policy_values import PolicyValueRefused, parse_value

DIRECTED = [spec for spec in policy_schema().keys if spec.direction]


def key(direction: Direction | None, kind: str = "integer") -> PolicyKey:
    return PolicyKey("a.b", kind, "甲", "a", "s", {}, direction=direction)


@pytest.mark.parametrize("spec", policy_schema().keys, ids=lambda spec: spec.name)
def test_every_key_is_told_in_both_languages_with_its_source(spec: PolicyKey) -> None:
    assert re.search(r"[\u4e00-\u9fff]", spec.zh)
    assert not re.search(r"[\u4e00-\u9fff]", spec.en)
    assert spec.source
    if spec.type in ORDERED_TYPES:
        assert spec.minimum is not None
        assert spec.maximum is not None


def test_what_raises_the_bar_is_never_a_countys_to_change() -> None:
    directed = {spec.name for spec in DIRECTED}
    for section in ("lines.", "appraisal.quorum", "appraisal.pass_ratio", "exit.min_months", "monitoring.min_months"):
        assert not [name for name in directed if name.startswith(section)]


def test_notices_may_only_grow_and_deadlines_only_shrink() -> None:
    directions = {spec.name: spec.direction for spec in DIRECTED}
    assert directions["publicity.village_days"] == directions["appeal.clear_out_days"] == "longer"
    assert directions["step_working_days.<procedure_step>"] == directions["re_entry.limit_working_days"] == "shorter"


def test_a_key_with_a_segment_stands_for_every_code_of_its_table() -> None:
    found = policy_schema().find("step_working_days.APPRAISED")
    assert found is not None
    assert found.name == "step_working_days.<procedure_step>"
    assert found.code_in("step_working_days.APPRAISED") == "APPRAISED"
    for unknown in ("step_working_days.DANCED", "step_working_days", "step_working_days.APPRAISED.x", "lines", ""):
        assert policy_schema().find(unknown) is None


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("integer", 7, 7),
        ("money", 3535, Decimal(3535)),
        ("money", "3535.50", Decimal("3535.50")),
        ("ratio", "2/3", Fraction(2, 3)),
        ("boolean", True, True),
        ("codes", ["B", "A"], frozenset({"A", "B"})),
    ],
)
def test_a_raw_value_is_read_exactly(kind: str, raw: object, value: object) -> None:
    assert parse_value(kind, raw) == value


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("integer", True),
        ("integer", 7.0),
        ("integer", "7"),
        ("money", 3535.5),
        ("money", "3535.505"),
        ("money", "1e3"),
        ("money", "NaN"),
        ("money", "٣٥"),
        ("ratio", "2/0"),
        ("ratio", 0.66),
        ("ratio", "2:3"),
        ("date", "2020-02-30"),
        ("date", "20200228"),
        ("date", 2020),
        ("boolean", 1),
        ("code", 5),
        ("codes", "HEALTH"),
        ("codes", []),
        ("codes", ["HEALTH", "HEALTH"]),
        ("codes", ["HEALTH", 1]),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(kind: str, raw: object) -> None:
    with pytest.raises(PolicyValueRefused) as refused:
        parse_value(kind, raw)
    assert refused.value.code == "E-POLICY-TYPE"
    assert refused.value.params == {"expected": kind.upper()}


def test_bounds_are_inclusive() -> None:
    spec = policy_schema().find("publicity.village_days")
    assert spec is not None
    assert spec.parse(spec.minimum) == spec.minimum
    assert spec.parse(spec.maximum) == spec.maximum
    for outside, limit in ((0, "≥ 1"), (31, "≤ 30")):
        with pytest.raises(PolicyValueRefused) as refused:
            spec.parse(outside)
        assert (refused.value.code, refused.value.params) == ("E-POLICY-RANGE", {"limit": limit})


def test_codes_are_held_against_their_table() -> None:
    spec = policy_schema().find("required_measures.ILLNESS")
    assert spec is not None
    with pytest.raises(PolicyValueRefused) as refused:
        spec.parse(["HEALTH", "MAGIC"])
    assert refused.value.code == "E-POLICY-CODE"
    assert refused.value.params == {"table": "measure_category", "unknown": "MAGIC"}


@given(st.integers(), st.integers(), st.sampled_from(["longer", "higher", "shorter", "lower"]))
def test_a_county_may_go_only_the_way_of_the_direction(province: int, county: int, direction: Direction) -> None:
    grows = direction in ("longer", "higher")
    allowed = county >= province if grows else county <= province
    assert key(direction).may_become(province, county) == allowed


@given(st.integers(), st.integers())
def test_without_a_direction_a_county_may_not_even_repeat_the_value(province: int, county: int) -> None:
    assert not key(None).may_become(province, county)


@given(st.fractions(0, 1), st.fractions(0, 1))
def test_directions_hold_for_every_ordered_type(province: Fraction, county: Fraction) -> None:
    assert key("lower", "ratio").may_become(province, county) == (county <= province)
