"""Ids that follow from what a hospital says: the same whenever, and through whichever door, it says it."""

from typing import Final
from uuid import UUID

from schemas.named_ids import NamedIds

_EXPENSES: Final = NamedIds(UUID("3a4f0a62-7f0d-5c53-8d3b-7c1a52f0b9e4"))
_ENCOUNTERS: Final = NamedIds(UUID("c5d9b7a8-21e4-5b6f-9c80-4e6fd2a1b3c7"))
_NEWBORNS: Final = NamedIds(UUID("e1b64f0d-58c2-5f3a-8a77-90d3c6e5f214"))


def expense_id(institution: str, settlement_id: str) -> UUID:
    """The id of a settlement; all versions have the same."""
    return _EXPENSES.of(f"{institution}:{settlement_id}")


def encounter_ref(institution: str, encounter_id: str) -> UUID:
    """The id of a visit or stay."""
    return _ENCOUNTERS.of(f"{institution}:{encounter_id}")


def newborn_id(mother_id: UUID, newborn_no: int) -> UUID:
    """The id of a newborn who has no ID number yet; newborn_no tells the same mother's apart."""
    return _NEWBORNS.of(f"{mother_id}:{newborn_no}")
