"""Compares an extract with the register, chunk by chunk; what was recorded stays, and the same file again records nothing."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from hashlib import file_digest
from itertools import islice
from typing import Final

from registry.application.batch import Batch, Given
from registry.application.request import Request
from registry.application.service import CommandService
from registry.importing.finding import Findings
from registry.importing.header import Header, find_header
from registry.importing.identity import Identities
from registry.importing.repetitions import Repetitions
from registry.importing.rows import Row
from registry.importing.survey import Survey, read_rows, survey
from registry.importing.table_file import TableFile
from registry.national.extract_sheet import COMPARED, SHEETS
from registry.reference.national_sync import CompareWithNational
from registry.refusal import Refused

CHUNK_ROWS: Final = 500
_COLUMNS: Final = {"household_id": "household_number"}


@dataclass(slots=True)
class Extract:
    """A file on its way in. compared, refused, found: rows, and differences recorded, so far; agreed: those that are gone."""

    table: TableFile
    header: Header
    surveyed: Survey
    sha256: bytes
    findings: Findings = field(default_factory=Findings)
    compared: int = 0
    refused: int = 0
    found: int = 0
    agreed: int = 0

    def compare(
        self,
        service: CommandService,
        identities: Identities,
        request: Request,
        today: date,
        progress: Callable[[int], None],
    ) -> None:
        """Compare every row. Raises Refused (E-AUTH-ROLE), Conflict, and what stores raise; what was recorded stays."""
        service.authorise_role(CompareWithNational, request.actor)
        repetitions = Repetitions()
        for rows in _chunks(read_rows(self.table, self.header)):
            self._take(rows, repetitions, _Chunk(service, identities, request, today, self.sha256))
            progress(len(rows))

    def _take(self, rows: list[Row], repetitions: Repetitions, chunk: "_Chunk") -> None:
        for row in rows:
            if not row.refused and not repetitions.repeats(row, (row.values["household_number"],)):
                chunk.add(row)
        found, agreed = chunk.save()
        self.found += found
        self.agreed += agreed
        for row in rows:
            self.findings.add(row.findings)
        self.refused += sum(row.refused for row in rows)
        self.compared += sum(not row.refused for row in rows)


class _Chunk:
    """Rows that are saved together."""

    def __init__(
        self, service: CommandService, identities: Identities, request: Request, today: date, extract_sha256: bytes
    ) -> None:
        self._batch = Batch(service, self._overtaken)
        self._identities = identities
        self._request = request
        self._today = today
        self._extract_sha256 = extract_sha256
        self._rows: dict[int, Row] = {}
        self._events: dict[int, tuple[int, int]] = {}

    def add(self, row: Row) -> None:
        """Compare a row; what the register refuses of it is noted in it."""
        command = CompareWithNational(
            household_id=self._identities.household(row.values["household_number"]),
            extract_sha256=self._extract_sha256,
            effective_on=self._today,
            exit_flag=row.values["exit_flag"],
            **{name: row.values[name] for name in row.has(COMPARED)},
        )
        self._rows[id(command)] = row
        try:
            (sync,) = self._batch.add(command, self._request)
        except Refused as refused:
            _note(row, refused)
        else:
            types = [type(event).__name__ for event in sync.pending]
            self._events[id(command)] = types.count("SyncDiscrepancyFound"), types.count("SyncDiscrepancyResolved")

    def save(self) -> tuple[int, int]:
        """Record what differs and what no longer does; return how many of each."""
        self._batch.save()
        return sum(found for found, _ in self._events.values()), sum(gone for _, gone in self._events.values())

    def _overtaken(self, given: Given, refused: Refused) -> None:
        self._events.pop(id(given.command), None)
        _note(self._rows[id(given.command)], refused)


def begin(table: TableFile) -> Extract:
    """Look through a file. Raises Refused (E-IMPORT-*)."""
    header = find_header(table.rows(), sheets=SHEETS)
    surveyed = survey(table, header, persons_once=False)
    with table.path.open("rb") as file:
        return Extract(table, header, surveyed, file_digest(file, "sha256").digest())


def _note(row: Row, refused: Refused) -> None:
    for violation in refused.violations:
        row.find(violation.code, _COLUMNS.get(violation.field, violation.field), **violation.params)


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    rest = iter(rows)
    while chunk := list(islice(rest, CHUNK_ROWS)):
        yield chunk
