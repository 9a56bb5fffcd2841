"""The JSON API's answers for the pages: the same gate, the same parameters, the same queries, within the same request."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request
from werkzeug.datastructures import MultiDict

from projections.api.endpoint import Endpoint
from projections.pages.shell import address
from schemas.access import ACTOR

HOURS_OF_CHINA = "+08:00"


def answer_of(endpoint: Endpoint, given: "MultiDict[str, str]", **path: Any) -> Response:
    """What the endpoint answers whoever is signed in. Raises QueryError."""
    return endpoint.answer(request.environ[ACTOR], given, path)


def told_by(endpoint: Endpoint, given: "MultiDict[str, str]", **path: Any) -> Any:
    """The same, as a document."""
    return answer_of(endpoint, given, **path).get_json()


def kept(*names: str) -> dict[str, str]:
    """Of the page's own parameters these, where they are filled in, as links take them along."""
    return {name: request.args[name] for name in names if request.args.get(name)}


def following(cursor: str | None, parameters: Mapping[str, str]) -> str | None:
    """The address of a list's next page; None where this is the last one."""
    return cursor and address(request.path, {**parameters, "cursor": cursor})


def filled_in(*names: str) -> "MultiDict[str, str]":
    """Of the page's own parameters these, where they are filled in: a form sends its empty fields too.

    What a field for a moment gives is the province's time, which has no offset yet.
    """
    found = MultiDict(
        (name, text.strip()) for name, texts in request.args.lists() for text in texts if name in names and text.strip()
    )
    known_at = found.get("known_at")
    if known_at is not None and "+" not in known_at and not known_at.endswith("Z"):
        found["known_at"] = known_at + HOURS_OF_CHINA
    return found
