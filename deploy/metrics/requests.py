"""Requests by route: the template that was matched, never the path, which may hold ids or what a client put there by mistake."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

from schemas.metrics import HTTP_REQUESTS, HTTP_SECONDS

NO_ROUTE: Final = "-"
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestMetrics:
    """Of one process. A client cannot make new series: methods and routes are ours, a status is three digits."""

    def __init__(self, collector: CollectorRegistry) -> None:
        self._requests = Counter(*HTTP_REQUESTS.declared, registry=collector)
        self._seconds = Histogram(*HTTP_SECONDS.declared, registry=collector, buckets=HTTP_SECONDS.buckets)

    def answered(self, method: str, route: str | None, status: str, seconds: float) -> None:
        """Count a request; `route` None where no view was asked, `status` empty where there was no answer."""
        known = method if method in _METHODS else "OTHER"
        self._requests.labels(known, route or NO_ROUTE, status or "none").inc()
        self._seconds.labels(known, route or NO_ROUTE).observe(seconds)
