"""The sheet of home visits: each row is one.

A visit is known by the household, the day, the visitor and the purpose, and by its number where there were several such on one
day. So a visit that was entered in the register by hand before is found there and not entered again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from registry.command import Command
from registry.household.visits import HomeVisitRecorded, RecordHomeVisit
from registry.importing.entry import LeftOut
from registry.importing.finding import Finding, Refusing
from registry.importing.identity import Identities, visit_id
from registry.importing.repetitions import Repetitions
from registry.importing.rows import Row
from registry.importing.sheets import VISIT_FACTS, VISITS, VISITS_A_DAY
from registry.importing.view import View, differing
from registry.refusal import Violation

DIFFERS: Final = "E-IMPORT-DIFFERS"
COMPARED: Final = ("fields_compared", "differences")
_COLUMNS: Final = {"household_id": "household_number", "visit_id": ""}


@dataclass(slots=True)
class VisitEntry:
    """One row in order."""

    row: Row
    household_id: UUID

    @property
    def rows(self) -> Sequence[Row]:
        return (self.row,)

    @property
    def division(self) -> str:
        return ""

    @property
    def command_class(self) -> type[Command]:
        return RecordHomeVisit

    def due(self, view: View) -> Sequence[Command]:
        """The visit, unless the register holds it. Raises Refusing where it holds another one in its place."""
        visit, number = self._command(), self.row.values.get("visit_no", 1)
        household = view.household(self.household_id)
        same = [event for event in view.stored(household, HomeVisitRecorded) if _is_same(event, visit)]
        versions = _versions(same, visit, number)
        wanted = {name: getattr(visit, name) for name in (*VISIT_FACTS, *COMPARED)}
        different = [differing(event, wanted) for event in versions]
        if different and all(different):
            raise Refusing(self.finding_of(Violation(DIFFERS, name)) for name in min(different, key=lambda fields: len(fields)))
        return [] if different else [visit]

    def finding_of(self, violation: Violation) -> Finding:
        """The column of the command's field."""
        return Finding(self.row.number, _COLUMNS.get(violation.field, violation.field), violation.code, violation.params)

    def _command(self) -> RecordHomeVisit:
        values = self.row.values
        on, number = values["effective_on"], values.get("visit_no", 1)
        return RecordHomeVisit(
            household_id=self.household_id,
            effective_on=on,
            visit_id=visit_id(self.household_id, on, values["visitor_id"], values["purpose"], number),
            **{name: values[name] for name in self.row.has((*VISIT_FACTS, *COMPARED))},
        )


class Visits:
    """The kind of sheet."""

    sheet = VISITS
    persons_once = False

    def __init__(self, identities: Identities) -> None:
        self._identities = identities
        self._repetitions = Repetitions()

    def entries(self, rows: Iterable[Row]) -> Iterator[VisitEntry | LeftOut]:
        """One entry a row; a row that says the same as an earlier one is left out, with a word."""
        for row in rows:
            if row.refused or self._repetitions.repeats(row, self._identity(row)):
                yield LeftOut([row])
            else:
                yield VisitEntry(row, self._identities.household(row.values["household_number"]))

    def introduce(self, entries: Sequence[VisitEntry]) -> frozenset[UUID]:
        """Visits name no persons."""
        return frozenset()

    def _identity(self, row: Row) -> tuple[Any, ...]:
        values = row.values
        names = ("household_number", "effective_on", "visitor_id", "purpose")
        return (values.get("visit_no", 1), *(values[name] for name in names))


def _is_same(event: HomeVisitRecorded, visit: RecordHomeVisit) -> bool:
    known = (event.effective_on, event.visitor_id, event.purpose)
    return known == (visit.effective_on, visit.visitor_id, visit.purpose)


def _versions(events: Iterable[HomeVisitRecorded], visit: RecordHomeVisit, number: int) -> list[HomeVisitRecorded]:
    """What the register holds of the visit, corrections too: under its id, else as the so-many-th of those entered by hand."""
    by_id: dict[UUID, list[HomeVisitRecorded]] = {}
    for event in events:
        by_id.setdefault(event.visit_id, []).append(event)
    if visit.visit_id in by_id:
        return by_id[visit.visit_id]
    of_day = (visit.household_id, visit.effective_on, visit.visitor_id, visit.purpose)
    imported = {visit_id(*of_day, other) for other in range(1, VISITS_A_DAY + 1)}
    by_hand = [versions for found, versions in by_id.items() if found not in imported]
    return by_hand[number - 1] if number <= len(by_hand) else []
