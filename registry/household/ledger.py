"""The village ledger: every farm household of a village, poor or not (T0a).

Source: three-year plan, item 23 (a ledger of all farm households, so that nobody is missed). A household of the ledger has a
size; its members become known when a case needs them.
"""

from dataclasses import dataclass

from registry.command import code, codes, decides, number
from registry.decision import Decision
from registry.household import status
from registry.household.command import HouseholdCommand, begin, require_live
from registry.household.event import HouseholdEvent
from registry.household.household import Household, LedgerEntry
from registry.household.village import check_village
from registry.refusal import Refusals

SIZE_MAX = 60


class VillageLedgerEntryUpserted(HouseholdEvent):
    """The village ledger of all farm households holds, or holds anew, this household (item 23)."""

    TOPIC = "household.village_ledger_entry_upserted"
    from_status: str
    to_status: str
    size: int
    labour_count: int
    groups: list[str]
    hukou_kind: str

    def apply(self, aggregate: Household) -> None:
        if self.from_status == status.NONE:
            aggregate.division = self.division
            aggregate.become(self)
        if not aggregate.members:
            aggregate.size = self.size
        aggregate.ledger = entry_of(self)


def entry_of(told: "VillageLedgerEntryUpserted | RecordLedgerHousehold") -> LedgerEntry:
    """What an event or a command says of the household."""
    return LedgerEntry(told.size, told.labour_count, tuple(sorted(told.groups)), told.hukou_kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLedgerHousehold(HouseholdCommand):
    """Enter a household into the ledger of its village, or its entry anew. `groups`: the sweep's groups that it belongs to."""

    division: str
    size: int = number(1, SIZE_MAX)
    labour_count: int = number(0, SIZE_MAX)
    groups: tuple[str, ...] = codes("sweep_group")
    hukou_kind: str = code("hukou_kind", "RURAL")


@decides(RecordLedgerHousehold)
def record_ledger_household(household: Household, command: RecordLedgerHousehold, decision: Decision) -> None:
    """T0a, or a new entry of a known household: E-DIVISION-UNKNOWN, E-LEDGER-SIZE, E-LABOUR-COUNT; the same again is silent.

    As its checks say: E-DIVISION-INACTIVE, E-DIVISION-LEVEL, E-DIVISION-NOT-THERE, E-STATE.
    """
    known = household.status != status.NONE
    if known:
        require_live(household)
    place = Refusals()
    if not known:
        check_village(command.division, command.effective_on, decision, place, at="division")
    else:
        place.unless(command.division == household.division, "E-DIVISION-NOT-THERE", at="division", division=household.division)
    place.raise_any()
    refusals = begin(household, command, decision, command.division)
    members = len(household.members)
    refusals.unless(not members or command.size == members, "E-LEDGER-SIZE", at="size", members=members)
    refusals.unless(command.labour_count <= command.size, "E-LABOUR-COUNT", at="labour_count", size=command.size)
    refusals.raise_any()
    if household.ledger == entry_of(command):
        return
    household.trigger(
        VillageLedgerEntryUpserted,
        decision,
        command.effective_on,
        evidence=command.evidence,
        division=command.division,
        from_status=household.status,
        to_status=household.status if known else status.NOT_REGISTERED,
        size=command.size,
        labour_count=command.labour_count,
        groups=list(command.groups),
        hukou_kind=command.hukou_kind,
    )
