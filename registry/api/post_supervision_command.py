"""`POST /v1/findings/{finding_id}/{command}` and `POST /v1/complaints/{complaint_id}/{command}`: what supervision and offices do.

Who records one names its id, and may repeat the request as often as the network asks for.
"""

from collections.abc import Iterator

from registry.api.command_endpoint import command_endpoint
from registry.api.endpoint import Endpoint
from registry.api.parts import CommandParts
from registry.api.post_household_command import route_of
from registry.supervision.complaint import ComplaintCommand
from registry.supervision.finding_command import FindingCommand


def post_supervision_commands(parts: CommandParts) -> Iterator[Endpoint]:
    """An endpoint for every command about a finding or a complaint."""
    for command_class in parts.commands:
        if issubclass(command_class, FindingCommand):
            path = f"/v1/findings/{{finding_id}}/{route_of(command_class)}"
            yield command_endpoint(parts, command_class, path, "Supervision", in_path=["finding_id"])
        elif issubclass(command_class, ComplaintCommand):
            path = f"/v1/complaints/{{complaint_id}}/{route_of(command_class)}"
            yield command_endpoint(parts, command_class, path, "Supervision", in_path=["complaint_id"])
