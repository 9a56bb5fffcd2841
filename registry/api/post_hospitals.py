"""`POST /v1/hospitals`: register hospitals, or say what has changed of them; those that it does not name stay as they are."""

from typing import Final

from registry.api.command_endpoint import command_endpoint
from registry.api.endpoint import Endpoint
from registry.api.parts import CommandParts
from registry.reference.hospital_set import ChangeHospitals

EXAMPLE: Final = {
    "institution": "H46902400001",
    "name_zh": "示范县人民医院",
    "hospital_level": "2",
    "division": "469024000000",
    "usual_interval_hours": 24,
    "since": "2018-09-04",
}
"""A county's hospital that reports each night."""


def post_hospitals(parts: CommandParts) -> Endpoint:
    """The endpoint."""
    return command_endpoint(parts, ChangeHospitals, "/v1/hospitals", "Reference data", example={"hospitals": [EXAMPLE]})
