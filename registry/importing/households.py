"""The sheet of households: one row a member, or one row for a household of the village ledger whose members are not known.

Everything that the file itself tells is checked here: form, codes, identity numbers, and what the rows of a household say of one
another. A row that is wrong refuses its household and no other.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final
from uuid import UUID

from registry.decision import Decision
from registry.household import status
from registry.importing import household_rows
from registry.importing.entry import refuse_whole, refused
from registry.importing.household_entry import UNKNOWN, HouseholdEntry, Member
from registry.importing.identity import Identities
from registry.importing.people import People
from registry.importing.rows import Row
from registry.importing.sheets import HOUSEHOLDS, LEDGER, MEMBER, OPENING, OPENING_ALWAYS
from registry.importing.survey import Survey, by_household

OF_HOUSEHOLD: Final = tuple(column.name for column in HOUSEHOLDS.columns if column.name not in MEMBER)
"""Columns in which all rows of a household say the same."""
ONCE: Final = tuple(column.name for column in HOUSEHOLDS.columns if column.once)
"""Columns that one of its rows has to fill in."""


@dataclass(frozen=True, slots=True)
class Households:
    """decision: the circumstances of the import; allow_synthetic: whether made-up identity numbers are taken."""

    found: Survey
    identities: Identities
    people: People
    decision: Decision
    allow_synthetic: bool
    sheet = HOUSEHOLDS
    persons_once = True

    def entries(self, rows: Iterable[Row]) -> Iterator[HouseholdEntry]:
        """The households of these rows."""
        for of_it in by_household(rows, self.found):
            yield self._entry(of_it)

    def introduce(self, entries: Sequence[HouseholdEntry]) -> frozenset[UUID]:
        """Register their members in the vault. A household none of whose members was known is new as well, as it seems."""
        members = list(chain.from_iterable(entry.members for entry in entries))
        introduced = self.people.introduce([member.row for member in members])
        for member, who in zip(members, introduced, strict=True):
            member.person_id = who.person_id
        fresh = {who.person_id for who in introduced if who.fresh}
        if not self.people.rehearse:  # a rehearsal saves nothing, and would not find out
            fresh |= {e.household_id for e in entries if e.members and all(m.person_id in fresh for m in e.members)}
        return frozenset(fresh)

    def _entry(self, rows: list[Row]) -> HouseholdEntry:
        said = _agreed(rows)
        members = [Member(row) for row in rows if row.has(MEMBER)]
        number = said.get("household_number")
        household_id = self.identities.household(number) if number is not None else UNKNOWN
        entry = HouseholdEntry(rows, said, members, household_id, self.decision.today)
        _require(entry, ONCE)
        if "status" in said:
            _check_kind(entry)
        for member in members:
            self._check_member(member)
        if refused(entry):
            household_rows.check_across(entry, self.decision)
        elif entry.members and entry.in_ledger:
            # Two commands record it, and the second must not find what the first did not look for.
            household_rows.check_members(entry)
        if refused(entry):
            refuse_whole(rows)
        else:
            entry.note_doubts()
        return entry

    def _check_member(self, member: Member) -> None:
        row = member.row
        household_rows.check_person(member, self.decision.today, allow_synthetic=self.allow_synthetic)
        twice = self.found.twice.get(row.number)
        if twice is not None:
            row.find("E-IMPORT-PERSON-TWICE", "id_number", row=twice)


def _agreed(rows: Sequence[Row]) -> dict[str, Any]:
    """What the rows say of their household; each column's first word counts, and who says otherwise is told."""
    said: dict[str, Any] = {}
    by: dict[str, int] = {}
    for row in rows:
        values = row.values
        for column in OF_HOUSEHOLD:
            if column not in values:
                continue
            if column not in said:
                said[column], by[column] = values[column], row.number
            elif said[column] != values[column]:
                row.find("E-IMPORT-DISAGREES", column, row=by[column])
    return said


def _require(entry: HouseholdEntry, columns: Iterable[str]) -> None:
    """Note each of these columns that no row of the household fills in; one that is wrong is noted already."""
    for column in columns:
        if column not in entry.said and not any(row.wrong(column) for row in entry.rows):
            entry.rows[0].find("E-FIELD-MISSING", column)


def _check_kind(entry: HouseholdEntry) -> None:
    """What a household of the ledger has to say, and what one of the opening balance."""
    said, first = entry.said, entry.rows[0]
    if said["status"] == status.NOT_REGISTERED:
        for row in entry.rows:
            row.forbid(OPENING)
        due: tuple[str, ...] = () if entry.members else ("size", "labour_count")
    else:
        for row in entry.rows:
            row.forbid(LEDGER)
        due = OPENING_ALWAYS
        if not entry.members:
            first.find("E-NO-LIVING-MEMBER", "name")
    _require(entry, due)
    if entry.members and said.get("size", len(entry.members)) != len(entry.members):
        entry.row_that_says("size").find("E-LEDGER-SIZE", "size", members=len(entry.members))
