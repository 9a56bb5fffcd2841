"""Codes as people write them."""

import pytest

from registry.importing.code_labels import code_in, codes_in
from registry.importing.columns import Form
from registry.importing.sheets import SHEETS
from schemas.code_tables import table

TABLES = sorted({c.shape.table for sheet in SHEETS.values() for c in sheet.columns if c.shape.table})
SEVERAL = ["长期慢性病,残疾", "长期慢性病，残疾", "长期慢性病 残疾", "Chronic illness, Disabled", "CHRONIC/DISABLED"]
SETS = sorted({c.shape.table for sheet in SHEETS.values() for c in sheet.columns if c.shape.table and c.form is Form.CODES})


@pytest.mark.parametrize("name", TABLES)
def test_every_code_is_known_by_itself_and_by_both_labels(name: str) -> None:
    of = table(name)
    for code in of.codes:
        assert code_in(name, code) == code
        assert code_in(name, of[code].zh) == code
        assert code_in(name, of[code].en) == code


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", SETS)
def test_all_codes_of_a_table_can_stand_in_one_cell(name: str, lang: str) -> None:
    of = table(name)
    for mark in ("、", ";", "；", "\n", "|"):
        assert codes_in(name, mark.join(of.label(code, lang) for code in of.codes)) == of.codes


@pytest.mark.parametrize(
    "cell", ["长期慢性病,残疾", "长期慢性病，残疾", "长期慢性病 残疾", "Chronic illness, Disabled", "CHRONIC/DISABLED"]
)
def test_marks_that_labels_hold_too_part_codes_where_there_is_no_such_label(cell: str) -> None:
    assert codes_in("health_status", cell) == ("CHRONIC", "DISABLED")


def test_a_label_with_a_comma_is_one_code() -> None:
    assert codes_in("sweep_group", "Applied, not admitted; Other") == ("APPLIED_NOT_ADMITTED", "OTHER")


def test_a_nationality_needs_no_suffix() -> None:
    assert code_in("ethnicity", "黎") == code_in("ethnicity", "黎族") == "LI"


def test_one_unknown_code_of_several_is_noticed() -> None:
    assert codes_in("health_status", "健康、不明") is None
    assert codes_in("health_status", "、") is None
    assert codes_in("health_status", 3.0) is None


def test_a_code_given_twice_counts_once() -> None:
    assert codes_in("health_status", "健康、HEALTHY") == ("HEALTHY",)
