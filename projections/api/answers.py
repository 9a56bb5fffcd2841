"""Answers as they go out: JSON with its validator, or the short word that nothing has changed."""

from typing import Any, Final

import orjson
from flask import Request, Response

from projections.api.endpoint import CSV, JSON
from projections.api.errors import refuse

PRIVATE: Final = "private, no-cache"
"""A browser may keep an answer, but asks before it shows it again; nobody between us and it keeps one."""


def json_answer(document: Any) -> Response:
    """A document as JSON, its Chinese as it is."""
    return Response(orjson.dumps(document), headers={"Cache-Control": PRIVATE}, content_type=JSON)


def versioned(response: Response, version: int) -> Response:
    """With the household's version as its validator."""
    response.headers["ETag"] = etag(version)
    return response


def unchanged(http: Request, version: int) -> Response | None:
    """304 if the client has this version already."""
    if "HTTP_IF_NONE_MATCH" not in http.environ or not http.if_none_match.contains_weak(str(version)):
        return None
    response = Response(status=304)
    response.headers["Cache-Control"] = PRIVATE
    return versioned(response, version)


def etag(version: int) -> str:
    """A household's version as HTTP writes validators; commands take the same in If-Match."""
    return f'"{version}"'


def wants_csv(http: Request) -> bool:
    """Whether the client asks for CSV rather than JSON. Raises QueryRefused (E-ACCEPT) if it wants neither."""
    accepted = http.accept_mimetypes
    if not accepted:
        return False
    best = accepted.best_match([JSON, CSV])
    if best is None:
        refuse("E-ACCEPT", at="Accept", offered=[JSON, CSV])
    return best == CSV
