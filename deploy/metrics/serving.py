"""Serves a process's metrics, and says that it lives: `GET /metrics` for Prometheus, `GET /live` for an orchestrator."""

import threading
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app

from deploy.web.wsgi_types import Environ, StartResponse, WsgiApplication


class _Server(ThreadingMixIn, WSGIServer):
    """One thread a request: an orchestrator's question must not wait for a scrape that waits for a database."""

    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


def serve_metrics(host: str, port: int, registry: CollectorRegistry) -> Callable[[], None]:
    """Serve them; return what ends that. Raises OSError where the port is taken."""
    server = make_server(host, port, metrics_application(registry), _Server, handler_class=_Silent)
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()

    def end() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return end


def metrics_application(registry: CollectorRegistry) -> WsgiApplication:
    """The WSGI application of both. `/live` asks nothing of anybody, so that a slow database gets no sound process killed."""
    metrics: WsgiApplication = make_wsgi_app(registry)

    def application(environ: Environ, start: StartResponse) -> Iterable[bytes]:
        match environ.get("PATH_INFO"):
            case "/live":
                return _answer(start, "200 OK", b'{"live": true}\n')
            case "/metrics":
                return metrics(environ, start)
            case _:
                return _answer(start, "404 Not Found", b'{"paths": ["/live", "/metrics"]}\n')

    return application


def _answer(start: StartResponse, status: str, body: bytes) -> Iterable[bytes]:
    start(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
