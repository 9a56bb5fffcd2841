"""The query API put together: its endpoints as blueprints for the one web application.

Whoever puts the program together gives `QueryParts`, authenticates every path that is not open (the Actor is in the WSGI
environment, `schemas.access.ACTOR`), and turns `projections.api.errors` into problem details.
"""

from collections.abc import Callable
from typing import Any

from apiflask import APIBlueprint
from flask import Blueprint, Response
from prometheus_client import Counter

from projections.api.document import describe
from projections.api.endpoint import Endpoint
from projections.api.errors import QueryError
from projections.api.get_code_table import get_code_table
from projections.api.get_code_tables import get_code_tables
from projections.api.get_digest import get_digest
from projections.api.get_digests import get_digests
from projections.api.get_division import get_division
from projections.api.get_division_balance import get_division_balance
from projections.api.get_division_children import get_division_children
from projections.api.get_division_comparison_runs import get_division_comparison_runs
from projections.api.get_division_complaints import get_division_complaints
from projections.api.get_division_exit_plan import get_division_exit_plan
from projections.api.get_division_findings import get_division_findings
from projections.api.get_division_ledger import get_division_ledger
from projections.api.get_division_sample_checks import get_division_sample_checks
from projections.api.get_division_sweeps import get_division_sweeps
from projections.api.get_division_sync_discrepancies import get_division_sync_discrepancies
from projections.api.get_division_totals import get_division_totals
from projections.api.get_division_visit_figures import get_division_visit_figures
from projections.api.get_division_warning_figures import get_division_warning_figures
from projections.api.get_event_types import get_event_types
from projections.api.get_finding import get_finding
from projections.api.get_hospital_dead_letters import get_hospital_dead_letters
from projections.api.get_hospitals import get_hospitals
from projections.api.get_household import get_household
from projections.api.get_household_measures import get_household_measures
from projections.api.get_household_spells import get_household_spells
from projections.api.get_household_timeline import get_household_timeline
from projections.api.get_households import get_households
from projections.api.get_live import get_live
from projections.api.get_metrics import get_metrics
from projections.api.get_mismatches import get_mismatches
from projections.api.get_ready import get_ready
from projections.api.get_reimbursement import get_reimbursement
from projections.api.get_reimbursement_below_target import get_reimbursement_below_target
from projections.api.get_warning import get_warning
from projections.api.get_warning_burden import get_warning_burden
from projections.api.get_warning_notices import get_warning_notices
from projections.api.get_warnings import get_warnings
from projections.api.metrics import QueryMetrics, RegisterCollector
from projections.api.parts import QueryParts
from projections.api.readiness import Readiness
from projections.api.waiting import Waiting


def query_endpoints(parts: QueryParts) -> list[Endpoint]:
    """Every endpoint, in the order in which the document shows them."""
    waiting = Waiting(parts)
    return [
        get_households(parts),
        get_household(parts, waiting),
        get_household_timeline(parts, waiting),
        get_household_spells(parts, waiting),
        get_household_measures(parts, waiting),
        get_warnings(parts),
        get_warning(parts, waiting),
        get_warning_burden(parts),
        get_warning_notices(parts),
        get_hospitals(parts),
        get_hospital_dead_letters(parts),
        get_reimbursement(parts),
        get_reimbursement_below_target(parts),
        get_division(parts),
        get_division_children(parts),
        get_division_totals(parts),
        get_division_balance(parts),
        get_division_exit_plan(parts),
        get_division_ledger(parts),
        get_division_visit_figures(parts),
        get_division_sync_discrepancies(parts),
        get_division_sample_checks(parts),
        get_division_warning_figures(parts),
        get_division_comparison_runs(parts),
        get_division_sweeps(parts),
        get_mismatches(parts),
        get_digests(parts),
        get_digest(parts),
        get_division_findings(parts),
        get_finding(parts, waiting),
        get_division_complaints(parts),
        get_code_tables(parts),
        get_code_table(parts),
        get_event_types(parts),
        get_live(),
        get_ready(Readiness(parts)),
        get_metrics(parts.metrics),
    ]


def query_blueprints(parts: QueryParts) -> list[Blueprint]:
    """What the web application registers. The metrics are registered once: call it once for one `parts.metrics`."""
    metrics = QueryMetrics(parts.metrics)
    parts.metrics.register(RegisterCollector(parts))
    blueprint = APIBlueprint("queries", __name__)
    for endpoint in query_endpoints(parts):
        view = _measured(endpoint, metrics, parts.ticks)
        describe(endpoint, view)
        blueprint.add_url_rule(endpoint.rule, endpoint.name, view, methods=["GET"])
    return [blueprint]


def _measured(endpoint: Endpoint, metrics: QueryMetrics, ticks: Callable[[], float]) -> Callable[..., Response]:
    seconds = metrics.seconds.labels(endpoint.name)
    answers: dict[str, Counter] = {}

    def view(**path: Any) -> Response:
        begun = ticks()
        status = "failed"
        try:
            response = endpoint.serve(**path)
            status = str(response.status_code)
            return response
        except QueryError:
            status = "refused"
            raise
        finally:
            seconds.observe(ticks() - begun)
            count = answers.get(status)
            if count is None:
                count = answers[status] = metrics.answers.labels(endpoint.name, status)
            count.inc()

    return view
