"""A household as a file says it is: the commands that record it, and whether the register holds it already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final
from uuid import UUID

from registry.command import Command
from registry.household import status
from registry.household.household import Household
from registry.household.ledger import RecordLedgerHousehold, VillageLedgerEntryUpserted
from registry.household.members import MemberAdded, RegisterMembers
from registry.household.new_member import NewMember, doubt_labour, named
from registry.household.opening import HouseholdImported, ImportHousehold
from registry.importing import household_stored
from registry.importing.finding import Finding, Refusing
from registry.importing.rows import Row
from registry.importing.sheets import LEDGER, MEMBER_FACTS, OPENING
from registry.importing.view import View
from registry.refusal import Refusals, Violation
from registry.vault.id_number import Facts
from schemas.code_tables import table

UNKNOWN: Final = UUID(int=0)
_COLUMNS: Final = {"to_status": "status", "household_id": "household_number", "person_id": "id_number"}
"""Fields of commands that columns have another name for."""


@dataclass(slots=True)
class Member:
    """A row that says who a member is. facts: out of a number that is in order; person_id: the vault's, once introduced."""

    row: Row
    facts: Facts | None = None
    person_id: UUID = UNKNOWN


@dataclass(slots=True)
class HouseholdEntry:
    """One household. said: what its rows say of it; household_id: UNKNOWN where no row says its number."""

    rows: Sequence[Row]
    said: dict[str, Any]
    members: Sequence[Member]
    household_id: UUID
    today: date

    @property
    def in_ledger(self) -> bool:
        """Whether it is a household of the village ledger, and not of the opening balance."""
        return bool(self.said["status"] == status.NOT_REGISTERED)

    @property
    def effective_on(self) -> date:
        """The day on which this was so."""
        day: date = self.said.get("effective_on", self.today)
        return day

    @property
    def division(self) -> str:
        """The village."""
        return str(self.said["division"])

    @property
    def command_class(self) -> type[Command]:
        """What the actor has to be allowed to do."""
        return RecordLedgerHousehold if self.in_ledger else ImportHousehold

    def due(self, view: View) -> Sequence[Command]:
        """What the register does not hold yet. Raises Refusing."""
        household = view.household(self.household_id)
        if not view.stored_version(household):
            return self._all_due(view)
        if not self.in_ledger:
            recorded = view.stored(household, HouseholdImported)
            self._refuse(household_stored.opening_differences(self.opening(), recorded, self.said))
            return []
        entries = view.stored(household, VillageLedgerEntryUpserted)
        differences = household_stored.ledger_differences(self.ledger_entry(), entries, self.said)
        added = view.stored(household, MemberAdded)
        if added:
            differences += household_stored.registration_differences(self.new_members(), added)
        self._refuse(differences)
        return self._members_due(view) if not added else []

    def _all_due(self, view: View) -> Sequence[Command]:
        if not self.in_ledger:
            return [self.opening()]
        return [self.ledger_entry(), *self._members_due(view)]

    def _members_due(self, view: View) -> Sequence[Command]:
        """Registration of the members, who have to be free to join. Raises Refused."""
        refusals = Refusals()
        for place, member in enumerate(self.members):
            view.person(member.person_id).check_join(self.effective_on, refusals, f"members[{place}].person_id")
        refusals.raise_any()
        return [self.registration()] if self.members else []

    def _refuse(self, differences: Sequence[Violation]) -> None:
        if differences:
            raise Refusing(map(self.finding_of, differences))

    def opening(self) -> ImportHousehold:
        """The household as the old register had it."""
        given = {name: self.said[name] for name in OPENING if name in self.said}
        return ImportHousehold(
            household_id=self.household_id,
            effective_on=self.effective_on,
            division=self.division,
            to_status=self.said["status"],
            members=self.new_members(),
            **given,
        )

    def ledger_entry(self) -> RecordLedgerHousehold:
        """The household as the village ledger has it; its members, where they are given, are counted."""
        given = {name: self.said[name] for name in ("size", *LEDGER) if name in self.said}
        able = table("labour_ability").tagged("able")
        counted: dict[str, Any] = {
            "size": len(self.members),
            "labour_count": sum(1 for member in self.members if member.row.get("labour") in able),
        }
        return RecordLedgerHousehold(
            household_id=self.household_id, effective_on=self.effective_on, division=self.division, **counted | given
        )

    def registration(self) -> RegisterMembers:
        """The members of a household of the ledger."""
        return RegisterMembers(household_id=self.household_id, effective_on=self.effective_on, members=self.new_members())

    def new_members(self) -> tuple[NewMember, ...]:
        """The members as commands have them."""
        return tuple(map(_new_member, self.members))

    def note_doubts(self) -> None:
        """W-AGE-LABOUR, whether the household is recorded now or was before."""
        scratch = Household(UNKNOWN)
        doubt_labour(scratch, named(self.new_members()), self.effective_on)
        for warning in scratch.warnings:
            finding = self.finding_of(warning)
            next(row for row in self.rows if row.number == finding.row).findings.append(finding)

    def row_that_says(self, column: str) -> Row:
        """The first row with this column filled in, else the household's first."""
        return next((row for row in self.rows if column in row.values), self.rows[0])

    def finding_of(self, violation: Violation) -> Finding:
        """The member's row for a field of a member, else the row that says it."""
        path, _, name = violation.field.rpartition(".")
        place = _place_in(path or violation.field, "members")
        if place is not None and place < len(self.members):
            row = self.members[place].row
            column = "" if not path else _column(name)
            if name == "birth_month":
                column = "birth_date" if "birth_date" in row.values else "id_number"
        else:
            column = _column(violation.field)
            if violation.field == "members":
                column = "relation" if violation.code == "E-HEAD" else ""
            row = self.row_that_says(column)
        return Finding(row.number, column, violation.code, violation.params)


def _new_member(member: Member) -> NewMember:
    values, facts = member.row.values, member.facts
    assert facts is not None
    given = {name: values[name] for name in MEMBER_FACTS if name in values}
    return NewMember(person_id=member.person_id, birth_month=facts.birth_month, **{"sex": facts.sex, **given})


@cache
def _place_in(field_path: str, of: str) -> int | None:
    """3 of `members[3]`, None of anything else."""
    name, _, place = field_path.removesuffix("]").partition("[")
    return int(place) if name == of and place else None


def _column(field_name: str) -> str:
    return _COLUMNS.get(field_name, field_name)
