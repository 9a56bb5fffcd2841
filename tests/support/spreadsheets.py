"""Spreadsheets to import: households, measures and visits of made-up people, as CSV and as XLSX."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from registry.vault.id_number import synthetic_id
from tests.support.installation import VILLAGE

BEFORE = date(2020, 3, 2)
"""A day shortly before the installation's first."""
UNIT = "11469999008174419M"

Record = Mapping[str, Any]


def id_of(number: int, *, born: int = 1975, male: bool = True) -> str:
    """The number of somebody made up; another one for another number."""
    day = date(born, 1, 1) + timedelta(days=number // 490)
    return synthetic_id(day, 2 * (number % 490) + male)


def head(number: int, **changes: Any) -> dict[str, Any]:
    """The row of the head of a registered household of the old register. Households and people follow from the number."""
    return household(number) | member(2 * number, "HEAD") | changes


def spouse(number: int, **changes: Any) -> dict[str, Any]:
    """The row of the head's wife, which says nothing of the household but its number."""
    return {"household_number": number_of(number)} | member(2 * number + 1, "SPOUSE", male=False) | changes


def couple(number: int) -> list[dict[str, Any]]:
    """Both rows."""
    return [head(number), spouse(number)]


def number_of(number: int) -> str:
    """The household's number."""
    return f"{VILLAGE}{number:06d}"


def household(number: int, **changes: Any) -> dict[str, Any]:
    """What a row of the opening balance says of the household."""
    return {
        "household_number": number_of(number),
        "division": VILLAGE,
        "status": "REGISTERED",
        "effective_on": BEFORE.isoformat(),
        "attribute": "ORDINARY",
        "main_cause": "ILLNESS",
        "spell_start": "2014-05-01",
    } | changes


def in_ledger(number: int, **changes: Any) -> dict[str, Any]:
    """A household of the village ledger, whose members are not known."""
    return {
        "household_number": number_of(number),
        "division": VILLAGE,
        "status": "NOT_REGISTERED",
        "effective_on": BEFORE.isoformat(),
        "size": 3,
        "labour_count": 2,
    } | changes


def member(number: int, relation: str, *, male: bool = True, **changes: Any) -> dict[str, Any]:
    """What a row says of a member."""
    return {
        "name": f"示例{number:06d}",
        "id_number": id_of(number, male=male),
        "relation": relation,
        "ethnicity": "LI",
        "health": "HEALTHY",
        "labour": "ORDINARY",
        "education": "JUNIOR",
        "phone": f"00000{number:06d}",
    } | changes


def measure(number: int, action: str = "START", **changes: Any) -> dict[str, Any]:
    """A measure for the whole household."""
    own = {"START": {"unit": UNIT}, "PROGRESS": {"progress_pct": 50}, "COMPLETE": {}}.get(action, {})
    return (
        {
            "household_number": number_of(number),
            "action": action,
            "effective_on": BEFORE.isoformat(),
            "category": "HEALTH",
            "subtype": "FAMILY_DOCTOR",
        }
        | own
        | changes
    )


def visit(number: int, **changes: Any) -> dict[str, Any]:
    """A home visit."""
    return {
        "household_number": number_of(number),
        "effective_on": BEFORE.isoformat(),
        "visitor_role": "HELPER",
        "visitor_id": "staff-17",
        "purpose": "HELP",
        "minutes": 40,
    } | changes


def write_csv(
    path: Path,
    records: Sequence[Record],
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
    header: Mapping[str, str] | None = None,
) -> Path:
    """The records as CSV; `header`: other names for columns."""
    columns = columns_of(records)
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow([(header or {}).get(column, column) for column in columns])
        writer.writerows([record.get(column, "") for column in columns] for record in records)
    return path


def write_xlsx(path: Path, records: Sequence[Record], *, header: Mapping[str, str] | None = None) -> Path:
    """The records as a workbook: numbers as numbers, days as days, texts as texts."""
    workbook = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = workbook.add_worksheet()
    day = workbook.add_format({"num_format": "yyyy/m/d"})
    columns = columns_of(records)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, (header or {}).get(column, column))
    for row, record in enumerate(records, 1):
        for place, column in enumerate(columns):
            _write_cell(sheet, row, place, record.get(column, ""), day)
    workbook.close()
    return path


def columns_of(records: Iterable[Record]) -> list[str]:
    """Every column that some record has, in the order of appearance."""
    return list(dict.fromkeys(column for record in records for column in record))


def _write_cell(sheet: Any, row: int, place: int, cell: Any, day: Any) -> None:
    match cell:
        case int() | float():
            sheet.write_number(row, place, cell)
        case date() | datetime():
            sheet.write_datetime(row, place, cell, day)
        case str() if cell:
            sheet.write_string(row, place, cell)
