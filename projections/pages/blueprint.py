"""The pages put together, with what is shown when something cannot be."""

import logging

from apiflask import APIBlueprint
from flask import Blueprint, Response
from werkzeug.exceptions import HTTPException, NotFound

from projections.api.errors import Fault, NotReady, NotYet, QueryRefused, ViewUnavailable
from projections.api.parts import QueryParts
from projections.pages.campaigns import add_campaigns
from projections.pages.digest import add_digests
from projections.pages.findings import add_findings
from projections.pages.hospitals import add_hospitals
from projections.pages.household import add_household
from projections.pages.overview import add_overview
from projections.pages.register import add_register
from projections.pages.shell import ROOT, add_shell, language, page, words
from projections.pages.sign_in import Door, add_sign_in
from projections.pages.warnings import add_warnings
from schemas.refusal_codes import refusal

_log = logging.getLogger(__name__)


def pages_blueprint(parts: QueryParts, door: Door) -> Blueprint:
    """What the web application registers. Whoever does lets in, besides the sign-in and the files, only those who signed in."""
    # The document of the API asks every blueprint that sees requests first whether it is described there.
    blueprint = APIBlueprint("pages", __name__, url_prefix=ROOT, template_folder="templates", enable_openapi=False)
    add_shell(blueprint)
    add_sign_in(blueprint, door)
    add_overview(blueprint, parts)
    add_register(blueprint, parts)
    add_household(blueprint, parts)
    add_warnings(blueprint, parts)
    add_findings(blueprint, parts)
    add_hospitals(blueprint, parts)
    add_campaigns(blueprint, parts)
    add_digests(blueprint, parts)

    @blueprint.get("/<path:missing>")
    def nowhere(missing: str) -> Response:
        raise NotFound

    _add_errors(blueprint)
    return blueprint


def _add_errors(blueprint: Blueprint) -> None:
    @blueprint.errorhandler(QueryRefused)
    def refused(error: QueryRefused) -> Response:
        return _told(error.status or refusal(error.faults[0].code).status, *map(_sentence, error.faults))

    @blueprint.errorhandler(NotYet)
    @blueprint.errorhandler(NotReady)
    @blueprint.errorhandler(ViewUnavailable)
    def unavailable(error: NotYet | NotReady | ViewUnavailable) -> Response:
        params = error.params if isinstance(error, ViewUnavailable) else {}
        response = _told(503, _sentence(Fault(error.code, "", params)))
        response.headers["Retry-After"] = str(error.retry_after_s)
        return response

    @blueprint.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        status = error.code or 500
        return _told(status, words()["missing"] if status == 404 else error.name)

    @blueprint.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        _log.error("unexpected", exc_info=error)
        return _told(500, words()["broken"])


def _told(status: int, *sentences: str) -> Response:
    return page("error.html", status, sentences=sentences)


def _sentence(fault: Fault) -> str:
    told = refusal(fault.code).describe(language(), fault.params)
    return f"{fault.field}: {told} ({fault.code})" if fault.field else f"{told} ({fault.code})"
