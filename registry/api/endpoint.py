"""An endpoint: what may be asked, by whom, with which body, and what comes back. One declaration is served and described.

Who asks is weighed first, by the role; then everything that the headers and the body say; then the endpoint's own work, which
asks about the place.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from flask import Blueprint, Response, request
from flask import Request as HttpRequest

from registry.api.circumstances import actor_of, circumstances, read_body
from registry.api.faults import codes_of, is_refusal
from registry.api.json_schema import SchemaBook
from registry.api.metrics import ACCEPTED, FAILED, REFUSED, REPLAYED
from registry.api.parts import CommandParts
from registry.application.parsing import parse
from registry.application.request import Request
from registry.refusal import refuse
from schemas.access import Actor, decide

REPLAY_HEADER: Final = "Idempotency-Replayed"
NOBODY: Final = Actor("", "", "", "")
"""Asks at the open endpoint, and may do nothing else."""


@dataclass(frozen=True, slots=True)
class PathPart:
    """A part of an endpoint's path: Flask's converter, and how the document describes it."""

    converter: str
    schema: Mapping[str, Any]
    means: str


_UUID: Final = {"type": "string", "format": "uuid"}
PATH_PARTS: Final[Mapping[str, PathPart]] = {
    "household_id": PathPart("uuid:", _UUID, "The household"),
    "person_id": PathPart("uuid:", _UUID, "The person, by the vault's id"),
    "subject_id": PathPart("uuid:", _UUID, "The household that a warning is about, or the person whom no household has taken in"),
    "sample_id": PathPart("uuid:", _UUID, "The sample"),
    "finding_id": PathPart("uuid:", _UUID, "The supervision team's finding, by the id that it was recorded with"),
    "complaint_id": PathPart("uuid:", _UUID, "The complaint, by the id that it was received with"),
    "run_id": PathPart("uuid:", _UUID, "The comparison run"),
    "mismatch_id": PathPart("uuid:", _UUID, "The mismatch"),
    "sweep_id": PathPart("uuid:", _UUID, "The sweep"),
    "token_id": PathPart("uuid:", _UUID, "The token, by its id; never its secret"),
    "table": PathPart("", {"type": "string"}, "Name of a code table"),
    "county": PathPart("", {"type": "string", "pattern": "^[0-9]{12}$"}, "12-digit code of a county-level unit"),
    "place": PathPart("", {"type": "string", "pattern": "^[0-9]{12}$"}, "12-digit code of a division"),
    "institution": PathPart("", {"type": "string", "pattern": "^H[0-9]{11}$"}, "The hospital's code with the insurance"),
    "code": PathPart("", {"type": "string"}, "A stable code, such as E-STATE"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was read: who asks, in which circumstances, the path's parts, the body as its declared record."""

    actor: Actor
    circumstances: Request
    path: Mapping[str, Any]
    body: Any
    http: HttpRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One way in.

    action: what the access rules call it, None where anybody may ask without a token; body: the record that the body has to be,
    None where none is read; content: the JSON schema of a body that the view takes apart itself, and is handed as the object that
    it is; in_path: fields of that record that the path says; given: those that the server makes; example: some
    of the example body's fields;
    answers: status -> what it means and the JSON schema of its content, None for no content; problems: codes, besides those of
    every endpoint, that it may refuse with; keyed: it honours Idempotency-Key; versioned: it honours If-Match and answers with
    an ETag.
    """

    method: str
    path: str
    name: str
    tag: str
    summary: str
    description: str
    action: str | None
    view: Callable[[Asked], Response]
    body: type[Any] | None = None
    content: Callable[[SchemaBook], Mapping[str, Any]] | None = None
    in_path: Sequence[str] = ()
    given: Mapping[str, Callable[[], Any]] = field(default_factory=dict)
    example: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[int, tuple[str, Mapping[str, Any] | None]] = field(default_factory=dict)
    problems: Sequence[str] = ()
    keyed: bool = False
    versioned: bool = False

    @property
    def fixed(self) -> frozenset[str]:
        """Fields of the record that are no part of the body."""
        return frozenset(self.in_path) | frozenset(self.given)

    @property
    def rule(self) -> str:
        """The path as Flask writes it."""
        return re.sub(r"\{(\w+)\}", lambda part: f"<{PATH_PARTS[part[1]].converter}{part[1]}>", self.path)

    def answer(self, parts: CommandParts, path: Mapping[str, Any]) -> Response:
        """The view behind its gate. Raises what the answer is a problem for."""
        actor = NOBODY
        if self.action is not None:
            actor = actor_of(request)
            require(actor, self.action, None)
        circumstance = circumstances(request, actor, parts.service.next_id, parts.vault.request_digest)
        body: Any = None
        if self.content is not None:
            body = read_body(request)
        elif self.body is not None:
            fixed = {name: path[name] for name in self.in_path} | {name: make() for name, make in self.given.items()}
            body = parse(self.body, read_body(request), fixed)
        return self.view(Asked(actor, circumstance, path, body, request))

    def serve(self, parts: CommandParts, path: Mapping[str, Any]) -> Response:
        """The same, counted and timed."""
        began = parts.ticks()
        try:
            response = self.answer(parts, path)
        except Exception as error:
            outcome = REFUSED if is_refusal(error) else FAILED
            parts.metrics.answered(self.name, parts.ticks() - began, outcome, codes_of(error))
            raise
        replayed = REPLAY_HEADER in response.headers
        parts.metrics.answered(self.name, parts.ticks() - began, REPLAYED if replayed else ACCEPTED)
        return response


def require(actor: Actor, action: str, division: str | None) -> None:
    """Raises Refused (E-AUTH-ROLE, E-AUTH-SCOPE) unless the actor may do this there; with None only the role is asked."""
    denial = decide(actor, action, division)
    if denial is not None:
        refuse(denial, action=action, role=actor.role, scope=actor.division)


def blueprint_of(endpoints: Sequence[Endpoint], parts: CommandParts) -> Blueprint:
    """The blueprint that serves these endpoints."""
    blueprint = Blueprint("commands", __name__)
    for endpoint in endpoints:
        blueprint.add_url_rule(endpoint.rule, endpoint.name, _view(endpoint, parts), methods=[endpoint.method])
    return blueprint


def _view(endpoint: Endpoint, parts: CommandParts) -> Callable[..., Response]:
    def view(**path: Any) -> Response:
        return endpoint.serve(parts, path)

    return view
