"""`POST /v1/households/{household_id}/resolve-sync-discrepancy`: which side was right, the register or the national system."""

from registry.api.command_endpoint import command_endpoint
from registry.api.endpoint import Endpoint
from registry.api.parts import CommandParts
from registry.reference.national_sync import ResolveSyncDiscrepancy


def post_sync_resolution(parts: CommandParts) -> Endpoint:
    """The endpoint. Comparing is the program's, which has the file."""
    path = "/v1/households/{household_id}/resolve-sync-discrepancy"
    example = {"field": "SIZE", "outcome": "NATIONAL_CORRECTED"}
    return command_endpoint(parts, ResolveSyncDiscrepancy, path, "National system", in_path=["household_id"], example=example)
