"""`POST /v1/policies`: activate a policy document of the province or a county-level unit, for one year."""

from typing import Final

from registry.api.command_endpoint import command_endpoint
from registry.api.endpoint import Endpoint
from registry.api.parts import CommandParts
from registry.reference.policy_document import ActivatePolicy

EXAMPLE: Final = {
    "division": "460000000000",
    "year": 2022,
    "revision": 1,
    "lines": {"poverty": 4000, "rural_income": 16279},
    "publicity": {"township_days": 7},
}
"""What it does not say has the schema's default."""


def post_policy(parts: CommandParts) -> Endpoint:
    """The endpoint."""
    return command_endpoint(
        parts,
        ActivatePolicy,
        "/v1/policies",
        "Reference data",
        then=lambda _: parts.reference_changed(),
        example={"document": EXAMPLE},
    )
