"""`POST /v1/divisions/{place}/exit-plan`: set a place's plan of exits of a year."""

from registry.api.command_endpoint import command_endpoint
from registry.api.endpoint import Endpoint
from registry.api.parts import CommandParts
from registry.reference.exit_plan import SetAnnualExitPlan


def post_exit_plan(parts: CommandParts) -> Endpoint:
    """The endpoint."""
    example = {"year": 2018, "persons": 83_000, "households": None, "villages": 83, "counties": 0}
    return command_endpoint(
        parts, SetAnnualExitPlan, "/v1/divisions/{place}/exit-plan", "Exit plan", in_path=["place"], example=example
    )
