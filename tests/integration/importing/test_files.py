"""Files as they come: encodings, separators, workbooks, and what is no file to import."""

import os
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from registry.importing.importer import begin
from registry.importing.labels import labels
from registry.importing.table_file import open_table
from registry.importing.xlsx_errors import FailedFormula
from registry.refusal import Refused
from tests.support.importing import Office, found
from tests.support.spreadsheets import couple, head, number_of, write_csv, write_xlsx

CHINESE = {name: label.zh for name, label in labels("HOUSEHOLDS").items()}
ENGLISH = {name: label.en for name, label in labels("HOUSEHOLDS").items()}


def refused_rule(path: Path) -> str:
    with pytest.raises(Refused) as refused:
        begin(open_table(path))
    (violation,) = refused.value.violations
    assert violation.code == "E-IMPORT-FILE"
    return str(violation.params["rule"])


@pytest.mark.parametrize(
    ("encoding", "delimiter", "header", "form"),
    [
        ("utf-8", ",", None, 'CSV, UTF-8, ","'),
        ("utf-8-sig", ",", CHINESE, 'CSV, UTF-8, ","'),
        ("gb18030", ",", CHINESE, 'CSV, GB18030, ","'),
        ("utf-8", ";", ENGLISH, 'CSV, UTF-8, ";"'),
        ("gb18030", ";", None, 'CSV, GB18030, ";"'),
    ],
)
def test_csv_is_read_in_the_encoding_and_with_the_separator_that_it_has(
    office: Office, number: int, encoding: str, delimiter: str, header: dict[str, str] | None, form: str
) -> None:
    rows = [{**row, "address": "示例村一号，东头;西头"} for row in couple(number)]
    path = write_csv(office.folder / "a.csv", rows, encoding=encoding, delimiter=delimiter, header=header)
    running = office.take_in_file(path)
    assert running.table.form == form
    assert found(running) == []
    person = office.events(number)[0].members[0]["person_id"]
    known = office.side.vault.read([person], office.circumstances().request.actor, "AUDIT", ["name", "address"])
    assert known[person] == {"name": rows[0]["name"], "address": "示例村一号，东头;西头"}


