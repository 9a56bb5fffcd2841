"""Nobody is anonymous: WSGI middleware that turns a bearer token into an Actor, or answers 401 before any view runs. On the pages
a session stands for a token, and whoever has none is sent to sign in; nowhere else does a session count, so that no stranger's
page can send a command in its holder's name.

Outside Flask, so that no route can forget it. The few open paths are named here, each with its reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final, Protocol
from urllib.parse import quote

from werkzeug.http import parse_cookie

from deploy.web.problems import CODE, MIMETYPE, problem_bytes, problem_document
from deploy.web.wsgi_types import Environ, StartResponse, WsgiApplication
from projections.pages.shell import ROOT as PAGES
from projections.pages.shell import SESSION_COOKIE
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
    f"{PAGES}/sign-in": "whoever signs in has not yet",
    f"{PAGES}/static/": "the pages' own files, which hold nothing of the register",
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

    def __init__(self, application: WsgiApplication, tokens: Authenticator, sessions: Authenticator) -> None:
        self._application = application
        self._tokens = tokens
        self._sessions = sessions

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """WSGI."""
        environ.pop(ACTOR, None)
        path = environ.get("PATH_INFO", "")
        if is_open(path):
            return self._application(environ, start_response)
        on_pages = path.startswith(f"{PAGES}/")
        try:
            if on_pages:
                admitted = self._sessions.authenticate(parse_cookie(environ).get(SESSION_COOKIE))
            else:
                admitted = self._tokens.authenticate(_presented(environ))
        except StoreUnavailable as error:
            return _refused(error.code, environ, start_response, [("Retry-After", "1")])
        if admitted is None and on_pages:
            return _sent_to_sign_in(environ, start_response)
        if admitted is None:
            return _refused("E-AUTH-TOKEN", environ, start_response, [("WWW-Authenticate", 'Bearer realm="registry"')])
        environ[ACTOR] = admitted.actor
        environ[TOKEN_UNTIL] = admitted.until
        return self._application(environ, start_response)


def is_open(path: str) -> bool:
    """Whether anybody may ask for it."""
    return path in OPEN_PATHS or path.startswith(tuple(OPEN_PREFIXES))


def _sent_to_sign_in(environ: Environ, start: StartResponse) -> Iterable[bytes]:
    """There, and afterwards back to what was asked for, where that can be asked for again."""
    asked = environ["PATH_INFO"] + (f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else "")
    then = f"?then={quote(asked, safe='')}" if environ.get("REQUEST_METHOD") == "GET" else ""
    environ[CODE] = "E-AUTH-TOKEN"
    start("303 See Other", [("Location", f"{PAGES}/sign-in{then}"), ("Content-Length", "0"), ("Cache-Control", "no-store")])
    return []


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
