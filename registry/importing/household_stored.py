"""Where the register holds something else of a household than a file says.

The file is compared with what was recorded, not with what has become of it since: a household that was taken over and has exited
meanwhile is there already. A fact that was corrected may be told as it was first recorded or as it was corrected.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from registry.household.ledger import RecordLedgerHousehold, VillageLedgerEntryUpserted
from registry.household.members import MemberAdded
from registry.household.new_member import NewMember
from registry.household.opening import HouseholdImported, ImportHousehold
from registry.importing.view import differing
from registry.refusal import Violation

DIFFERS: Final = "E-IMPORT-DIFFERS"
_OPENING: Final = (
    "division",
    "to_status",
    "attribute",
    "main_cause",
    "other_causes",
    "spell_no",
    "spell_start",
    "exited_on",
    "income_pc",
)
_UNLESS_SAID: Final = ("effective_on", "retention_until")
"""Where a file is silent, the day of the import and the policy say these."""
_LEDGER: Final = ("effective_on", "size", "labour_count", "hukou_kind")


def opening_differences(
    command: ImportHousehold, recorded: Sequence[HouseholdImported], said: Collection[str]
) -> list[Violation]:
    """What none of the recorded versions says; of several, against the version that is nearest. `said`: columns filled in."""
    fields = (*_OPENING, *(name for name in _UNLESS_SAID if name in said))
    wanted = {name: getattr(command, name) for name in fields}
    if not recorded:
        return [Violation(DIFFERS, "to_status")]
    versions = [
        [*_violations(differing(event, wanted)), *_member_differences(command.members, event.members)] for event in recorded
    ]
    return min(versions, key=len)


def ledger_differences(
    command: RecordLedgerHousehold, recorded: Sequence[VillageLedgerEntryUpserted], said: Collection[str]
) -> list[Violation]:
    """As `opening_differences`, for an entry of the village ledger."""
    wanted = {name: getattr(command, name) for name in _LEDGER if name in said}
    if not recorded:
        return [Violation(DIFFERS, "to_status")]
    versions = [
        [
            *_violations(differing(event, {"division": command.division, **wanted})),
            *_violations(["groups"] if set(event.groups) != set(command.groups) else []),
        ]
        for event in recorded
    ]
    return min(versions, key=len)


def registration_differences(members: Sequence[NewMember], recorded: Sequence[MemberAdded]) -> list[Violation]:
    """Who was never a member, and what was said otherwise of those who were; who came later by another way is no difference."""
    found: list[Violation] = []
    for place, member in enumerate(members):
        facts = member.record()
        versions = [differing(event, facts) for event in recorded if event.person_id == member.person_id]
        nearest = min(versions, key=lambda fields: len(fields)) if versions else ["person_id"]
        found += _of_member(place, nearest)
    return found


def _member_differences(members: Sequence[NewMember], recorded: Sequence[dict[str, Any]]) -> list[Violation]:
    by_person = {record["person_id"]: record for record in recorded}
    found: list[Violation] = []
    for place, member in enumerate(members):
        record = by_person.pop(member.person_id, None)
        if record is None:
            found += _of_member(place, ["person_id"])
        else:
            found += _of_member(place, [name for name, value in member.record().items() if record[name] != value])
    return found + ([Violation(DIFFERS, "members")] if by_person else [])


def _of_member(place: int, fields: Iterable[str]) -> list[Violation]:
    return _violations(f"members[{place}].{name}" for name in fields)


def _violations(fields: Iterable[str]) -> list[Violation]:
    return [Violation(DIFFERS, name) for name in fields]
