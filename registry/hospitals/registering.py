"""Reads a file of hospitals: all of it becomes one command or, where a row is not in order, nothing, and every row says why."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from registry.hospitals.hospital_sheet import SHEETS
from registry.importing.finding import Findings, noted_in
from registry.importing.header import Header, find_header
from registry.importing.rows import Row
from registry.importing.survey import read_rows, survey
from registry.importing.table_file import TableFile
from registry.reference.hospital_set import ChangedHospital, ChangeHospitals, check_hospitals
from registry.refusal import Refusals
from schemas.divisions import Divisions

_PLACE: Final = re.compile(r"hospitals\[(\d+)\]\.(\w+)")


@dataclass(slots=True)
class HospitalsFile:
    """One that was read. findings: what is wrong with its rows."""

    table: TableFile
    header: Header
    hospitals: tuple[ChangedHospital, ...]
    findings: Findings = field(default_factory=Findings)

    def command(self, effective_on: date) -> ChangeHospitals:
        """What it says."""
        return ChangeHospitals(effective_on=effective_on, hospitals=self.hospitals)


def read_hospitals(table: TableFile, divisions: Divisions) -> HospitalsFile:
    """Look through a file. Raises Refused (E-IMPORT-*)."""
    header = find_header(table.rows(), sheets=SHEETS)
    survey(table, header, persons_once=False)
    rows = list(read_rows(table, header))
    readable = [row for row in rows if not row.refused]
    hospitals = tuple(ChangedHospital(**row.values) for row in readable)
    _check(readable, hospitals, divisions)
    file = HospitalsFile(table, header, hospitals)
    for row in rows:
        file.findings.add(row.findings)
    return file


def _check(rows: list[Row], hospitals: tuple[ChangedHospital, ...], divisions: Divisions) -> None:
    """Note in each row what the command would refuse of it."""
    refusals = Refusals()
    check_hospitals(hospitals, divisions, refusals)
    for violation in noted_in(refusals):
        place = _PLACE.fullmatch(violation.field)
        assert place is not None
        rows[int(place[1])].find(violation.code, place[2], **violation.params)
