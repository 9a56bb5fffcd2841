"""What the rows of a household must satisfy, each alone and all together, before the register is asked."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from registry.decision import Decision
from registry.household.entry import check_causes
from registry.household.household import HEAD, Household
from registry.household.kinship import check_kinship
from registry.household.new_member import check_new_members
from registry.household.opening import check_spell
from registry.household.village import check_village
from registry.importing.finding import noted_in
from registry.importing.household_entry import UNKNOWN, HouseholdEntry, Member
from registry.importing.sheets import MEMBER_ALWAYS, OPENING_ALWAYS, PERSONAL
from registry.refusal import Refusals
from registry.vault.id_number import birth_date_of, facts_of, normalise
from registry.vault.personal_data import weigh_person

OF_THE_VAULT = frozenset({"name", "id_number"})
"""Columns that the vault itself misses."""


def check_person(member: Member, today: date, *, allow_synthetic: bool) -> None:
    """Who a member is: what has to be said, and whether number, sex, day of birth and certificate belong together."""
    row = member.row
    row.require([column for column in MEMBER_ALWAYS if column not in OF_THE_VAULT])
    refusals = Refusals()
    weigh_person({name: row.values.get(name) for name in PERSONAL}, refusals, today, allow_synthetic=allow_synthetic)
    for violation in noted_in(refusals):
        if not (violation.code == "E-FIELD-MISSING" and row.wrong(violation.field)):
            row.find(violation.code, violation.field, **violation.params)
    if "id_number" not in row.values or row.wrong("id_number"):
        return
    number = normalise(row.values["id_number"])
    member.facts = facts_of(number)
    if row.values.get("sex", member.facts.sex) != member.facts.sex:
        row.find("E-ID-SEX-MISMATCH", "sex")
    if "birth_date" in row.values and row.values["birth_date"] != birth_date_of(number):
        row.find("E-ID-BIRTHDATE", "birth_date")


def check_across(entry: HouseholdEntry, decision: Decision) -> None:
    """Of a household that is refused already: what else its rows say that cannot be, as far as they can be read.

    Of one that is in order so far, the command's own guards say the same.
    """
    refusals = Refusals()
    readable = [member for member in entry.members if "relation" in member.row.values and member.facts is not None]
    if entry.members and len(readable) == len(entry.members):
        check_kinship((), {f"members[{i}]": _Relative(member) for i, member in enumerate(readable)}, refusals, at="members")
    elif sum(member.row.get("relation") == HEAD for member in entry.members) > 1:
        refusals.add("E-HEAD", at="members", heads=2)
    if "division" in entry.said:
        check_village(entry.division, entry.effective_on, decision, refusals, at="division")
    if {"status", "division", *OPENING_ALWAYS} <= entry.said.keys() and not entry.in_ledger:
        without_members = replace(entry, members=()).opening()
        check_spell(without_members, refusals)
        check_causes(without_members, refusals)
    _note(entry, refusals)


def check_members(entry: HouseholdEntry) -> None:
    """One head, relations that fit, nobody born later: of members who are in order each."""
    refusals = Refusals()
    numbered = [replace(member, person_id=UUID(int=place + 1)) for place, member in enumerate(entry.members)]
    members = replace(entry, members=numbered).new_members()
    check_new_members(Household(UNKNOWN), members, entry.effective_on, refusals)
    _note(entry, refusals)


def _note(entry: HouseholdEntry, refusals: Refusals) -> None:
    for violation in noted_in(refusals):
        finding = entry.finding_of(violation)
        row = next(row for row in entry.rows if row.number == finding.row)
        if not row.wrong(finding.column):
            row.findings.append(finding)


class _Relative:
    """A member as far as kinship asks."""

    def __init__(self, member: Member) -> None:
        assert member.facts is not None
        self.relation: str = member.row.values["relation"]
        self.sex = member.facts.sex
