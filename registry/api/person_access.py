"""Who may do something with a person's data: whose division covers the place where the person is on the register.

That is the village of the person's household now; for somebody who lives in none, of the last one; and for somebody whom no
household has taken in yet, the office that registered them, so that a slip of the pen can be mended at once.
"""

from uuid import UUID

from registry.api.endpoint import require
from registry.api.parts import CommandParts
from registry.application.places import place_of_household, place_of_person
from registry.refusal import refuse
from schemas.access import Actor


def require_person(parts: CommandParts, actor: Actor, action: str, person_id: UUID) -> None:
    """Raises Refused: E-NOT-FOUND for somebody whom the vault does not know, E-AUTH-SCOPE."""
    offices = parts.vault.offices_of([person_id])
    if person_id not in offices:
        refuse("E-NOT-FOUND")
    require(actor, action, place_of_person(person_id, parts.service.new_loader()) or offices[person_id])


def require_household(parts: CommandParts, actor: Actor, action: str, household_id: UUID) -> None:
    """Raises Refused: E-HOUSEHOLD-UNKNOWN, E-AUTH-SCOPE."""
    place = place_of_household(household_id, parts.service.new_loader())
    if not place:
        refuse("E-HOUSEHOLD-UNKNOWN")
    require(actor, action, place)
