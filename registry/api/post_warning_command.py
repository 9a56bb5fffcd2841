"""`POST /v1/warnings/{subject_id}/{command}`: what people do about the warnings of a household or a person."""

from collections.abc import Iterator

from registry.api.command_endpoint import command_endpoint
from registry.api.endpoint import Endpoint
from registry.api.parts import CommandParts
from registry.api.post_household_command import route_of
from registry.early_warning.command import CaseCommand


def post_warning_commands(parts: CommandParts) -> Iterator[Endpoint]:
    """An endpoint for every command about a case; what the intake alone does has none."""
    for command_class in parts.commands:
        if issubclass(command_class, CaseCommand):
            path = f"/v1/warnings/{{subject_id}}/{route_of(command_class)}"
            yield command_endpoint(parts, command_class, path, "Early warning", in_path=["subject_id"])
