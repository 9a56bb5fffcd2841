"""`POST /v1/samples/{sample_id}/record-sample-check`: what was found at a household of a sample."""

from registry.api.command_endpoint import command_endpoint
from registry.api.endpoint import Endpoint
from registry.api.parts import CommandParts
from registry.reference.sample import RecordSampleCheck


def post_sample_check(parts: CommandParts) -> Endpoint:
    """The endpoint. A sample is drawn by the program, which has the register's read model to draw from."""
    path = "/v1/samples/{sample_id}/record-sample-check"
    return command_endpoint(parts, RecordSampleCheck, path, "Sample checks", in_path=["sample_id"])
