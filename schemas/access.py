"""Access: the one function that says whether an actor may take an action in a division.

Commands and queries, the API and the import all ask it, and nothing else decides. Two questions, both needed: may
this role do this at all (`data/access.toml`), and does the actor's division cover the place?
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final, Literal

from schemas.code_tables import table
from schemas.division_codes import covers, is_division_code

ACTOR: Final = "registry.actor"
"""Where the authentication puts the Actor in the WSGI environment, for commands and queries alike."""

DenialCode = Literal["E-AUTH-ROLE", "E-AUTH-SCOPE"]


class AccessTableInvalid(ValueError):
    """The access table names an action twice, or a role that does not exist."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as the token or session says. All opaque ids; `division` is the 12-digit scope of their office."""

    user_id: str
    role: str
    organisation: str
    division: str


def decide(actor: Actor, action: str, division: str | None) -> DenialCode | None:
    """None if the actor may take the action there, else the code of the refusal.

    `division` is the 12-digit code of the place that the action touches or, for a query over many places, of the
    topmost one that it reads; an action on the whole register names the province. With None only the role is asked:
    the caller asks again for every place, once it knows which. An action that the table does not have is allowed to
    nobody.
    """
    if actor.role not in permissions().get(action, frozenset()):
        return "E-AUTH-ROLE"
    if division is None:
        return None
    # A malformed scope, such as an empty one, must never become a prefix that covers everything.
    if not is_division_code(actor.division) or not is_division_code(division):
        return "E-AUTH-SCOPE"
    return None if covers(actor.division, division) else "E-AUTH-SCOPE"


@cache
def permissions() -> Mapping[str, frozenset[str]]:
    """Every action with the roles that may take it. Raise `AccessTableInvalid`."""
    text = resources.files("schemas").joinpath("data/access.toml").read_text(encoding="utf-8")
    return parse(tomllib.loads(text))


def parse(sections: Mapping[str, Mapping[str, list[str]]]) -> Mapping[str, frozenset[str]]:
    """The access table out of its sections. Raise `AccessTableInvalid`."""
    roles, allowed = table("role"), dict[str, frozenset[str]]()
    for section in sections.values():
        for action, names in section.items():
            if action in allowed:
                raise AccessTableInvalid(f"action {action} stands in two sections")
            if unknown := [name for name in names if name not in roles]:
                raise AccessTableInvalid(f"action {action} names unknown roles: {', '.join(unknown)}")
            allowed[action] = frozenset(names)
    return MappingProxyType(allowed)
