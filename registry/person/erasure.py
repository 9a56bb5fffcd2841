"""The erasure of a person's data, as the register notes it: who the person was is gone, the figures stay.

The vault destroys the person's key first; this event then tells everybody who keeps a copy. A repetition does nothing, so a
process that died between the two is simply run again. Source: personal information protection law, article 47.
"""

from dataclasses import dataclass
from uuid import UUID

from registry.command import Command, decides
from registry.decision import Decision
from registry.person.person import Person
from registry.refusal import Refusals


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasePersonalData(Command):
    """Note that a person's data were erased on that day."""

    person_id: UUID


@decides(ErasePersonalData)
def erase_personal_data(person: Person, command: ErasePersonalData, decision: Decision) -> None:
    """E-DATE-FUTURE; silent where it was noted before."""
    refusals = Refusals()
    refusals.unless(command.effective_on <= decision.today, "E-DATE-FUTURE", at="effective_on", today=decision.today)
    refusals.raise_any()
    person.erase(decision, command.effective_on)
