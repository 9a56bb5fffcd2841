"""Status events: from the ledger entry to the end of a household, and the spells that begin and end with them.

Spells start at T3 and T9; T6, T12 and T15 end them, T11 voids, T13 and T14 reopen (domain 0.2).
"""

from typing import Final

from projections.event_reader import Event
from projections.register.codes import STATUS_NUMBERS
from projections.register.facts.composition import admit
from projections.register.facts.fact import Fact, declare_size, joined
from projections.register.state import Household, LedgerEntry, Spell


def become(household: Household, event: Event) -> None:
    """Take over the status, and the place and size of a household that we see for the first time."""
    number = STATUS_NUMBERS[event["to_status"]]
    if number != household.status:
        household.status = number
        household.status_on = event["effective_on"]
    if not household.division:
        household.division = int(event["division"])
    size = event.get("size")
    if size is not None:
        declare_size(household, size)


def enter_ledger(household: Household, event: Event) -> None:
    household.ledger = LedgerEntry(
        event["effective_on"], event["size"], event["labour_count"], joined(event["groups"]), event["hukou_kind"]
    )
    become(household, event)


def take_over(household: Household, event: Event) -> None:
    """A household that comes in whole: the opening balance, or the child of a split."""
    household.division = int(event["division"])
    for record in event["members"]:
        admit(household, record, event["effective_on"])
    become(household, event)
    explain(household, event)
    household.exited_on = event["exited_on"]
    household.retention_until = event["retention_until"]
    if event["spell_start"] is not None:
        spell = Spell(event["spell_no"], event["entry_kind"], event["spell_start"], event["main_cause"])
        if event["exited_on"] is not None:
            _end(spell, event["exited_on"], "EXITED", None)
        household.spells.append(spell)


def explain(household: Household, event: Event) -> None:
    """What the household is, and why it is poor."""
    household.attribute = event["attribute"]
    household.main_cause = event["main_cause"]
    household.other_causes = joined(event["other_causes"])


def identify(household: Household, event: Event) -> None:
    become(household, event)
    explain(household, event)
    household.spells.append(Spell(event["spell_no"], event["entry_kind"], event["effective_on"], event["main_cause"]))


def exit_register(household: Household, event: Event) -> None:
    become(household, event)
    household.exited_on = event["effective_on"]
    _end_current(household, event, "EXITED")


def relapse(household: Household, event: Event) -> None:
    become(household, event)
    household.spells.append(Spell(event["spell_no"], "RELAPSE", event["effective_on"]))


def revoke_relapse(household: Household, event: Event) -> None:
    become(household, event)
    spell = household.spell
    if spell is not None:
        _end(spell, event["effective_on"], "REVOKED", event["reason_code"])
        spell.voided = True


def re_enter(household: Household, event: Event) -> None:
    become(household, event)
    explain(household, event)
    spell = household.spell
    if spell is not None:
        spell.main_cause = event["main_cause"]


def clear_out(household: Household, event: Event) -> None:
    become(household, event)
    _end_current(household, event, "CLEARED_OUT")


def reverse_clear_out(household: Household, event: Event) -> None:
    """T13: the spell is as it was; of an exited household it had ended with the exit."""
    become(household, event)
    spell = household.spell
    if spell is None:
        return
    if event["to_status"].startswith("EXITED"):
        spell.ended_on, spell.end_kind, spell.end_reason = household.exited_on, "EXITED", None
    else:
        spell.ended_on = spell.end_kind = spell.end_reason = None


def reverse_exit(household: Household, event: Event) -> None:
    """T14: the exit was wrong, the spell goes on."""
    become(household, event)
    household.exited_on = household.retention_until = None
    spell = household.spell
    if spell is not None:
        spell.ended_on = spell.end_kind = spell.end_reason = None


def close(household: Household, event: Event) -> None:
    become(household, event)
    spell = household.spell
    if spell is not None and spell.ended_on is None:
        _end(spell, event["effective_on"], "CLOSED", event["reason_code"])


def set_retention(household: Household, event: Event) -> None:
    household.retention_until = event["until"]


def _end_current(household: Household, event: Event, kind: str) -> None:
    """Give the spell that counts its end; one that had ended keeps its day, kind and reason are the later ones."""
    spell = household.spell
    if spell is not None:
        _end(spell, event["effective_on"] if spell.ended_on is None else spell.ended_on, kind, event["reason_code"])


def _end(spell: Spell, on: int, kind: str, reason: str | None) -> None:
    spell.ended_on, spell.end_kind, spell.end_reason = on, kind, reason


FACTS: Final = {
    "household.village_ledger_entry_upserted": Fact(enter_ledger),
    "household.household_imported": Fact(take_over, flow="IMPORTED"),
    "household.household_formed_by_split": Fact(take_over, flow="SPLIT"),
    "household.identification_applied": Fact(become),
    "household.identification_rejected": Fact(become),
    "household.appeal_decided": Fact(become),
    "household.household_identified": Fact(identify, flow="IDENTIFIED"),
    "household.exit_proposed": Fact(become),
    "household.exit_rejected": Fact(become),
    "household.exit_withdrawn": Fact(become),
    "household.household_exited": Fact(exit_register, flow="EXITED"),
    "household.policy_retention_set": Fact(set_retention),
    "household.policy_retention_ended": Fact(become, flow="RETENTION_ENDED"),
    "household.relapse_confirmed": Fact(relapse, flow="RELAPSED"),
    "household.relapse_revoked": Fact(revoke_relapse, flow="RELAPSE_REVOKED"),
    "household.household_re_entered": Fact(re_enter),
    "household.household_cleared_out": Fact(clear_out, flow="CLEARED_OUT"),
    "household.clear_out_reversed": Fact(reverse_clear_out, flow="CLEAR_OUT_REVERSED"),
    "household.exit_reversed": Fact(reverse_exit, flow="EXIT_REVERSED"),
    "household.household_closed": Fact(close, flow="CLOSED"),
}
