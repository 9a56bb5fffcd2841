"""The API's document, one for commands and queries, and its page, whose every part is served by us: no outside address."""

import json
from collections.abc import Mapping
from threading import Lock
from typing import Any, Final

from apiflask import APIFlask
from flask import Blueprint, Response, request
from flask_swagger_ui import get_swaggerui_blueprint

DOCUMENT_PATH: Final = "/openapi.json"
PAGE_PATH: Final = "/docs"
PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; font-src 'self' data:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
"""The browser itself refuses whatever would be loaded from elsewhere."""
DESCRIPTION: Final = """Commands are recorded as events; queries read projections of them.

Every request carries a bearer token. A command answers the household's new version, which a query may wait for (`min_version`).
`as_of` asks what was true on a day, `known_at` what the register knew at an instant. Errors are problem details (RFC 9457) with a
stable `code` and every violation; their words are Chinese, or English for a client that prefers it."""


def describe_application(app: APIFlask, command_paths: Mapping[str, Any], components: Mapping[str, Any]) -> None:
    """Let the application's document have the commands too."""
    app.config["OPENAPI_VERSION"] = "3.1.0"
    app.config["AUTO_404_RESPONSE"] = False  # each endpoint says itself what it refuses with
    app.config["DESCRIPTION"] = DESCRIPTION
    app.config["SECURITY_SCHEMES"] = {"bearer": {"type": "http", "scheme": "bearer"}}

    @app.spec_processor
    def with_commands(spec: Any) -> Any:
        spec["paths"] = _merged(spec.get("paths", {}), command_paths)
        spec.setdefault("components", {}).setdefault("schemas", {}).update(components)
        spec["security"] = [{"bearer": []}]
        for made in ("tags", "servers"):  # tags without words; the address of whoever asked first
            spec.pop(made, None)
        return spec


def documentation_blueprint(app: APIFlask) -> Blueprint:
    """The document, made when it is first asked for, and kept."""
    blueprint = Blueprint("documentation", __name__)
    lock = Lock()
    made: list[bytes] = []

    @blueprint.get(DOCUMENT_PATH)
    def openapi() -> Response:
        with lock:
            if not made:
                made.append(json.dumps(app.spec, ensure_ascii=False, separators=(",", ":")).encode())
        response = Response(made[0], mimetype="application/json")
        response.headers["Cache-Control"] = "no-cache"
        response.add_etag()
        response.make_conditional(request)
        return response

    return blueprint


def page_blueprint(title: str) -> Blueprint:
    """The browsable page."""
    page: Blueprint = get_swaggerui_blueprint(
        PAGE_PATH,
        DOCUMENT_PATH,
        config={
            "app_name": title,
            "docExpansion": "none",
            "defaultModelsExpandDepth": 0,
            # Else it would ask a validator on the internet about our document, and name our own address in full.
            "validatorUrl": None,
            "oauth2RedirectUrl": f"{PAGE_PATH}/oauth2-redirect.html",
        },
    )

    @page.after_request
    def guard(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = PAGE_POLICY
        return response

    return page


def _merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Path items of both; a path may have methods from both."""
    merged = {path: dict(item) for path, item in first.items()}
    for path, item in second.items():
        merged.setdefault(path, {}).update(item)
    return dict(sorted(merged.items()))
