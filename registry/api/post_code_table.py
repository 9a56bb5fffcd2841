"""`POST /v1/code-tables/{table}`: replace a code table; no code is ever taken away."""

from registry.api.command_endpoint import command_endpoint
from registry.api.endpoint import Endpoint
from registry.api.parts import CommandParts
from registry.reference.code_table import ChangeCodeTable


def post_code_table(parts: CommandParts) -> Endpoint:
    """The endpoint."""
    return command_endpoint(
        parts,
        ChangeCodeTable,
        "/v1/code-tables/{table}",
        "Reference data",
        in_path=["table"],
        then=lambda _: parts.reference_changed(),
    )