def test_a_title_above_the_header_does_not_decide_on_the_separator(office: Office, number: int) -> None:
    path = write_csv(office.folder / "titled.csv", couple(number), delimiter=";")
    path.write_text("某县, 某镇, 某村\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert office.take_in_file(path).tally.recorded == 1


def test_numbers_and_days_of_a_workbook_are_what_they_show(office: Office, number: int) -> None:
    row = head(number, division=469030100201, effective_on=date(2020, 3, 2), spell_start=date(2014, 5, 1), income_pc=0.1 + 0.2)
    running = office.take_in_file(write_xlsx(office.folder / "b.xlsx", [row | {"phone": 13800000000}], header=CHINESE))
    assert found(running) == []
    (event,) = office.events(number)
    assert (event.income_pc, event.spell_start, event.division) == (Decimal("0.30"), date(2014, 5, 1), "469030100201")


def test_a_number_that_excel_has_damaged_is_refused(office: Office, number: int) -> None:
    damaged = head(number, id_number=469999197501010010, household_number=int(number_of(number)))
    running = office.take_in_file(write_xlsx(office.folder / "c.xlsx", [damaged]))
    assert found(running) == [
        (2, "household_number", "E-IMPORT-DIGITS-LOST"),
        (2, "id_number", "E-IMPORT-DIGITS-LOST"),
    ]


def failing_cells(path: Path) -> Path:
    """A workbook by another program, with formulas that failed and one that did not."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["a", "b", "c"])
    sheet.append(["x", "#N/A", 1])
    sheet.append(["", "#DIV/0!", "#N/A"])
    for place in ("B2", "B3", "C3"):
        sheet[place].data_type = "e"
    workbook.save(path)
    return path


def test_formulas_without_a_result_are_found_in_the_workbook(tmp_path: Path) -> None:
    rows = list(open_table(failing_cells(tmp_path / "d.xlsx")).rows())
    assert rows[1:] == [
        (2, ["x", FailedFormula("#N/A"), 1.0]),
        (3, ["", FailedFormula("#DIV/0!"), FailedFormula("#N/A")]),
    ]


def test_an_income_whose_formula_failed_is_refused_and_not_taken_for_unknown(office: Office, number: int) -> None:
    path = write_xlsx(office.folder / "e.xlsx", [head(number, income_pc=1.5)])
    workbook = openpyxl.load_workbook(path)
    sheet = workbook.worksheets[0]
    place = next(cell for cell in sheet[1] if cell.value == "income_pc").column_letter
    sheet[f"{place}2"] = "#REF!"
    sheet[f"{place}2"].data_type = "e"
    workbook.save(path)
    assert found(office.take_in_file(path)) == [(2, "income_pc", "E-IMPORT-FORMULA")]


def test_the_first_sheet_that_shows_is_read_wherever_its_rows_begin(tmp_path: Path) -> None:
    workbook = xlsxwriter.Workbook(str(tmp_path / "f.xlsx"))
    workbook.add_worksheet("hidden").hide()
    shown = workbook.add_worksheet("shown")
    workbook.add_worksheet("later").write_string(0, 0, "no")
    shown.activate()
    shown.write_string(2, 1, "yes")
    shown.write_string(4, 2, "row 5")
    workbook.close()
    table = open_table(tmp_path / "f.xlsx")
    assert table.form == "XLSX, shown"
    assert list(table.rows()) == list(table.rows()) == [(3, ["", "yes", ""]), (5, ["", "", "row 5"])]


def test_rows_of_csv_are_counted_as_a_spreadsheet_counts_them(tmp_path: Path) -> None:
    path = tmp_path / "g.csv"
    path.write_text('a,b\n\n"1\n2",x\n ,\n3,y\n', encoding="utf-8")
    assert list(open_table(path).rows()) == [(1, ["a", "b"]), (3, ["1\n2", "x"]), (5, ["3", "y"])]


NO_FILES: dict[str, tuple[str, bytes | None, str]] = {
    "one that is not there": ("a.csv", None, "READABLE"),
    "a document": ("a.docx", b"x", "XLSX_OR_CSV"),
    "a text called a workbook": ("a.xlsx", b"a,b\n1,2\n", "WORKBOOK"),
    "half a workbook": ("a.xlsx", b"PK\x03\x04" + bytes(100), "WORKBOOK"),
    "bytes in no encoding": ("a.csv", b"\xff\xff\xff\n", "ENCODING"),
    "a quotation mark that is not closed": ("a.csv", b'household_number,visitor_id,"minutes\n1,2,3\n', "CSV"),
    "a cell without end": ("a.csv", b"household_number,visitor_id,minutes\n" + b"9" * 200_000, "CSV"),
}


@pytest.mark.parametrize("what", NO_FILES)
def test_what_is_no_file_to_import_is_told_by_its_rule(tmp_path: Path, what: str) -> None:
    name, content, rule = NO_FILES[what]
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    assert refused_rule(path) == rule


def test_a_file_of_a_header_alone_is_told(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [head(1)])
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0], encoding="utf-8")
    assert refused_rule(path) == "NOT_EMPTY"


def test_a_protected_workbook_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(protected_workbook())
    assert refused_rule(path) in {"NOT_PROTECTED", "WORKBOOK"}


def protected_workbook() -> bytes:
    """The beginning of a compound file, as a protected workbook is one; without its content."""
    return bytes.fromhex("D0CF11E0A1B11AE1") + bytes(2048)


@pytest.mark.parametrize("grown", [lambda path: path.write_text("x"), lambda path: os.utime(path, (1, 1))])
def test_a_file_that_changes_while_it_is_imported_is_refused(office: Office, number: int, grown: Callable[[Path], Any]) -> None:
    running = begin(open_table(write_csv(office.folder / "h.csv", couple(number))))
    grown(running.table.path)
    with pytest.raises(Refused, match="E-IMPORT-FILE"):
        running.run(office.circumstances(), lambda rows: None)
    assert office.types(number) == []
