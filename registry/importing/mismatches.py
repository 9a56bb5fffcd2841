"""The sheet of hits: what a sector's data say about a person, or about a household, in a comparison run.

A person is named by the ID number, which is looked up and kept nowhere. The id of a mismatch follows from the row, so that
the same file finds nothing twice; whether the register bears the hit out is decided where every hit is.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from registry.application.planning import Loader
from registry.campaigns.comparison_runs import run_id_of
from registry.campaigns.finding import FindMismatch
from registry.command import Command
from registry.importing.entry import LeftOut
from registry.importing.finding import Finding
from registry.importing.identity import Identities
from registry.importing.people import People
from registry.importing.repetitions import Repetitions
from registry.importing.rows import Row
from registry.importing.sheets import MISMATCHES
from registry.importing.view import View
from registry.refusal import Violation
from registry.vault.id_number import normalise

NOBODYS: Final = UUID(int=0)
_COLUMNS: Final = {"household_id": "household_number", "person_id": "id_number", "run_id": "year"}


@dataclass(slots=True)
class HitEntry:
    """One row in order. household_id: NOBODYS until introduced, where only the person is named."""

    row: Row
    run_id: UUID
    household_id: UUID = NOBODYS
    person_id: UUID | None = None

    @property
    def rows(self) -> Sequence[Row]:
        return (self.row,)

    @property
    def division(self) -> str:
        return ""

    @property
    def command_class(self) -> type[Command]:
        return FindMismatch

    def due(self, view: View) -> Sequence[Command]:
        """The hit; it says nothing where it is known."""
        values = self.row.values
        return [
            FindMismatch(
                run_id=self.run_id,
                household_id=self.household_id,
                person_id=self.person_id,
                effective_on=values["effective_on"],
                sector=values["sector"],
                rule=values["rule"],
            )
        ]

    def finding_of(self, violation: Violation) -> Finding:
        """The column of the command's field."""
        return Finding(self.row.number, _COLUMNS.get(violation.field, violation.field), violation.code, violation.params)


class Mismatches:
    """The kind of sheet. province: two digits, of the runs; new_loader: what reads in which household a person lives."""

    sheet = MISMATCHES
    persons_once = False

    def __init__(self, identities: Identities, people: People, province: str, new_loader: Callable[[], Loader]) -> None:
        self._identities = identities
        self._people = people
        self._province = province
        self._new_loader = new_loader
        self._repetitions = Repetitions()

    def entries(self, rows: Iterable[Row]) -> Iterator[HitEntry | LeftOut]:
        """One entry a row; E-FIELD-MISSING where it names nobody. A row that says the same as an earlier one is left out."""
        for row in rows:
            if "household_number" not in row.values:
                row.require(["id_number"])
            if row.refused or self._repetitions.repeats(row, self._identity(row)):
                yield LeftOut([row])
                continue
            values = row.values
            entry = HitEntry(row, run_id_of(self._province, values["year"], values["half"]))
            if "household_number" in values:
                entry.household_id = self._identities.household(values["household_number"])
            yield entry

    def introduce(self, entries: Sequence[HitEntry]) -> frozenset[UUID]:
        """Find the persons and, where a row names none, their households (E-PERSON-UNKNOWN: in no household of the register)."""
        personal = [entry for entry in entries if "id_number" in entry.row.values]
        loader = self._new_loader()
        for entry, person_id in zip(personal, self._people.find([e.row.values["id_number"] for e in personal]), strict=True):
            home = None if person_id is None else loader.person(person_id).household_id
            if home is None:
                entry.row.find("E-PERSON-UNKNOWN", "id_number")
                continue
            entry.person_id = person_id
            if entry.household_id == NOBODYS:
                entry.household_id = home
        return frozenset()

    def _identity(self, row: Row) -> tuple[Any, ...]:
        values = row.values
        person = normalise(values["id_number"]) if "id_number" in values else None
        return (person, values.get("household_number"), *(values[name] for name in ("year", "half", "sector", "rule")))
