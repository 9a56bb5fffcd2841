"""An office that imports files into a real installation."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from deploy.composition.write_side import PROVINCE, WriteSide, write_side
from deploy.settings import Settings
from registry.application.request import Request
from registry.importing.finding import Finding
from registry.importing.identity import Identities
from registry.importing.importer import Circumstances, Import, begin
from registry.importing.table_file import open_table
from schemas.access import Actor
from tests.support.installation import CLERK, OPERATOR, new_installation
from tests.support.spreadsheets import Record, number_of, write_csv

PROVINCE_OFFICE = OPERATOR
TOWNSHIP_OFFICE = CLERK
COUNTY_OFFICE = Actor("county-1", "COUNTY_OFFICER", "office-2", "469030000000")
ELSEWHERE = Actor("county-2", "COUNTY_OFFICER", "office-3", "469024000000")


@dataclass
class Office:
    """Where files come in: `folder` is for them, `side` is the register's write side."""

    folder: Path
    side: WriteSide

    def take_in(self, records: Sequence[Record], *, actor: Actor = PROVINCE_OFFICE, **options: Any) -> Import:
        """Import these records out of a CSV file."""
        return self.take_in_file(write_csv(self.folder / "rows.csv", records), actor=actor, **options)

    def take_in_file(
        self, path: Path, *, actor: Actor = PROVINCE_OFFICE, kind: str | None = None, rehearse: bool = False
    ) -> Import:
        """Import a file."""
        running = begin(open_table(path), kind)
        running.run(self.circumstances(actor, rehearse=rehearse), lambda rows: None)
        return running

    def circumstances(self, actor: Actor = PROVINCE_OFFICE, *, rehearse: bool = False) -> Circumstances:
        """The circumstances of one import."""
        conversation = self.side.next_id()
        request = Request(actor, "IMPORT", conversation, conversation)
        return Circumstances(self.side.service, self.side.vault, request, PROVINCE[:2], True, rehearse)

    def household_id(self, number: int) -> UUID:
        """The id of the household of this number of `tests.support.spreadsheets`."""
        return Identities(self.side.vault.request_digest, PROVINCE[:2]).household(number_of(number))

    def events(self, number: int) -> list[Any]:
        """What is stored of the household."""
        return list(self.side.store.get(self.household_id(number)))

    def types(self, number: int) -> list[str]:
        """Names of the events that are stored of the household."""
        return [type(event).__name__ for event in self.events(number)]

    def head(self) -> int:
        """The store's last position."""
        return self.side.store.recorder.head().position


@contextmanager
def office_in(folder: Path) -> Iterator[Office]:
    """An office with an installation of its own in the folder."""
    with write_side(new_installation(folder / "data", synthetic_ids=True)) as side:
        yield Office(folder, side)


@contextmanager
def office_at(settings: Settings, folder: Path) -> Iterator[Office]:
    """Another process at an installation that is there."""
    with write_side(settings) as side:
        yield Office(folder, side)


def found(running: Import) -> list[tuple[int, str, str]]:
    """(row, column, code) of everything that was found, by row."""
    return sorted((finding.row, finding.column, finding.code) for finding in running.findings)


def only(running: Import, code: str) -> Finding:
    """The one finding with this code."""
    (finding,) = (each for each in running.findings if each.code == code)
    return finding
