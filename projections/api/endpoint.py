"""An endpoint: what is asked, by whom, with which parameters, and what comes back. One declaration is served and described."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Request, Response, request
from werkzeug.datastructures import MultiDict

from projections.api.access import require_role
from projections.api.errors import Faults
from projections.api.parameters import Parameter, read_parameters
from projections.register.queries.fields import DIVISION, ID
from schemas.access import ACTOR, Actor

JSON: Final = "application/json"
CSV: Final = "text/csv"


@dataclass(frozen=True, slots=True)
class Question:
    """A request that was read: who asks (nobody, at an open endpoint), the path's parts, the parameters by name."""

    actor: Actor
    path: Mapping[str, Any]
    values: Mapping[str, Any]
    http: Request


@dataclass(frozen=True, slots=True)
class PathPart:
    """A part of an endpoint's path: Flask's converter, and how the document describes it."""

    converter: str
    schema: Mapping[str, Any]
    means: str


PATH_PARTS: Final[Mapping[str, PathPart]] = {
    "household_id": PathPart("uuid:", ID.schema, "The household"),
    "case_id": PathPart("uuid:", ID.schema, "The case"),
    "finding_id": PathPart("uuid:", ID.schema, "The finding"),
    "institution": PathPart(
        "", {"type": "string", "pattern": "^H[0-9]{11}$", "examples": ["H46902400001"]}, "The hospital, by its national code"
    ),
    "code": PathPart("", DIVISION.schema, "12-digit code of a division"),
    "week": PathPart("", {"type": "string", "pattern": r"^\d{4}-W\d{2}$", "examples": ["2019-W10"]}, "A week of ISO 8601"),
    "table": PathPart("", {"type": "string", "examples": ["poverty_cause"]}, "Name of a code table"),
}
NOBODY: Final = Actor("", "", "", "")
"""Asks at the open endpoints, and may do nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One GET.

    action: what the access rules call it, None where anybody may ask without a token; answers: media type -> JSON schema;
    problems: the codes, besides those of every endpoint, that it may refuse with; missing: those of a thing that the path names
    and that is not there (404, whatever the code means elsewhere); check: what is asked of the parameters together; versioned:
    it answers with an ETag and knows If-None-Match.
    """

    path: str
    name: str
    tag: str
    summary: str
    description: str
    action: str | None
    answers: Mapping[str, Mapping[str, Any]]
    view: Callable[[Question], Response]
    parameters: tuple[Parameter, ...] = ()
    problems: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    check: Callable[[Mapping[str, Any], Faults], None] | None = None
    versioned: bool = False

    @property
    def rule(self) -> str:
        """The path as Flask writes it."""
        return re.sub(r"\{(\w+)\}", lambda part: f"<{PATH_PARTS[part[1]].converter}{part[1]}>", self.path)

    def serve(self, **path: Any) -> Response:
        """The view behind its gate: the role first, then every fault of the parameters, then the answer."""
        actor: Actor = request.environ[ACTOR] if self.action is not None else NOBODY
        return self.answer(actor, request.args, path)

    def answer(self, actor: Actor, given: "MultiDict[str, str]", path: Mapping[str, Any]) -> Response:
        """The same for an actor and parameters that somebody else has read from the request."""
        if self.action is not None:
            require_role(actor, self.action)
        faults = Faults()
        values = read_parameters(self.parameters, given, faults)
        if self.check is not None:
            self.check(values, faults)
        faults.raise_any()
        response = self.view(Question(actor, path, values, request))
        if len(self.answers) > 1:
            response.vary.update(("Accept", "Accept-Language"))
        return response
