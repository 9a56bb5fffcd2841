"""`POST /v1/policies`: activate a policy document of the province or a county-level unit, for one year."""

from registry.api.command_endpoint import command_endpoint
from registry.api.endpoint import Endpoint
from registry.api.parts import CommandParts
from registry.reference.policy_document import ActivatePolicy


def post_policy(parts: CommandParts) -> Endpoint:
    """The endpoint."""
    return command_endpoint(parts, ActivatePolicy, "/v1/policies", "Reference data", then=lambda _: parts.reference_changed())
