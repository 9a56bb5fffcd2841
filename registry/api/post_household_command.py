"""`POST /v1/households/{household_id}/{command}`: one route per command of the catalogue, all decided the same way.

200 or 201 with the household's new version, the events that were recorded, and warnings; refusals as problem details.
"""

import json
from collections.abc import Callable, Sequence
from uuid import UUID

from flask import Blueprint, Response, request

from registry.api.circumstances import Digest, circumstances, read_body
from registry.application.parsing import parse
from registry.application.service import CommandService, body_of
from registry.command import Command, action_of
from registry.household.command import HouseholdCommand


def route_of(command_class: type[Command]) -> str:
    """The path's last part: `ProposeExit` -> `propose-exit`."""
    return action_of(command_class).replace("_", "-")


def household_commands(service: CommandService, commands: Sequence[type[Command]], digest: Digest) -> Blueprint:
    """The blueprint with a route for every command about a household."""
    blueprint = Blueprint("household_commands", __name__, url_prefix="/v1/households/<uuid:household_id>")
    for command_class in commands:
        if issubclass(command_class, HouseholdCommand):
            view = _view(service, command_class, digest)
            blueprint.add_url_rule(f"/{route_of(command_class)}", action_of(command_class), view, methods=["POST"])
    return blueprint


def _view(service: CommandService, command_class: type[Command], digest: Digest) -> Callable[[UUID], Response]:
    def post_command(household_id: UUID) -> Response:
        circumstance = circumstances(request, service.next_id, digest)
        command = parse(command_class, {**read_body(request), "household_id": household_id})
        outcome = service.execute(command, circumstance)
        response = Response(json.dumps(body_of(outcome)), outcome.status, mimetype="application/json")
        response.headers["ETag"] = f'"{outcome.version}"'
        response.headers["X-Correlation-ID"] = str(circumstance.correlation_id)
        if outcome.replayed:
            response.headers["Idempotency-Replayed"] = "true"
        return response

    return post_command
