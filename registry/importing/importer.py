"""Imports one file: looks through it, then takes its entries chunk by chunk, and keeps what was found for the error sheet."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from registry.application.request import Request
from registry.application.service import CommandService
from registry.importing.entry import Entry, Kind, LeftOut
from registry.importing.finding import Findings
from registry.importing.header import Header, find_header
from registry.importing.households import Households
from registry.importing.identity import Identities
from registry.importing.measures import Measures
from registry.importing.mismatches import Mismatches
from registry.importing.people import People
from registry.importing.recorder import Recorder, Tally
from registry.importing.survey import Survey, read_rows, survey
from registry.importing.table_file import TableFile
from registry.importing.visits import Visits
from registry.refusal import Refused, Violation
from registry.vault.vault import Vault
from schemas.access import decide

ACTION: Final = "import.run"
REGISTERING: Final = "person.register"
CHUNK_ROWS: Final = 1000
"""Rows of a transaction: a tenth of a second, and what is decided again where another writer came first."""

Progress = Callable[[int], None]
"""Told how many further rows are done."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What an import needs from its process. province: two digits; allow_synthetic: whether made-up ID numbers are taken."""

    service: CommandService
    vault: Vault
    request: Request
    province: str
    allow_synthetic: bool
    rehearse: bool = False


@dataclass(slots=True)
class Import:
    """One file on its way in. After an interruption, `tally` and `findings` say how far it came."""

    table: TableFile
    header: Header
    found: Survey
    tally: Tally = field(default_factory=Tally)
    findings: Findings = field(default_factory=Findings)

    def run(self, circumstances: Circumstances, progress: Progress) -> None:
        """Take in the whole file; what was recorded stays recorded whatever happens after it.

        Raises Refused (the actor may not import; the file changed), Conflict, and what stores raise.
        """
        authorise(circumstances)
        kind = self._kind(circumstances)
        recorder = Recorder(
            circumstances.service, kind, circumstances.request, circumstances.vault.request_digest, circumstances.rehearse
        )
        for chunk in _chunks(kind.entries(read_rows(self.table, self.header))):
            self.tally += recorder.record(chunk)
            rows = [row for entry in chunk for row in entry.rows]
            for row in rows:
                self.findings.add(row.findings)
            progress(len(rows))

    def _kind(self, circumstances: Circumstances) -> Kind:
        identities = Identities(circumstances.vault.request_digest, circumstances.province)
        people = People(
            circumstances.vault, circumstances.request.actor, circumstances.service.next_id, rehearse=circumstances.rehearse
        )
        kinds: dict[str, Callable[[], Any]] = {
            "HOUSEHOLDS": lambda: Households(
                self.found,
                identities,
                people,
                circumstances.service.decision(circumstances.request),
                circumstances.allow_synthetic,
            ),
            "MEASURES": lambda: Measures(identities, people),
            "VISITS": lambda: Visits(identities),
            "MISMATCHES": lambda: Mismatches(identities, people, circumstances.province, circumstances.service.new_loader),
        }
        kind: Kind = kinds[self.header.sheet.kind]()
        return kind


def begin(table: TableFile, kind: str | None = None) -> Import:
    """Look through a file. kind: of import_kind, else told from the header. Raises Refused (E-IMPORT-*)."""
    header = find_header(table.rows(), kind)
    return Import(table, header, survey(table, header, persons_once=header.sheet.kind == "HOUSEHOLDS"))


def authorise(circumstances: Circumstances) -> None:
    """Raises Refused (E-AUTH-ROLE) unless the actor's role may import and look persons up; the rest is asked row by row."""
    actor = circumstances.request.actor
    denied = [(action, decide(actor, action, None)) for action in (ACTION, REGISTERING)]
    violations = [Violation(code, "", {"action": action, "role": actor.role}) for action, code in denied if code is not None]
    if violations:
        raise Refused(violations)


def _chunks(entries: Iterable[Entry | LeftOut]) -> Iterator[list[Entry | LeftOut]]:
    chunk: list[Entry | LeftOut] = []
    rows = 0
    for entry in entries:
        chunk.append(entry)
        rows += len(entry.rows)
        if rows >= CHUNK_ROWS:
            yield chunk
            chunk, rows = [], 0
    if chunk:
        yield chunk
