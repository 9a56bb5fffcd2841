"""Templates: empty, with drop-downs of the register's own codes, explained, and good to be filled in and imported."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from registry.campaigns.comparison_runs import OpenComparisonRun
from registry.importing.columns import Form
from registry.importing.header import find_header
from registry.importing.labels import labels
from registry.importing.recorder import Tally
from registry.importing.sheets import SHEETS
from registry.importing.template import write_template
from schemas.code_tables import table
from tests.support.importing import COUNTY_OFFICE, PROVINCE_OFFICE, TOWNSHIP_OFFICE, Office, found
from tests.support.spreadsheets import BEFORE

KINDS = list(SHEETS)
LANGUAGES = ["zh", "en"]


def template(folder: Path, kind: str, lang: str) -> Any:
    path = folder / f"{kind}-{lang}.xlsx"
    write_template(kind, path, lang)
    return openpyxl.load_workbook(path)


def filled(folder: Path, kind: str, lang: str) -> Path:
    """The template with the example of its second page in its first."""
    workbook = template(folder, kind, lang)
    rows, explained = workbook.worksheets[:2]
    heads = [cell.value for cell in explained[1]]
    first = len(heads) - len(next(iter(labels(kind).values())).example)
    for place, line in enumerate(explained.iter_rows(min_row=2, values_only=True), 1):
        for row, cell in enumerate(line[first:], 2):
            rows.cell(row, place).value = cell
    path = folder / f"filled-{kind}-{lang}.xlsx"
    workbook.save(path)
    return path


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_template_is_empty_and_its_header_is_the_sheets(tmp_path: Path, kind: str, lang: str) -> None:
    rows = template(tmp_path, kind, lang).worksheets[0]
    titles = [cell.value for cell in rows[1]]
    assert titles == [label.title for label in labels(kind).values()]
    assert rows.max_row == 1
    header = find_header([(1, titles)])
    assert header.sheet.kind == kind
    assert list(header.places) == [column.name for column in SHEETS[kind].columns]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_drop_downs_offer_the_labels_of_the_code_tables(tmp_path: Path, kind: str, lang: str) -> None:
    workbook = template(tmp_path, kind, lang)
    rows, codes = workbook.worksheets[0], workbook.worksheets[2]
    offered: dict[str, tuple[list[str], bool]] = {}
    for validation in rows.data_validations.dataValidation:
        sheet_name, cells = validation.formula1.replace("'", "").split("!")
        assert sheet_name == codes.title
        column = rows.cell(1, next(iter(validation.sqref.ranges)).min_col).value
        values = [cell.value for (cell,) in codes[cells.replace("$", "")]]
        offered[column] = (values, bool(validation.showErrorMessage))
    for column in SHEETS[kind].columns:
        name = column.shape.table
        title = labels(kind)[column.name].title
        assert (title in offered) == (name is not None)
        if name is not None:
            assert offered[title][0] == [table(name).label(code, lang) for code in table(name).codes]
            assert offered[title][1] == (column.form is Form.CODE), "several codes are typed, which Excel must let pass"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_column_is_explained(tmp_path: Path, kind: str, lang: str) -> None:
    explained = template(tmp_path, kind, lang).worksheets[1]
    lines = list(explained.iter_rows(min_row=2, values_only=True))
    assert [line[2] for line in lines] == [column.name for column in SHEETS[kind].columns]
    for line, label in zip(lines, labels(kind).values(), strict=True):
        assert line[5] == label.help(lang)
        assert line[4]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_templates_filled_with_their_examples_are_imported(office: Office, lang: str) -> None:
    households, measures, visits, hits = (filled(office.folder, kind, lang) for kind in KINDS)
    again = lang == LANGUAGES[1]
    first = office.take_in_file(households, actor=PROVINCE_OFFICE)
    assert first.tally == (Tally(already=1) if again else Tally(recorded=1, events=3))
    second = office.take_in_file(measures, actor=TOWNSHIP_OFFICE)
    third = office.take_in_file(visits, actor=TOWNSHIP_OFFICE)
    run = OpenComparisonRun(
        effective_on=BEFORE, year=2020, half=1, window_from=BEFORE, window_to=BEFORE, sectors=("VEHICLE", "HUKOU")
    )
    office.side.service.execute(run, office.circumstances().request)
    fourth = office.take_in_file(hits, actor=COUNTY_OFFICE)
    for running in (first, second, third, fourth):
        assert [each for each in found(running) if each[2].startswith("E-")] == []
        assert running.tally.recorded + running.tally.already == running.found.rows - (running is first)
