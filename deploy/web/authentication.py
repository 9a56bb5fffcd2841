"""Nobody is anonymous: WSGI middleware that turns a bearer token into an Actor, or answers 401 before any view runs.

Outside Flask, so that no route can forget it. The few open paths are named here, each with its reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final, Protocol

from deploy.web.problems import CODE, MIMETYPE, problem_bytes, problem_document
from deploy.web.wsgi_types import Environ, StartResponse, WsgiApplication
from projections.schema_registry.blueprint import ROOTS
from registry.api.circumstances import CORRELATION, TOKEN_UNTIL
from registry.api.languages import language_of
from registry.store.errors import StoreUnavailable
from schemas.access import ACTOR, Actor

OPEN_PATHS: Final = {
    "/v1/live": "an orchestrator asks it before it has any token",
    "/v1/ready": "likewise",
    "/openapi.json": "the contract is public",
    "/docs": "its browsable page, which holds nothing of the register",
    **dict.fromkeys(ROOTS, "schemas are part of the contract, and clients of Kafka fetch them without a token"),
}
OPEN_PREFIXES: Final = {
    "/docs/": "the page's own assets, served by us: it loads nothing from elsewhere",
    "/v1/errors/": "what a code means is public, and a 401 points there",
    **{f"{root}/": "schemas, as above" for root in ROOTS},
}
_BEARER: Final = "bearer"


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who was let in, and until when that holds."""

    actor: Actor
    until: datetime


class Authenticator(Protocol):
    """Finds who a token belongs to."""

    def authenticate(self, secret: str | None) -> Admitted | None:
        """Who presents it; None for no token, and for one that is unknown, expired or revoked. Raises StoreUnavailable."""
        ...


class Authentication:
    """Lets requests with a good token through, with their Actor in the WSGI environment."""

    def __init__(self, application: WsgiApplication, authenticator: Authenticator) -> None:
        self._application = application
        self._authenticator = authenticator

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """WSGI."""
        environ.pop(ACTOR, None)
        if is_open(environ.get("PATH_INFO", "")):
            return self._application(environ, start_response)
        try:
            admitted = self._authenticator.authenticate(_presented(environ))
        except StoreUnavailable as error:
            return _refused(error.code, environ, start_response, [("Retry-After", "1")])
        if admitted is None:
            return _refused("E-AUTH-TOKEN", environ, start_response, [("WWW-Authenticate", 'Bearer realm="registry"')])
        environ[ACTOR] = admitted.actor
        environ[TOKEN_UNTIL] = admitted.until
        return self._application(environ, start_response)


def is_open(path: str) -> bool:
    """Whether anybody may ask for it."""
    return path in OPEN_PATHS or path.startswith(tuple(OPEN_PREFIXES))


def _presented(environ: Environ) -> str | None:
    scheme, _, secret = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return secret.strip() if scheme.lower() == _BEARER else None


def _refused(code: str, environ: Environ, start: StartResponse, headers: list[tuple[str, str]]) -> Iterable[bytes]:
    """The same problem details whatever is wrong with the token, so that nobody learns which exist."""
    environ[CODE] = code
    language = language_of(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
    document = problem_document(code, language, environ.get(CORRELATION))
    body = problem_bytes(document)
    start(
        f"{document['status']} {HTTPStatus(document['status']).phrase}",
        [
            *headers,
            ("Content-Type", MIMETYPE),
            ("Content-Length", str(len(body))),
            ("Content-Language", language),
            ("Cache-Control", "no-store"),
        ],
    )
    return [body]
