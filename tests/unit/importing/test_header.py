"""The header: found, understood in either language, or refused with everything that is wrong with it."""

from typing import Any

import pytest

from registry.importing.header import Header, find_header, letter
from registry.importing.labels import NOTES, labels
from registry.refusal import Refused, Violation

VISIT = ["household_number", "effective_on", "visitor_role", "visitor_id", "purpose", "minutes"]


def header(*rows: list[Any], kind: str | None = None) -> Header:
    return find_header(enumerate(rows, 1), kind)


def refusal(*rows: list[Any], kind: str | None = None) -> Violation:
    with pytest.raises(Refused) as refused:
        header(*rows, kind=kind)
    (violation,) = refused.value.violations
    return violation


def test_the_kind_is_told_from_the_columns() -> None:
    assert header(VISIT).sheet.kind == "VISITS"
    assert header(["户编号", "行政村代码", "户状态"]).sheet.kind == "HOUSEHOLDS"
    measure = ["Household number", "What happened", "Date", "Category of measure", "Measure"]
    assert header(measure).sheet.kind == "MEASURES"


def test_columns_may_stand_in_any_order_with_titles_above_and_gaps_between() -> None:
    found = header(["某县走访记录表"], ["填表人：", ""], ["", *reversed(VISIT), ""], ["x"])
    assert found.row == 3
    assert found.places["household_number"] == 6
    assert found.places["minutes"] == 1


def test_a_header_in_both_languages_is_one() -> None:
    titles = [labels("VISITS")[name].title for name in VISIT]
    assert set(header(titles).places) == set(VISIT)


def test_the_columns_of_an_error_sheet_are_known_and_left_out() -> None:
    notes = [label.title for label in labels(NOTES).values()]
    found = header([*VISIT, *notes])
    assert found.notes == frozenset(range(len(VISIT), len(VISIT) + len(notes)))
    assert set(found.places) == set(VISIT)


def test_missing_unknown_and_repeated_columns_are_named_at_once() -> None:
    violation = refusal([*VISIT[:-2], "备注", "Colour", "走访人身份"])
    assert violation.code == "E-IMPORT-COLUMNS"
    assert violation.params["missing"] == ["走访目的 Purpose", "时长（分钟） Minutes"]
    assert violation.params["unknown"] == ["E 备注", "F Colour"]
    assert violation.params["repeated"] == ["G 走访人身份"]


def test_a_title_that_looks_like_data_is_not_repeated() -> None:
    assert refusal([*VISIT, "469999198504120016"]).params["unknown"] == ["G"]


@pytest.mark.parametrize("rows", [[["2018-09-04", "HELPER", "x"]], [["户编号"]], [["户编号", "日期"]], [[]], [[None, 3.0, True]]])
def test_what_is_no_header_is_refused(rows: list[list[Any]]) -> None:
    assert refusal(*rows).code == "E-IMPORT-KIND"


def test_a_header_that_fits_two_kinds_asks_for_the_kind() -> None:
    shared = ["household_number", "effective_on"]
    assert refusal(shared).code == "E-IMPORT-KIND"
    assert refusal(shared, kind="VISITS").code == "E-IMPORT-COLUMNS"


def test_a_header_is_not_looked_for_further_down() -> None:
    assert refusal(*[["x"]] * 10, VISIT).code == "E-IMPORT-KIND"


def test_columns_are_called_as_the_file_calls_them() -> None:
    found = header([*VISIT[:-1], "时长\n（分钟）"])
    assert found.title("minutes") == "时长 （分钟）"
    assert found.title("visit_no") == "当日次序"


def test_letters_of_columns() -> None:
    assert [letter(place) for place in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]
