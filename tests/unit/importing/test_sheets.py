"""The sheets: every column has its words, and no name means two columns."""

import re

import pytest

from registry.importing.columns import Column, Form, Sheet
from registry.importing.header import find_header
from registry.importing.labels import NOTES, labels
from registry.importing.sheets import HOUSEHOLDS, MEMBER_ALWAYS, OPENING_ALWAYS, SHEETS
from registry.importing.template import example_of
from schemas.code_tables import table

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=lambda sheet: sheet.kind)
def test_every_column_has_words_in_both_languages_in_the_sheets_order(sheet: Sheet) -> None:
    words = labels(sheet.kind)
    assert list(words) == [column.name for column in sheet.columns]
    for label in words.values():
        assert CHINESE.search(label.zh)
        assert CHINESE.search(label.help_zh)
        assert label.en.isascii()
        assert label.help_en.isascii()


@pytest.mark.parametrize("kind", [*SHEETS, NOTES])
def test_no_name_means_two_columns(kind: str) -> None:
    names: dict[str, str] = {}
    for column, label in labels(kind).items():
        for name in (column, label.zh, label.en, *label.also):
            assert names.setdefault(name.casefold(), column) == column, name


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=lambda sheet: sheet.kind)
def test_every_name_of_a_column_is_found(sheet: Sheet) -> None:
    for column in sheet.columns:
        label = labels(sheet.kind)[column.name]
        others = [labels(sheet.kind)[c.name].zh for c in sheet.columns if c is not column]
        for name in (column.name, label.zh, label.en, label.title, f"{label.zh} *", label.en.upper(), *label.also):
            header = find_header([(1, [*others, name])], sheet.kind)
            assert header.places[column.name] == len(others), name


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=lambda sheet: sheet.kind)
def test_example_rows_are_whole_and_use_codes_that_exist(sheet: Sheet) -> None:
    lengths = {len(label.example) for label in labels(sheet.kind).values()}
    assert len(lengths) == 1
    for column in sheet.columns:
        for cell in labels(sheet.kind)[column.name].example:
            if column.shape.table and cell:
                assert all(code in table(column.shape.table) for code in cell.split("、")), column.name
        assert "469999" in "".join(example_of(sheet, column.name, "zh")) or column.name != "id_number"


def test_columns_that_belong_together_come_together() -> None:
    assert HOUSEHOLDS.missing(["household_number", "division", "status"]) == ()
    assert HOUSEHOLDS.missing(["household_number", "division", "status", "name"]) == tuple(
        column.name for column in HOUSEHOLDS.columns if column.name in MEMBER_ALWAYS and column.name != "name"
    )
    assert set(HOUSEHOLDS.missing(["main_cause"])) == {"household_number", "division", "status", *OPENING_ALWAYS} - {"main_cause"}


def test_a_columns_form_is_the_fields() -> None:
    assert HOUSEHOLDS.column("size") == Column("size", Form.WHOLE, HOUSEHOLDS.column("size").shape)
    assert HOUSEHOLDS.column("size").shape.maximum == 60
    assert HOUSEHOLDS.column("health").form is Form.CODES
    assert HOUSEHOLDS.column("income_pc").form is Form.AMOUNT
    assert HOUSEHOLDS.column("birth_date").form is Form.DATE
    assert SHEETS["VISITS"].column("visitor_id").shape.staff
