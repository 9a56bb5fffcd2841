"""Campaigns as rows: each run and sweep with its end, each step of a mismatch, each listing and check of a sweep's household."""

from collections.abc import Mapping
from typing import Final

from projections.event_reader import Event
from projections.register.batch import Batch, Row

RUN: Final = "RUN"
SWEEP: Final = "SWEEP"
_OPENED: Final[Mapping[str, str]] = {"campaign.comparison_run_opened": RUN, "campaign.sweep_opened": SWEEP}
_CLOSED: Final[Mapping[str, str]] = {"campaign.comparison_run_closed": RUN, "campaign.sweep_closed": SWEEP}
_STEPS: Final[Mapping[str, tuple[str, str | None]]] = {
    "campaign.comparison_mismatch_found": ("FOUND", None),
    "campaign.comparison_mismatch_assigned": ("ASSIGNED", None),
    "campaign.comparison_mismatch_verified": ("VERIFIED", "verdict"),
    "campaign.comparison_mismatch_acted": ("ACTED", "outcome"),
    "campaign.comparison_mismatch_closed": ("CLOSED", "outcome"),
}
"""Event type -> the state that it leads to, and the field of what was said."""
LISTED: Final = "campaign.sweep_target_listed"
CHECKED: Final = "campaign.sweep_household_checked"
CAMPAIGNS: Final = frozenset({*_OPENED, *_CLOSED, *_STEPS, LISTED, CHECKED})


def take_campaign(batch: Batch, event_type: str, event: Event) -> None:
    """Add the rows of an event."""
    if event_type in _OPENED:
        batch.campaigns.append(_opened(_OPENED[event_type], event))
    elif event_type in _CLOSED:
        campaign_id = event["run_id" if _CLOSED[event_type] == RUN else "sweep_id"]
        batch.campaign_ends.append((campaign_id, event["effective_on"], event["recorded_at"]))
    elif event_type in _STEPS:
        batch.mismatch_steps.append(_mismatch_step(event_type, event))
    else:
        batch.sweep_steps.append(_sweep_step(event_type, event))


def _opened(kind: str, event: Event) -> Row:
    at = event["effective_on"], event["recorded_at"]
    if kind == SWEEP:
        return event["sweep_id"], kind, event["year"], None, None, None, "", *at
    window = event["window_from"], event["window_to"], ",".join(sorted(event["sectors"]))
    return event["run_id"], kind, event["year"], event["half"], *window, *at


def _mismatch_step(event_type: str, event: Event) -> Row:
    state, said = _STEPS[event_type]
    about = tuple(event.get(name) for name in ("run_id", "sector", "rule", "household_id"))
    at = event["effective_on"], event["recorded_at"]
    word = "" if said is None else event[said]
    return event["aggregate_id"], event["version"], state, int(event["division"]), *at, event.get("due_on"), word, *about


def _sweep_step(event_type: str, event: Event) -> Row:
    groups = ",".join(sorted(event["groups"])) if event_type == LISTED else ""
    result = event["sweep_result"] if event_type == CHECKED else ""
    at = int(event["division"]), event["effective_on"], event["recorded_at"]
    return event["aggregate_id"], event["version"], event["sweep_id"], event["household_id"], *at, groups, result
