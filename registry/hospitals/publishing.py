"""Publishes a hospital's file of expenses: rows through the same door as everything else, chunk by chunk, findings kept.

The file may be published any number of times: a settlement is the same by its number and version, and counts once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from registry.hospitals.door import BATCH_MAX, Answer, ExpenseDoor
from registry.hospitals.sent import Reversal
from registry.hospitals.sheet import REVERSED_ONLY, SHEETS
from registry.importing.finding import Findings
from registry.importing.header import Header, find_header
from registry.importing.rows import Row
from registry.importing.survey import read_rows, survey
from registry.importing.table_file import TableFile
from schemas.access import Actor

Progress = Callable[[int], None]
"""Told how many further rows are done."""
_REVERSAL: Final = frozenset(Reversal.__dataclass_fields__)


@dataclass(slots=True)
class Published:
    """How many rows are in the log, and how many are not."""

    taken_in: int = 0
    refused: int = 0


@dataclass(slots=True)
class Publication:
    """One file on its way. After an interruption, `tally` and `findings` say how far it came."""

    table: TableFile
    header: Header
    rows: int
    tally: Published = field(default_factory=Published)
    findings: Findings = field(default_factory=Findings)

    def run(self, door: ExpenseDoor, actor: Actor, progress: Progress, *, rehearse: bool = False) -> None:
        """Take in the whole file; what is in the log stays there whatever happens after it.

        Raises Refused (the actor is no hospital, or has no topic; the file changed), LogUnavailable, and what the vault raises.
        """
        for chunk in _chunks(read_rows(self.table, self.header)):
            for row in chunk:
                if row.get("kind") != "REVERSED":
                    row.forbid(REVERSED_ONLY)
            readable = [row for row in chunk if not row.refused]
            # What else is wrong with a row whose cells cannot all be read, is told too.
            spoilt = [row for row in chunk if row.refused]
            self._note(readable, door.take_in([_said(row) for row in readable], actor, rehearse=rehearse))
            self._note(spoilt, door.take_in([_said(row) for row in spoilt], actor, rehearse=True))
            refused = sum(row.refused for row in chunk)
            self.tally.taken_in += len(chunk) - refused
            self.tally.refused += refused
            progress(len(chunk))

    def _note(self, rows: Sequence[Row], answers: Sequence[Answer]) -> None:
        for row, answer in zip(rows, answers, strict=True):
            for violation in answer.violations:
                if not row.wrong(violation.field):
                    row.find(violation.code, violation.field, **violation.params)
            self.findings.add(row.findings)


def begin(table: TableFile) -> Publication:
    """Look through a file. Raises Refused (E-IMPORT-*)."""
    header = find_header(table.rows(), sheets=SHEETS)
    return Publication(table, header, survey(table, header, persons_once=False).rows)


def _said(row: Row) -> Mapping[str, Any]:
    """What a row says; of a reversal only what a reversal has, since programs that write such files fill in the rest as well."""
    if row.get("kind") != "REVERSED":
        return row.values
    return {name: value for name, value in row.values.items() if name in _REVERSAL}


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    chunk: list[Row] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == BATCH_MAX:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
