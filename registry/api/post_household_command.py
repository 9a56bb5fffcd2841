"""`POST /v1/households/{household_id}/{command}`: one route per command about a household, all decided the same way."""

from collections.abc import Iterator

from registry.api.command_endpoint import command_endpoint
from registry.api.endpoint import Endpoint
from registry.api.parts import CommandParts
from registry.command import Command, action_of
from registry.household.command import HouseholdCommand


def route_of(command_class: type[Command]) -> str:
    """The path's last part: `ProposeExit` -> `propose-exit`."""
    return action_of(command_class).replace("_", "-")


def post_household_commands(parts: CommandParts) -> Iterator[Endpoint]:
    """An endpoint for every command about a household that the register knows, or that the client names."""
    for command_class in parts.commands:
        if issubclass(command_class, HouseholdCommand):
            path = f"/v1/households/{{household_id}}/{route_of(command_class)}"
            yield command_endpoint(parts, command_class, path, "Household commands", in_path=["household_id"])
