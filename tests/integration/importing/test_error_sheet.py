"""The error sheet: the user's own rows with what is wrong with them, to be corrected and imported again."""

import csv
import os
import stat
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from registry.importing.error_sheet import ErrorSheet
from registry.importing.importer import Import
from registry.importing.labels import NOTES, labels
from registry.importing.recorder import Tally
from tests.support.importing import Office, found
from tests.support.spreadsheets import couple, head, household, id_of, member, number_of, spouse, write_csv, write_xlsx

GOLDEN = Path(__file__).parents[2] / "golden" / "importing"
NOTED = [label.title for label in labels(NOTES).values()]
CHINESE = {name: label.zh for name, label in labels("HOUSEHOLDS").items()}


def sheet_of(running: Import, path: Path | None = None) -> Path:
    return ErrorSheet(running.table, running.header, running.findings).write(path)


def read_csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def read_xlsx(path: Path) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(path).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def faulty(number: int) -> list[dict[str, Any]]:
    """Rows with about every kind of fault, and some without."""
    child = {"household_number": number_of(number)} | member(0, "SON", id_number=id_of(number, born=2010))
    return [
        *couple(number),
        child,
        head(number + 1, division="469030100299", income_pc="=1+1"),
        spouse(number + 1, relation="堂妹", sex="男"),
        head(number + 2, effective_on="2020-03-05", name="+86 示例"),
        household(number + 3),
        head(number + 4),
        head(number + 5, id_number=id_of(2 * number + 8)),
    ]


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_the_sheet_has_the_faulty_rows_as_they_were_with_every_fault_beside_them(office: Office, suffix: str) -> None:
    number = 700_000 if suffix == "csv" else 700_100
    write = write_csv if suffix == "csv" else write_xlsx
    rows = faulty(number)
    running = office.take_in_file(write(office.folder / f"faulty.{suffix}", rows, header=CHINESE))
    path = sheet_of(running)
    assert path == office.folder / f"faulty.errors.{suffix}"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    header, *told = read_csv(path) if suffix == "csv" else read_xlsx(path)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    assert header == [*(CHINESE[column] for column in columns), *NOTED]
    assert [int(line[-5]) for line in told] == [4, 5, 6, 7, 8, 9, 10]
    for line in told:
        written = [str(rows[int(line[-5]) - 2].get(column, "")) for column in columns]
        assert ["" if cell is None else str(cell) for cell in line[:-5]] == written


def test_the_sheet_is_as_it_has_always_been(office: Office) -> None:
    """The golden file: run with SNAP_UPDATE=1 to change it on purpose."""
    running = office.take_in_file(write_csv(office.folder / "golden.csv", faulty(710_000), header=CHINESE))
    made = sheet_of(running).read_bytes()
    golden = GOLDEN / "households.errors.csv"
    if os.environ.get("SNAP_UPDATE") == "1":
        golden.write_bytes(made)
    assert made == golden.read_bytes()


def test_the_sheet_of_a_workbook_says_the_same_as_that_of_csv(office: Office) -> None:
    told = []
    for number, suffix, write in ((720_000, "csv", write_csv), (720_000, "xlsx", write_xlsx)):
        running = office.take_in_file(write(office.folder / f"both.{suffix}", faulty(number), header=CHINESE), rehearse=True)
        path = sheet_of(running)
        lines = read_csv(path) if suffix == "csv" else read_xlsx(path)
        told.append([["" if cell is None else str(cell) for cell in line] for line in lines])
    assert told[0] == told[1]


def test_a_corrected_sheet_is_imported_as_it_stands(office: Office, number: int) -> None:
    rows = [*couple(number), head(number + 1, relation="?"), spouse(number + 1)]
    first = office.take_in_file(write_csv(office.folder / "correct.csv", rows))
    path = sheet_of(first)
    path.write_text(path.read_text("utf-8").replace(",?,", ",户主,"), encoding="utf-8")
    second = office.take_in_file(path)
    assert second.tally == Tally(recorded=1, events=3)
    assert found(second) == []


def test_the_notes_of_an_earlier_sheet_do_not_pile_up(office: Office, number: int) -> None:
    first = office.take_in_file(write_csv(office.folder / "pile.csv", [head(number, relation="?")]))
    again = office.take_in_file(sheet_of(first))
    header, line = read_csv(sheet_of(again))
    assert [title for title in header if title in NOTED] == NOTED
    assert len(header) == len(line)
    assert line[-4:-2] == ["relation", "E-CODE-UNKNOWN"]


def test_a_sheet_never_takes_the_place_of_another_file(office: Office, number: int) -> None:
    running = office.take_in_file(write_csv(office.folder / "kept.csv", [head(number, relation="?")]))
    first, second, third = sheet_of(running), sheet_of(running), sheet_of(running)
    assert [path.name for path in (first, second, third)] == ["kept.errors.csv", "kept.errors-2.csv", "kept.errors-3.csv"]
    assert first.read_bytes() == second.read_bytes()
    assert not list(office.folder.glob(".kept*"))


def test_cells_of_a_workbook_keep_their_kind(office: Office, number: int) -> None:
    rows = [head(number, division=469030100299, spell_start=date(2014, 5, 1), income_pc=2850.5, name="=HYPERLINK(1)")]
    path = sheet_of(office.take_in_file(write_xlsx(office.folder / "kinds.xlsx", rows)))
    header, line = read_xlsx(path)
    told = dict(zip(header, line, strict=True))
    assert (told["division"], told["income_pc"]) == (469030100299, 2850.5)
    assert told["spell_start"] == datetime(2014, 5, 1)  # noqa: DTZ001 - Excel knows no time zones
    assert told["name"] == "=HYPERLINK(1)"
    name = openpyxl.load_workbook(path).worksheets[0].cell(2, header.index("name") + 1)
    assert name.data_type in ("s", "inlineStr")


def test_cells_beyond_the_columns_are_not_lost(office: Office, number: int) -> None:
    path = office.folder / "beyond.csv"
    path.write_text(f"household_number,division,status,size,labour_count\n{number_of(number)},469030100201,一般农户,3,2,,村东\n")
    (_, line) = read_csv(sheet_of(office.take_in_file(path)))
    assert line[-1] == "村东"
    assert "E-IMPORT-WIDTH" in line[7]
