"""The sheet of measures: each row starts one, says how far it has come, or completes it.

A measure is known by what it is, for whom, and the day on which it was agreed. A row about its progress or its end means the one
of that kind that had begun last by then: no two of a kind run at the same time.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from registry.command import Command
from registry.household.household import Household, Measure
from registry.household.measure_progress import (
    AssistanceMeasureCompleted,
    AssistanceMeasureProgressed,
    CompleteMeasure,
    RecordMeasureProgress,
)
from registry.household.measures import AssistanceMeasureStarted, StartMeasure
from registry.importing.entry import LeftOut
from registry.importing.finding import Finding, Refusing
from registry.importing.identity import Identities, measure_id
from registry.importing.people import People
from registry.importing.repetitions import Repetitions
from registry.importing.rows import Row
from registry.importing.sheets import MEASURES, STARTING
from registry.importing.view import View, differing
from registry.refusal import Violation, refuse
from registry.vault.id_number import normalise

DIFFERS: Final = "E-IMPORT-DIFFERS"
START, PROGRESS, COMPLETE = "START", "PROGRESS", "COMPLETE"
_OWN: Final = {START: STARTING, PROGRESS: ("progress_pct",), COMPLETE: ("income_gained",)}
"""Columns that only rows of this action fill in."""
_COMMANDS: Final[dict[str, type[Command]]] = {
    START: StartMeasure,
    PROGRESS: RecordMeasureProgress,
    COMPLETE: CompleteMeasure,
}
_ALWAYS: Final = {START: ("unit",), PROGRESS: ("progress_pct",), COMPLETE: ()}
_COLUMNS: Final = {"person_id": "id_number", "measure_id": "subtype", "household_id": "household_number"}


@dataclass(slots=True)
class MeasureEntry:
    """One row in order. person_id: None for the whole household, or until introduced."""

    row: Row
    household_id: UUID
    person_id: UUID | None = None

    @property
    def rows(self) -> Sequence[Row]:
        return (self.row,)

    @property
    def division(self) -> str:
        return ""

    @property
    def command_class(self) -> type[Command]:
        return _COMMANDS[self.row.values["action"]]

    @property
    def on(self) -> date:
        """The day on which it happened."""
        day: date = self.row.values["effective_on"]
        return day

    def due(self, view: View) -> Sequence[Command]:
        """The row's command, unless the register holds what it says. Raises Refusing, and Refused (E-MEASURE-UNKNOWN)."""
        household = view.household(self.household_id)
        match self.row.values["action"]:
            case "START":
                return self._start(household, view)
            case "PROGRESS":
                return self._progress(household, view)
        return self._complete(household, view)

    def finding_of(self, violation: Violation) -> Finding:
        """The column of the command's field."""
        return Finding(self.row.number, _COLUMNS.get(violation.field, violation.field), violation.code, violation.params)

    def _start(self, household: Household, view: View) -> Sequence[Command]:
        values = self.row.values
        wanted = {name: values.get(name) for name in STARTING} | {"starts_on": values.get("starts_on", self.on)}
        events = [e for e in view.stored(household, AssistanceMeasureStarted) if self._is_ours(e) and e.effective_on == self.on]
        if self._holds(events, wanted):
            return []
        kind = (values["category"], values["subtype"])
        return [
            StartMeasure(
                household_id=self.household_id,
                effective_on=self.on,
                measure_id=measure_id(self.household_id, *kind, self.person_id, self.on),
                category=kind[0],
                subtype=kind[1],
                person_id=self.person_id,
                **{name: values[name] for name in self.row.has(STARTING)},
            )
        ]

    def _progress(self, household: Household, view: View) -> Sequence[Command]:
        percent = self.row.values["progress_pct"]
        meant = self._meant(household).measure_id
        told = [e for e in view.stored(household, AssistanceMeasureProgressed) if e.measure_id == meant]
        if self._holds([e for e in told if e.effective_on == self.on], {"progress_pct": percent}):
            return []
        earlier = sorted((e for e in told if e.effective_on < self.on), key=lambda e: (e.effective_on, e.originator_version))
        if earlier and earlier[-1].progress_pct == percent:
            return []  # it had come that far before: no event says so again
        return [
            RecordMeasureProgress(household_id=self.household_id, effective_on=self.on, measure_id=meant, progress_pct=percent)
        ]

    def _complete(self, household: Household, view: View) -> Sequence[Command]:
        gained = self.row.get("income_gained")
        meant = self._meant(household).measure_id
        events = [e for e in view.stored(household, AssistanceMeasureCompleted) if e.measure_id == meant]
        if self._holds(events, {"effective_on": self.on, "income_gained": gained}):
            return []
        return [CompleteMeasure(household_id=self.household_id, effective_on=self.on, measure_id=meant, income_gained=gained)]

    def _holds(self, events: Sequence[Any], wanted: dict[str, Any]) -> bool:
        """Whether one of these events says just this; False where there is none. Raises Refusing where all say otherwise."""
        versions = [differing(event, wanted) for event in events]
        if versions and all(versions):
            nearest = min(versions, key=lambda fields: len(fields))
            raise Refusing(self.finding_of(Violation(DIFFERS, name)) for name in nearest)
        return bool(versions)

    def _meant(self, household: Household) -> Measure:
        begun = [m for m in household.measures.values() if self._is_ours(m) and m.agreed_on <= self.on]
        if not begun:
            refuse("E-MEASURE-UNKNOWN", at="subtype")
        return max(begun, key=lambda measure: measure.agreed_on)

    def _is_ours(self, measure: Measure | AssistanceMeasureStarted) -> bool:
        values = self.row.values
        kind = (measure.category, measure.subtype, measure.person_id)
        return kind == (values["category"], values["subtype"], self.person_id)


class Measures:
    """The kind of sheet."""

    sheet = MEASURES
    persons_once = False

    def __init__(self, identities: Identities, people: People) -> None:
        self._identities = identities
        self._people = people
        self._repetitions = Repetitions()

    def entries(self, rows: Iterable[Row]) -> Iterator[MeasureEntry | LeftOut]:
        """One entry a row; a row that says the same as an earlier one is left out, with a word."""
        for row in rows:
            self._check(row)
            if row.refused or self._repetitions.repeats(row, self._identity(row)):
                yield LeftOut([row])
            else:
                yield MeasureEntry(row, self._identities.household(row.values["household_number"]))

    def introduce(self, entries: Sequence[MeasureEntry]) -> frozenset[UUID]:
        """Find the members whom measures are for (E-PERSON-UNKNOWN)."""
        personal = [entry for entry in entries if "id_number" in entry.row.values]
        numbers = [entry.row.values["id_number"] for entry in personal]
        for entry, person_id in zip(personal, self._people.find(numbers), strict=True):
            entry.person_id = person_id
            if person_id is None:
                entry.row.find("E-PERSON-UNKNOWN", "id_number")
        return frozenset()

    def _check(self, row: Row) -> None:
        action = row.get("action")
        for other, columns in _OWN.items():
            if action is not None and other != action:
                row.forbid(columns)
        if action is not None:
            row.require(_ALWAYS[action])

    def _identity(self, row: Row) -> tuple[Any, ...]:
        values = row.values
        person = normalise(values["id_number"]) if "id_number" in values else None
        names = ("household_number", "category", "subtype", "effective_on", "action")
        return (person, *(values[name] for name in names))
