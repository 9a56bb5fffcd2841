"""The outermost middleware: gives every request its correlation id, and tells log and metrics what came of it.

A line has the route, not the path: a path may hold what a client put there by mistake, and a query string too. Who asked is an
opaque id.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final
from uuid import UUID

from deploy.metrics.requests import RequestMetrics
from deploy.process_log import process_logger
from deploy.web.problems import CODE
from deploy.web.wsgi_types import Environ, StartResponse, WsgiApplication
from registry.api.circumstances import CORRELATION, uuid_of
from schemas.access import ACTOR

ROUTE: Final = "registry.route"
"""Where the matched route is in the WSGI environment."""
HEADER: Final = "X-Correlation-ID"
_log = process_logger("deploy.web.requests")


class RequestLog:
    """next_id: for requests that name no conversation; ticks: seconds of a clock that never goes back."""

    def __init__(
        self,
        application: WsgiApplication,
        next_id: Callable[[], UUID],
        ticks: Callable[[], float],
        metrics: RequestMetrics,
    ) -> None:
        self._application = application
        self._next_id = next_id
        self._ticks = ticks
        self._metrics = metrics

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """WSGI."""
        began = self._ticks()
        correlation = uuid_of(environ.get("HTTP_X_CORRELATION_ID", "")) or self._next_id()
        environ[CORRELATION] = correlation
        status = ""

        def start(line: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            nonlocal status
            status = line[:3]
            if not any(name == HEADER for name, _ in headers):
                headers = [*headers, (HEADER, str(correlation))]
            return start_response(line, headers, *more)

        try:
            return self._application(environ, start)
        finally:
            self._tell(environ, status, correlation, self._ticks() - began)

    def _tell(self, environ: Environ, status: str, correlation: UUID, seconds: float) -> None:
        self._metrics.answered(environ.get("REQUEST_METHOD", ""), environ.get(ROUTE), status, seconds)
        actor = environ.get(ACTOR)
        _log.info(
            "request",
            method=environ.get("REQUEST_METHOD"),
            route=environ.get(ROUTE),
            status=status,
            code=environ.get(CODE),
            ms=round(seconds * 1000, 1),
            user_id=actor and actor.user_id,
            role=actor and actor.role,
            correlation_id=str(correlation),
        )
