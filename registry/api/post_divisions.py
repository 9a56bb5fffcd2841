"""`POST /v1/divisions`: take in an edition of the divisions; what it does not name stays as it is."""

from registry.api.command_endpoint import command_endpoint
from registry.api.endpoint import Endpoint
from registry.api.parts import CommandParts
from registry.reference.division_set import ChangeDivisions


def post_divisions(parts: CommandParts) -> Endpoint:
    """The endpoint."""
    return command_endpoint(parts, ChangeDivisions, "/v1/divisions", "Reference data", then=lambda _: parts.reference_changed())
