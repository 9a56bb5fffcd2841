"""Nobody is anonymous: WSGI middleware that turns a bearer token into an Actor, or answers 401 before any view runs.

Outside Flask, so that no route can forget it. The few open paths are named here, each with its reason.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from schemas.access import ACTOR, Actor
from schemas.refusal_codes import refusal

OPEN_PATHS = frozenset(
    {
        "/v1/live",  # an orchestrator asks it before it has any token
        "/v1/ready",  # likewise
        "/openapi.json",  # the contract is public
        "/docs",  # its browsable page, which holds nothing of the register
    }
)
OPEN_PREFIXES = ("/docs/",)
"""The page's own assets, served by us: it loads nothing from elsewhere."""

StartResponse = Callable[..., Any]
WsgiApplication = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


class Authenticator(Protocol):
    """Finds who a token belongs to."""

    def authenticate(self, secret: str) -> Actor | None:
        """The actor; None for a token that is unknown, expired or revoked."""
        ...


class Authentication:
    """Lets requests with a good token through, with their Actor in the WSGI environment."""

    def __init__(self, application: WsgiApplication, authenticator: Authenticator) -> None:
        self._application = application
        self._authenticator = authenticator

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        environ.pop(ACTOR, None)
        if path in OPEN_PATHS or path.startswith(OPEN_PREFIXES):
            return self._application(environ, start_response)
        scheme, _, secret = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        actor = self._authenticator.authenticate(secret.strip()) if scheme.lower() == "bearer" else None
        if actor is None:
            return _unauthorised(environ, start_response)
        environ[ACTOR] = actor
        return self._application(environ, start_response)


def _unauthorised(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """401; the same whether the token is missing, unknown, expired or revoked."""
    entry = refusal("E-AUTH-TOKEN")
    chinese = "en" not in environ.get("HTTP_ACCEPT_LANGUAGE", "").lower().split(",")[0]
    body = {
        "type": f"/v1/errors/{entry.code}",
        "title": entry.title_zh if chinese else entry.title_en,
        "status": entry.status,
        "detail": entry.text_zh if chinese else entry.text_en,
        "instance": environ.get("PATH_INFO", ""),
        "code": entry.code,
        "violations": [],
    }
    payload = json.dumps(body, ensure_ascii=False).encode()
    headers = [
        ("Content-Type", "application/problem+json"),
        ("Content-Length", str(len(payload))),
        ("WWW-Authenticate", 'Bearer realm="registry"'),
    ]
    start_response("401 Unauthorized", headers)
    return [payload]
