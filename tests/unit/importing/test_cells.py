"""Cells: what counts as a date, an amount, a number, an identifier; nothing is guessed, and nothing is lost without a word."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.command import Shape
from registry.importing.cells import CellRefused, converter, to_day
from registry.importing.columns import Column, Form
from registry.importing.sheets import SHEETS
from registry.importing.xlsx_errors import FailedFormula
from schemas.refusal_codes import refusal

EXCEL_TIME = datetime(2018, 9, 4, 10, 30)  # noqa: DTZ001 - Excel knows no time zones
NO_DAYS = ["2018-13-01", "2018-02-30", "4/9/2018", "18-9-4", "soon", 43347.0, 43347.5, True, time(12), "0018-09-04", date.min]
NO_AMOUNTS = [33.333333, "33.333", "1,23", "1e3", "12 yuan", "--1", True, float("nan"), float("inf"), 1e20, "9" * 40, date.min]
cells = st.one_of(
    st.none(), st.text(max_size=30), st.floats(), st.integers(), st.booleans(), st.dates(), st.datetimes(), st.times()
)


def value(form: Form, cell: Any, **shape: Any) -> Any:
    return converter(Column("x", form, Shape(**shape)))(cell)


def refused(form: Form, cell: Any, **shape: Any) -> str:
    with pytest.raises(CellRefused) as refusal:
        value(form, cell, **shape)
    return refusal.value.code


@pytest.mark.parametrize(
    "cell",
    [
        "2018-09-04",
        "2018/9/4",
        "2018.9.4",
        "2018年9月4日",
        "２０１８年９月４日",
        "20180904",
        20180904.0,
        " 2018-09-04 ",
        "2018-09-04 10:30",
        "2018-09-04T10:30:00",
        date(2018, 9, 4),
        EXCEL_TIME,
    ],
)
def test_a_day_may_be_written_as_the_offices_write_it(cell: Any) -> None:
    assert to_day(cell) == date(2018, 9, 4)


@pytest.mark.parametrize(
    "cell",
    ["2018-13-01", "2018-02-30", "4/9/2018", "18-9-4", "soon", 43347.0, 43347.5, True, time(12), "0018-09-04", date(1, 1, 1)],
)
def test_what_is_no_day_is_refused(cell: Any) -> None:
    assert refused(Form.DATE, cell) == "E-FIELD-TYPE"


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        (2850.5, "2850.50"),
        (0.1 + 0.2, "0.30"),
        (1.1 * 1.1 - 0.21, "1.00"),
        (9999999999.99, "9999999999.99"),
        ("2850.5", "2850.50"),
        ("3,535.50", "3535.50"),
        ("3535.5元", "3535.50"),
        ("￥3535", "3535.00"),
        ("３５３５．５", "3535.50"),
        ("0", "0.00"),
        (-12.5, "-12.50"),
    ],
)
def test_an_amount_is_exactly_what_the_cell_shows(cell: Any, amount: str) -> None:
    made = value(Form.AMOUNT, cell)
    assert (made, str(made)) == (Decimal(amount), amount)


@pytest.mark.parametrize(
    "cell",
    [33.333333, "33.333", "1,23", "1e3", "12 yuan", "--1", True, float("nan"), float("inf"), 1e20, "9" * 40, date(2018, 9, 4)],
)
def test_what_is_no_amount_of_whole_cents_is_refused(cell: Any) -> None:
    assert refused(Form.AMOUNT, cell) == "E-FIELD-TYPE"


def test_a_number_keeps_to_its_bounds() -> None:
    assert value(Form.WHOLE, 3.0, minimum=1, maximum=60) == 3
    assert value(Form.WHOLE, "３", minimum=1, maximum=60) == 3
    assert refused(Form.WHOLE, 61.0, minimum=1, maximum=60) == "E-FIELD-RANGE"
    assert refused(Form.WHOLE, 3.5, minimum=1, maximum=60) == "E-FIELD-TYPE"
    assert refused(Form.AMOUNT, -1.0, minimum=0, maximum=10) == "E-FIELD-RANGE"


@pytest.mark.parametrize(
    ("cell", "identifier"),
    [
        ("469999198504120016", "469999198504120016"),
        ("'469999198504120016", "469999198504120016"),
        ('="469999198504120016"', "469999198504120016"),
        ("469999198504120016\t", "469999198504120016"),
        ("４６９０３０１００２０１", "469030100201"),
        (469030100201.0, "469030100201"),
        (13800000000, "13800000000"),
        ("46999920120229113X", "46999920120229113X"),
    ],
)
def test_an_identifier_keeps_its_digits(cell: Any, identifier: str) -> None:
    assert value(Form.IDENTIFIER, cell) == identifier


@pytest.mark.parametrize("cell", [469999198504120016.0, "4.69999E+17", 4690301002010001.0])
def test_an_identifier_that_excel_took_for_a_number_has_lost_digits(cell: Any) -> None:
    assert refused(Form.IDENTIFIER, cell) == "E-IMPORT-DIGITS-LOST"


@pytest.mark.parametrize("cell", [1.5, -3.0, True, date(2018, 9, 4), "a\x00b", "a\nb"])
def test_what_is_no_identifier_is_refused(cell: Any) -> None:
    assert refused(Form.IDENTIFIER, cell) == "E-FIELD-TYPE"


def test_a_text_is_one_line_of_bounded_length() -> None:
    assert value(Form.TEXT, "　符　小明　") == "符　小明"
    assert refused(Form.TEXT, "字" * 201) == "E-FIELD-TOO-LONG"
    assert refused(Form.TEXT, "a\x07b") == "E-FIELD-TYPE"


def test_staff_are_named_by_opaque_ids() -> None:
    assert value(Form.TEXT, "staff-17", staff=True) == "staff-17"
    assert refused(Form.TEXT, "符小明", staff=True) == "E-STAFF-ID"
    assert refused(Form.TEXT, 13800000000.0, staff=True) == "E-STAFF-ID"


def test_a_code_is_known_by_itself_and_by_either_label() -> None:
    for cell in ("FEMALE", "female", "女", "Female", " 女 "):
        assert value(Form.CODE, cell, table="sex") == "FEMALE"
    assert refused(Form.CODE, "妇", table="sex") == "E-CODE-UNKNOWN"
    assert refused(Form.CODE, 2.0, table="sex") == "E-CODE-UNKNOWN"
    assert refused(Form.CODES, "健康、好", table="health_status") == "E-CODE-UNKNOWN"


@pytest.mark.parametrize("form", [form for form in Form if form not in (Form.CODE, Form.CODES)])
def test_a_formula_without_a_result_is_not_taken_for_an_empty_cell(form: Form) -> None:
    assert refused(form, FailedFormula("#N/A")) == "E-IMPORT-FORMULA"


@pytest.mark.parametrize("cell", [None, "", "  ", "　", "\t"])
@pytest.mark.parametrize("form", [Form.TEXT, Form.IDENTIFIER, Form.WHOLE, Form.AMOUNT, Form.DATE])
def test_an_empty_cell_has_no_value(form: Form, cell: Any) -> None:
    assert value(form, cell) is None


@pytest.mark.parametrize("column", [c for sheet in SHEETS.values() for c in sheet.columns], ids=lambda column: column.name)
@given(cell=cells)
def test_any_cell_is_a_value_or_refused_with_all_that_its_sentence_needs(column: Column, cell: Any) -> None:
    try:
        converter(column)(cell)
    except CellRefused as told:
        refused = told
    else:
        return
    assert refusal(refused.code).parameters <= refused.params.keys()
    assert not any(isinstance(cell, str) and len(cell) > 3 and cell in str(param) for param in refused.params.values())
