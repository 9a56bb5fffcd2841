"""How the members of a household are related to its head, and what that says of their sexes.

Source: national register, relation to the head (20 kinds and "other"), and its data rule that the head and the head's spouse
are not of the same sex. Which sex a relation implies is in the code table.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Protocol

from registry.household.household import HEAD
from registry.refusal import Refusals
from schemas.code_tables import table

SPOUSE = "SPOUSE"
MALE = "MALE"
FEMALE = "FEMALE"


class Relative(Protocol):
    """Whoever is, or is to be, a member."""

    @property
    def relation(self) -> str: ...

    @property
    def sex(self) -> str: ...


def check_kinship(present: Iterable[Relative], new: Mapping[str, Relative], refusals: Refusals, at: str) -> None:
    """One head (E-HEAD, noted at `at`), and new members whose relation fits their sex (E-RELATION-SEX).

    `present`: who is there already; `new`: who joins, by the command's field that names them.
    """
    heads = [person.sex for person in (*present, *new.values()) if person.relation == HEAD]
    refusals.unless(len(heads) == 1 or not new, "E-HEAD", at=at, heads=len(heads))
    for field, person in new.items():
        implied = implied_sexes(person.relation)
        if person.relation == SPOUSE and len(heads) == 1:
            implied = implied - {heads[0]}
        refusals.unless(person.sex in implied, "E-RELATION-SEX", at=f"{field}.relation", relation=person.relation)


@cache
def implied_sexes(relation: str) -> frozenset[str]:
    """The sexes that a relation admits."""
    relations = table("relation")
    if relation in relations.tagged("male"):
        return frozenset({MALE})
    if relation in relations.tagged("female"):
        return frozenset({FEMALE})
    return frozenset({MALE, FEMALE})
