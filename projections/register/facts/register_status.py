"""Status events: from the ledger entry to the end of a household, and the spells that begin and end with them.

Spells start at T3 and T9; T6, T12 and T15 end them, T11 voids, T13 and T14 reopen (domain 0.2).
"""

from typing import Final

from projections.event_reader import Event
from projections.register.codes import STATUS_NUMBERS
from projections.register.facts.composition import admit, dismiss
from projections.register.facts.fact import Fact, counted, joined
from projections.register.state import Household, LedgerEntry, Spell


def become(household: Household, event: Event) -> None:
    """Take over the status, unless the event leaves it as it is."""
    if event["to_status"] != event["from_status"]:
        household.status = STATUS_NUMBERS[event["to_status"]]
        household.status_on = event["effective_on"]


def enter_ledger(household: Household, event: Event) -> None:
    """The ledger's entry; the first one brings the household in. The size counts while nobody is known as a person."""
    household.changes.ledger = True
    household.ledger = LedgerEntry(
        event["effective_on"], event["size"], event["labour_count"], joined(event["groups"]), event["hukou_kind"]
    )
    if event["from_status"] == "NONE":
        household.division = int(event["division"])
        become(household, event)
    if not household.persons:
        household.size = event["size"]


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
        household.begin_spell(spell)
    if event["to_status"] == "CLEARED_OUT":
        _end_current(household, event, "CLEARED_OUT")


def explain(household: Household, event: Event) -> None:
    """What the household is, and why it is poor."""
    household.attribute = event["attribute"]
    household.main_cause = event["main_cause"]
    household.other_causes = joined(event["other_causes"])


def identify(household: Household, event: Event) -> None:
    become(household, event)
    explain(household, event)
    household.exited_on = household.retention_until = None
    household.begin_spell(Spell(event["spell_no"], event["entry_kind"], event["effective_on"], event["main_cause"]))


def exit_register(household: Household, event: Event) -> None:
    become(household, event)
    household.exited_on = event["effective_on"]
    _end_current(household, event, "EXITED")


def relapse(household: Household, event: Event) -> None:
    become(household, event)
    household.begin_spell(Spell(event["spell_no"], "RELAPSE", event["effective_on"]))


def revoke_relapse(household: Household, event: Event) -> None:
    become(household, event)
    spell = household.current_spell()
    if spell is not None:
        _end(spell, event["effective_on"], "REVOKED", event["reason_code"])
        spell.voided = True


def re_enter(household: Household, event: Event) -> None:
    become(household, event)
    explain(household, event)
    household.exited_on = household.retention_until = None
    spell = household.current_spell()
    if spell is not None:
        spell.main_cause = event["main_cause"]


def clear_out(household: Household, event: Event) -> None:
    become(household, event)
    _end_current(household, event, "CLEARED_OUT")


def reverse_clear_out(household: Household, event: Event) -> None:
    """T13: the spell is as it was; of an exited household it had ended with the exit."""
    become(household, event)
    spell = household.current_spell()
    if spell is None:
        return
    if event["to_status"].startswith("EXITED"):
        _end(spell, household.exited_on, "EXITED", None)
    else:
        _end(spell, None, None, None)


def reverse_exit(household: Household, event: Event) -> None:
    """T14: the exit was wrong, the spell goes on."""
    become(household, event)
    household.exited_on = household.retention_until = None
    spell = household.current_spell()
    if spell is not None:
        _end(spell, None, None, None)


def close(household: Household, event: Event) -> None:
    """T15: nobody is left; a spell that had ended keeps its end."""
    become(household, event)
    spell = household.current_spell()
    if spell is not None and spell.ended_on is None:
        _end(spell, event["effective_on"], "CLOSED", event["reason_code"])
    dismiss(household, list(household.members), event["effective_on"], event["reason_code"])
    household.size = 0


def set_retention(household: Household, event: Event) -> None:
    household.retention_until = event["until"]


def _end_current(household: Household, event: Event, kind: str) -> None:
    """Give the spell that counts its end; one that had ended keeps its day, kind and reason are the later ones."""
    spell = household.current_spell()
    if spell is not None:
        _end(spell, event["effective_on"] if spell.ended_on is None else spell.ended_on, kind, event["reason_code"])


def _end(spell: Spell, on: int | None, kind: str | None, reason: str | None) -> None:
    spell.ended_on, spell.end_kind, spell.end_reason = on, kind, reason


def entry_kind(event: Event) -> str:
    """The balance tells first identifications (NEW) from later ones (REIDENTIFIED)."""
    kind: str = event["entry_kind"]
    return kind


FACTS: Final = {
    "household.village_ledger_entry_upserted": Fact(enter_ledger, shapes=True, flow=counted("SIZE_DECLARED")),
    "household.household_imported": Fact(take_over, shapes=True, flow=counted("IMPORTED")),
    "household.household_formed_by_split": Fact(take_over, shapes=True, flow=counted("SPLIT_IN")),
    "household.identification_applied": Fact(become, shapes=True),
    "household.identification_rejected": Fact(become, shapes=True),
    "household.appeal_decided": Fact(become, shapes=True),
    "household.household_identified": Fact(identify, shapes=True, flow=entry_kind),
    "household.exit_proposed": Fact(become, shapes=True),
    "household.exit_rejected": Fact(become, shapes=True),
    "household.exit_withdrawn": Fact(become, shapes=True),
    "household.household_exited": Fact(exit_register, shapes=True, flow=counted("EXITED")),
    "household.policy_retention_set": Fact(set_retention),
    "household.policy_retention_ended": Fact(become, shapes=True, flow=counted("RETENTION_ENDED")),
    "household.relapse_confirmed": Fact(relapse, shapes=True, flow=counted("RELAPSED")),
    "household.relapse_revoked": Fact(revoke_relapse, shapes=True, flow=counted("RELAPSE_REVOKED")),
    "household.household_re_entered": Fact(re_enter, shapes=True),
    "household.household_cleared_out": Fact(clear_out, shapes=True, flow=counted("CLEARED_OUT")),
    "household.clear_out_reversed": Fact(reverse_clear_out, shapes=True, flow=counted("CLEAR_OUT_REVERSED")),
    "household.exit_reversed": Fact(reverse_exit, shapes=True, flow=counted("EXIT_REVERSED")),
    "household.household_closed": Fact(close, shapes=True, flow=counted("CLOSED", merged="MERGED_OUT")),
}
