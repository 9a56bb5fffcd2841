"""`POST /v1/hospitals/{institution}/resume-intake`: take in a hospital's records again."""

from registry.api.command_endpoint import command_endpoint
from registry.api.endpoint import Endpoint
from registry.api.parts import CommandParts
from registry.reference.hospital_intake import ResumeHospitalIntake


def post_hospital_resumption(parts: CommandParts) -> Endpoint:
    """The endpoint."""
    path = "/v1/hospitals/{institution}/resume-intake"
    return command_endpoint(parts, ResumeHospitalIntake, path, "Hospitals", in_path=["institution"])
