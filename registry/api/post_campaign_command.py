"""`POST /v1/comparison-runs`, `/v1/mismatches` and `/v1/sweeps`, and what people do about one of them."""

from collections.abc import Iterator
from typing import Final

from registry.api.command_endpoint import command_endpoint
from registry.api.endpoint import Endpoint
from registry.api.parts import CommandParts
from registry.api.post_household_command import route_of
from registry.campaigns.comparison_runs import CloseComparisonRun, OpenComparisonRun
from registry.campaigns.finding import FindMismatch
from registry.campaigns.handling import MismatchCommand
from registry.campaigns.sweep_target import SweepTargetCommand
from registry.campaigns.sweeps import CloseSweep, OpenSweep

TAG: Final = "Campaigns"


def post_campaign_commands(parts: CommandParts) -> Iterator[Endpoint]:
    """An endpoint for every command about a campaign."""
    window = {"year": 2019, "half": 1, "window_from": "2019-01-01", "window_to": "2019-06-30", "sectors": ["HUKOU"]}
    yield command_endpoint(parts, OpenComparisonRun, "/v1/comparison-runs", TAG, example=window)
    yield _about(parts, CloseComparisonRun, "/v1/comparison-runs/{run_id}", ["run_id"])
    yield _about(parts, FindMismatch, "/v1/comparison-runs/{run_id}/households/{household_id}", ["run_id", "household_id"])
    yield command_endpoint(parts, OpenSweep, "/v1/sweeps", TAG)
    yield _about(parts, CloseSweep, "/v1/sweeps/{sweep_id}", ["sweep_id"])
    for command_class in parts.commands:
        if issubclass(command_class, MismatchCommand):
            yield _about(parts, command_class, "/v1/mismatches/{mismatch_id}", ["mismatch_id"])
        elif issubclass(command_class, SweepTargetCommand):
            path = "/v1/sweeps/{sweep_id}/households/{household_id}"
            yield _about(parts, command_class, path, ["sweep_id", "household_id"])


def _about(parts: CommandParts, command_class: type, path: str, in_path: list[str]) -> Endpoint:
    return command_endpoint(parts, command_class, f"{path}/{route_of(command_class)}", TAG, in_path)
