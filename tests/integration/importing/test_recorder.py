"""The recorder: an entry is recorded whole or not at all, whatever its commands are."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from registry.command import Command
from registry.household.ledger import RecordLedgerHousehold
from registry.household.members import RegisterMembers
from registry.importing.finding import Finding
from registry.importing.recorder import Recorder, Tally
from registry.importing.rows import Row
from registry.importing.sheets import HOUSEHOLDS
from registry.importing.view import View
from registry.refusal import Violation
from tests.support.importing import TOWNSHIP_OFFICE, Office
from tests.support.installation import VILLAGE
from tests.support.spreadsheets import BEFORE


@dataclass
class Pair:
    """An entry of two commands, the second of which nobody looked at before: it registers no members."""

    row: Row
    household_id: UUID
    whole: bool
    division: str = VILLAGE
    command_class: type[Command] = RecordLedgerHousehold
    rows: Sequence[Row] = field(init=False)

    def __post_init__(self) -> None:
        self.rows = (self.row,)

    def due(self, view: View) -> Sequence[Command]:
        entry = RecordLedgerHousehold(
            household_id=self.household_id, effective_on=BEFORE, division=VILLAGE, size=2, labour_count=1
        )
        nobody = RegisterMembers(household_id=self.household_id, effective_on=BEFORE, members=())
        return [entry] if self.whole else [entry, nobody]

    def finding_of(self, violation: Violation) -> Finding:
        return Finding(self.row.number, violation.field, violation.code, violation.params)


class Pairs:
    """The kind of such entries."""

    sheet = HOUSEHOLDS
    persons_once = False

    def entries(self, rows: Iterable[Row]) -> Iterator[Any]:
        return iter(())

    def introduce(self, entries: Sequence[Any]) -> frozenset[UUID]:
        return frozenset()


def test_an_entry_whose_second_command_is_refused_leaves_nothing_of_the_first(office: Office, number: int) -> None:
    # More of them than the recorder would try for conflicts.
    entries = [
        Pair(Row(row, {"household_number": f"{row}"}, ()), office.household_id(number + row), whole=row % 2 == 0)
        for row in range(20)
    ]
    circumstances = office.circumstances(TOWNSHIP_OFFICE)
    digest = circumstances.vault.request_digest
    recorder = Recorder(circumstances.service, Pairs(), circumstances.request, digest, rehearse=False)
    assert recorder.record(entries) == Tally(recorded=10, refused=10, events=10)
    for row, entry in enumerate(entries):
        assert len(office.events(number + row)) == entry.whole
        assert [finding.code for finding in entry.row.findings] == ([] if entry.whole else ["E-NO-LIVING-MEMBER"])
