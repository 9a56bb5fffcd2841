"""Nobody becomes a member whom the vault does not know: a slip in an id would make a member whom nobody can ever name."""

import dataclasses
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints
from uuid import UUID

from registry.household.new_member import NewMember
from registry.refusal import Refusals
from registry.vault.vault import Vault


def new_members(command: Any) -> dict[str, UUID]:
    """Field -> person id of everybody who would become a member."""
    return dict(_new_members(command))


def takes_members(command_class: type[Any]) -> bool:
    """Whether commands of this class may name somebody who would become a member."""
    return any(NewMember in (one, *get_args(one)) for one in get_type_hints(command_class).values())


def check_persons(command: Any, vault: Vault) -> None:
    """Raises Refused (E-PERSON-UNKNOWN) for every new member of a command whom the vault does not know."""
    new = new_members(command)
    known = vault.offices_of(list(new.values()))
    refusals = Refusals()
    for field, person_id in new.items():
        refusals.unless(person_id in known, "E-PERSON-UNKNOWN", at=field)
    refusals.raise_any()


def _new_members(command: Any) -> Iterator[tuple[str, UUID]]:
    for field in dataclasses.fields(command):
        value = getattr(command, field.name)
        if isinstance(value, NewMember):
            yield f"{field.name}.person_id", value.person_id
        elif isinstance(value, tuple):
            for place, item in enumerate(value):
                if isinstance(item, NewMember):
                    yield f"{field.name}[{place}].person_id", item.person_id
