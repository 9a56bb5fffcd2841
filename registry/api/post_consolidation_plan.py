"""`POST /v1/counties/{county}/consolidation-plan`: adopt a county's plan for exited households of a year."""

from registry.api.command_endpoint import command_endpoint
from registry.api.endpoint import Endpoint
from registry.api.parts import CommandParts
from registry.reference.county_plan import AdoptConsolidationPlan


def post_consolidation_plan(parts: CommandParts) -> Endpoint:
    """The endpoint."""
    return command_endpoint(
        parts,
        AdoptConsolidationPlan,
        "/v1/counties/{county}/consolidation-plan",
        "Reference data",
        in_path=["county"],
        then=lambda _: parts.reference_changed(),
    )
