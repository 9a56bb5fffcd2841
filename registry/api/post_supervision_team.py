"""`POST /v1/counties/{county}/supervision-team`: give a county to a supervision team."""

from registry.api.command_endpoint import command_endpoint
from registry.api.endpoint import Endpoint
from registry.api.parts import CommandParts
from registry.reference.supervision_team import AssignSupervisionTeam


def post_supervision_team(parts: CommandParts) -> Endpoint:
    """The endpoint."""
    return command_endpoint(
        parts,
        AssignSupervisionTeam,
        "/v1/counties/{county}/supervision-team",
        "Reference data",
        in_path=["county"],
        then=lambda _: parts.reference_changed(),
    )
