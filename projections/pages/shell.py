"""What every page has: language, words, the frame, files by names that change with their content, and the browser's orders."""

import hashlib
import hmac
import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, redirect, render_template, request, send_from_directory, url_for
from werkzeug.exceptions import NotFound

from projections.api.languages import preferred_language
from schemas.access import ACTOR, Actor, decide
from schemas.clock import SHANGHAI
from schemas.code_tables import table

ROOT: Final = "/pages"
SESSION_COOKIE: Final = "registry_session"
LANGUAGE_COOKIE: Final = "registry_language"
LANGUAGES: Final = ("zh", "en")
MOMENT: Final = ("as_of", "known_at")
"""What links take along, so that one goes on at the moment that one looks at."""
POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing is loaded from elsewhere, and nothing is run: the pages have no scripts."""
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
_FOLDER: Final = files("projections.pages") / "static"
_YEAR_S: Final = 31_536_000


def language() -> str:
    """`zh` or `en`: what was chosen on a page, else what the browser prefers, else Chinese."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    return chosen if chosen in LANGUAGES else preferred_language(request)


def words() -> Mapping[str, str]:
    """The pages' own words in the language of the request."""
    at = LANGUAGES.index(language())
    return MappingProxyType({key: both[at] for key, both in _both().items()})


def page(template: str, status: int = 200, **shown: Any) -> Response:
    """A page in its frame. Nobody between us and the browser keeps it, and the browser asks again."""
    actor: Actor | None = request.environ.get(ACTOR)
    other = LANGUAGES[1 - LANGUAGES.index(language())]
    frame = {
        "w": words(),
        "both": _both(),
        "language": language(),
        "other": other,
        "switched": address(request.path, {**request.args, "language": other}),
        "actor": actor,
        "may": lambda action: actor is not None and decide(actor, action, actor.division) is None,
        "role": actor and table("role").label(actor.role, language()),
        "asset": asset,
        "form_token": form_token(),
        "word": _word,
        "beijing": _beijing,
        "moment": {name: request.args[name] for name in MOMENT if request.args.get(name)},
    }
    response = make_response(render_template(template, **frame, **shown), status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Language"] = language()
    return response


def form_token() -> str:
    """What a form of this session carries, and a stranger's page cannot know; empty without a session."""
    secret = request.cookies.get(SESSION_COOKIE, "")
    return hmac.new(secret.encode(), b"form", hashlib.sha256).hexdigest() if secret else ""


def is_own_form() -> bool:
    """Whether a POST comes from one of our pages: sent from our own address and, in a session, with its token.

    A browser says with every POST where it comes from; what does not say so is no browser's form.
    """
    origin = request.headers.get("Origin", "")
    own = origin.partition("://")[2] == request.host
    return own and hmac.compare_digest(request.form.get("form_token", ""), form_token())


def set_cookie(response: Response, name: str, value: str) -> None:
    """A cookie for our pages alone, that no script reads; sent over TLS only, but for a register that one tries at home."""
    host = request.host.rpartition(":")[0] or request.host
    response.set_cookie(name, value, path=ROOT, httponly=True, samesite="Strict", secure=host not in _LOOPBACK)


def address(path: str, parameters: Mapping[str, str]) -> str:
    """A page with these parameters, but for empty ones."""
    filled = {name: text for name, text in parameters.items() if text}
    return f"{path}?{urlencode(filled)}" if filled else path


def asset(name: str) -> str:
    """The address of a file, which changes with its content, so that a browser may keep it for a year."""
    return url_for("pages.file", name=f"{_digest(name)}.{name}")


def add_shell(blueprint: Blueprint) -> None:
    """The files, the switch of the language and the orders to the browser."""

    @blueprint.get("/static/<name>")
    def file(name: str) -> Response:
        digest, _, plain = name.partition(".")
        if not (_FOLDER / plain).is_file() or digest != _digest(plain):
            raise NotFound
        response = send_from_directory(str(_FOLDER), plain)
        response.headers["Cache-Control"] = f"public, max-age={_YEAR_S}, immutable"
        return response

    @blueprint.before_request
    def switch() -> Any:
        # The API's own answers are asked for within these requests; a browser's header would choose their form.
        request.environ["HTTP_ACCEPT"] = "text/csv" if request.path.endswith(".csv") else "application/json"
        request.environ.pop("HTTP_IF_NONE_MATCH", None)
        wanted = request.args.get("language")
        if request.method != "GET" or wanted not in LANGUAGES:
            request.environ["HTTP_ACCEPT_LANGUAGE"] = language()
            return None
        response = redirect(address(request.path, {**request.args, "language": ""}), 303)
        set_cookie(response, LANGUAGE_COOKIE, wanted)  # type: ignore[arg-type]
        return response

    @blueprint.after_request
    def orders(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        # Not no-referrer: a form would then say that it comes from nowhere.
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Frame-Options"] = "DENY"
        return response


def _word(labels: Mapping[str, Any], of: str, code: Any) -> str:
    """The words of a code, or of several, in an answer; the code itself where there are none, a dash for nothing."""
    if isinstance(code, list):
        return words()["between"].join(_word(labels, of, one) for one in code) or "—"
    if code is None:
        return "—"
    told = labels.get(of, {}).get(code)
    return str(told[language()] if told else code)


def _beijing(instant: str) -> str:
    """An instant of an answer, in the province's time to the minute."""
    return f"{datetime.fromisoformat(instant).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


@cache
def _both() -> Mapping[str, tuple[str, str]]:
    found = tomllib.loads((files("projections.pages") / "words.toml").read_text("utf-8"))
    return MappingProxyType({key: (both[0], both[1]) for key, both in found.items()})


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((_FOLDER / name).read_bytes()).hexdigest()[:16]
