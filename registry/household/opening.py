"""The opening balance: households that were registered, or had exited, before the register began (T0b).

It counts as opening and in no figure of identifications or exits. The members come within the event, since the household is
taken over whole or not at all.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from registry.command import code, decides, number
from registry.decision import Decision
from registry.household import status
from registry.household.command import begin
from registry.household.entry import EntryCommand, check_causes
from registry.household.event import HouseholdEvent
from registry.household.household import HEAD, Household, Member, Spell
from registry.household.new_member import NewMember, check_new_members, doubt_labour, named
from registry.household.village import check_village
from registry.refusal import Refusals

OPENING = "OPENING"
EXITED = "EXITED"
SPELL_MAX = 20
INCOME_MAX = 9_999_999_999
OPENING_STATUSES = frozenset({status.REGISTERED, status.EXITED_WITH_POLICY, status.EXITED_STABLE})


class HouseholdImported(HouseholdEvent):
    """Opening balance: a household that was registered or had exited before the register began."""

    TOPIC = "household.household_imported"
    from_status: str
    to_status: str
    entry_kind: str
    spell_no: int
    spell_start: date | None
    exited_on: date | None
    retention_until: date | None
    attribute: str
    main_cause: str
    other_causes: list[str]
    income_pc: Decimal | None
    members: list[dict[str, Any]]

    def apply(self, aggregate: Household) -> None:
        take_over(aggregate, self)
        aggregate.become(self)


def take_over(household: Household, event: Any) -> None:
    """What an event that brings a household in says of its place, members, causes and spell."""
    household.division = event.division
    for record in event.members:
        household.admit(Member.of(record))
    household.attribute = event.attribute
    household.main_cause = event.main_cause
    household.other_causes = tuple(event.other_causes)
    household.exited_on = event.exited_on
    household.retention_until = event.retention_until
    if event.spell_start is not None:
        end = EXITED if event.exited_on else None
        household.spells.append(Spell(event.spell_no, event.entry_kind, event.spell_start, event.exited_on, end))


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportHousehold(EntryCommand):
    """Take over a household of the old register as it stood. `retention_until`: by policy where the old register is silent."""

    FROM: ClassVar[frozenset[str]] = frozenset({status.NONE})

    division: str
    to_status: str = code("register_status")
    spell_no: int = number(1, SPELL_MAX, 1)
    spell_start: date
    exited_on: date | None = None
    retention_until: date | None = None
    income_pc: Decimal | None = number(0, INCOME_MAX, None)
    members: tuple[NewMember, ...]


@decides(ImportHousehold)
def import_household(household: Household, command: ImportHousehold, decision: Decision) -> None:
    """T0b. E-DIVISION-*, E-STATUS-NOT-OPENING, E-DATE-ORDER, E-FIELD-MISSING, E-FIELD-NOT-ALLOWED, E-CAUSE-*, E-NO-LIVING-MEMBER,
    and what every new member must be.

    As its checks say: E-CAUSE-MISSING, E-CAUSE-NOT-MAIN, E-CAUSE-REPEATED, E-CAUSE-TOO-MANY, E-DIVISION-INACTIVE,
    E-DIVISION-LEVEL, E-DIVISION-UNKNOWN, E-HEAD, E-PERSON-ALREADY-LIVE, E-PERSON-ERASED, E-RELATION-SEX.
    """
    place = Refusals()
    check_village(command.division, command.effective_on, decision, place, at="division")
    place.raise_any()
    refusals = begin(household, command, decision, command.division)
    opening = command.to_status in OPENING_STATUSES
    refusals.unless(opening, "E-STATUS-NOT-OPENING", at="to_status", allowed=sorted(OPENING_STATUSES))
    check_spell(command, refusals)
    check_causes(command, refusals)
    refusals.unless(len(command.members) > 0, "E-NO-LIVING-MEMBER", at="members")
    check_new_members(household, command.members, command.effective_on, refusals)
    refusals.raise_any()
    household.trigger(
        HouseholdImported,
        decision,
        command.effective_on,
        evidence=command.evidence,
        division=command.division,
        from_status=status.NONE,
        to_status=command.to_status,
        entry_kind=OPENING,
        spell_no=command.spell_no,
        spell_start=command.spell_start,
        exited_on=command.exited_on,
        retention_until=retention_of(command, decision),
        attribute=command.attribute,
        main_cause=command.main_cause,
        other_causes=list(command.other_causes),
        income_pc=command.income_pc,
        members=[member.record() for member in sorted(command.members, key=lambda member: member.relation != HEAD)],
    )
    doubt_labour(household, named(command.members), command.effective_on)


def retention_of(command: ImportHousehold, decision: Decision) -> date | None:
    """The last day of policies: as the old register says or, for a household that still enjoys them, as policy says."""
    if command.to_status != status.EXITED_WITH_POLICY or command.retention_until is not None:
        return command.retention_until
    assert command.exited_on is not None
    return decision.policy_for(command.division, command.exited_on).retention_until(command.exited_on)


def check_spell(command: ImportHousehold, refusals: Refusals) -> None:
    """The spell began before it ended, and it ended just where the household has exited."""
    started, exited, today = command.spell_start, command.exited_on, command.effective_on
    refusals.unless(started <= today, "E-DATE-ORDER", at="spell_start", first="spell_start", then="effective_on")
    if command.to_status in status.EXITED:
        refusals.unless(exited is not None, "E-FIELD-MISSING", at="exited_on")
    else:
        refusals.unless(exited is None, "E-FIELD-NOT-ALLOWED", at="exited_on")
        refusals.unless(command.retention_until is None, "E-FIELD-NOT-ALLOWED", at="retention_until")
    if exited is not None:
        refusals.unless(started <= exited <= today, "E-DATE-ORDER", at="exited_on", first="spell_start", then="effective_on")
