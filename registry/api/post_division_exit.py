"""`POST /v1/divisions/{place}/{command}`: the steps by which a village or a county exits."""

from collections.abc import Iterator

from registry.api.command_endpoint import command_endpoint
from registry.api.endpoint import Endpoint
from registry.api.parts import CommandParts
from registry.api.post_household_command import route_of
from registry.reference.division_exit import KINDS


def post_division_exit_steps(parts: CommandParts) -> Iterator[Endpoint]:
    """An endpoint for every step of both kinds of place."""
    for command_class in KINDS:
        path = f"/v1/divisions/{{place}}/{route_of(command_class)}"
        yield command_endpoint(parts, command_class, path, "Exit plan", in_path=["place"])
