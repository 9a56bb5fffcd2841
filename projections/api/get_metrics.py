"""`GET /v1/metrics`: everything that is measured, in Prometheus' text form."""

from typing import Final

from flask import Response
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from projections.api.endpoint import Endpoint, Question

TEXT: Final = "text/plain"


def get_metrics(registry: CollectorRegistry) -> Endpoint:
    """The endpoint."""

    def view(_question: Question) -> Response:
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)

    return Endpoint(
        path="/v1/metrics",
        name="get_metrics",
        tag="Operation",
        summary="Metrics",
        description="For Prometheus, which can send a bearer token (`authorization` in its scrape configuration).",
        action="metrics.read",
        answers={TEXT: {"type": "string", "examples": ['registry_households{status="REGISTERED"} 25380.0']}},
        view=view,
    )
