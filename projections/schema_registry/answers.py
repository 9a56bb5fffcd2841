"""Answers as they go out, and how long they may be kept: a version never changes, which versions there are may."""

from typing import Any, Final

import orjson
from flask import Response, request

from projections.schema_registry.endpoint import JSON
from projections.schema_registry.errors import Fault

FOR_EVER: Final = "public, max-age=31536000, immutable"
ASK_AGAIN: Final = "public, no-cache"
"""It may be kept by anybody, who asks each time whether it still holds."""
NOT_AT_ALL: Final = "no-store"


def fixed_answer(document: Any) -> Response:
    """What is frozen: the schema of an id, a numbered version."""
    return _kept(orjson.dumps(document), FOR_EVER)


def fixed_text(text: str) -> Response:
    """A schema as it was frozen, byte for byte."""
    return _kept(text.encode(), FOR_EVER)


def present_text(text: str) -> Response:
    """The same of the latest version."""
    return _kept(text.encode(), ASK_AGAIN)


def present_answer(document: Any) -> Response:
    """What another release of the program may change: lists, and whatever is the latest."""
    return _kept(orjson.dumps(document), ASK_AGAIN)


def found_answer(document: Any) -> Response:
    """The answer to a POST, which nobody keeps."""
    return Response(orjson.dumps(document), headers={"Cache-Control": NOT_AT_ALL}, content_type=JSON)


def fault_answer(fault: Fault, status: int | None = None) -> Response:
    """Why there is no answer. Nobody keeps it: another release may have what this one has not."""
    body = orjson.dumps({"error_code": fault.code, "message": fault.message})
    return Response(body, status or fault.status, headers={"Cache-Control": NOT_AT_ALL}, content_type=JSON)


def _kept(body: bytes, how_long: str) -> Response:
    response = Response(body, headers={"Cache-Control": how_long}, content_type=JSON)
    response.add_etag()
    response.make_conditional(request)
    return response
