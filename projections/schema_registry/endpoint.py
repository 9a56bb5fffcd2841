"""An endpoint of the schema registry: what is asked and what comes back. One declaration is served and described.

Confluent's clients fix its paths, its media type and the form of its errors, so it is not one of `projections.api`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

from flask import Request, Response, request

from projections.schema_registry.errors import NOT_UNDERSTOOD, Fault, refuse

JSON: Final = "application/vnd.schemaregistry.v1+json"
_NUMBER: Final = re.compile(r"-?[0-9]{1,9}")
Json = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: the parts of its path, and the request itself. Parameters that nobody declared are not minded."""

    path: Mapping[str, str]
    http: Request

    def wants(self, name: str) -> bool:
        """Whether a parameter says true."""
        return self.http.args.get(name, "").lower() == "true"

    def page(self, items: Sequence[T]) -> Sequence[T]:
        """The part of a list that `offset` and `limit` ask for; a limit below 1 is none. Raises RegistryError."""
        begin = max(0, self._number("offset", 0))
        limit = self._number("limit", -1)
        return items[begin : begin + limit] if limit > 0 else items[begin:]

    def _number(self, name: str, otherwise: int) -> int:
        text = self.http.args.get(name)
        if text is None:
            return otherwise
        return int(text) if _NUMBER.fullmatch(text) else refuse(NOT_UNDERSTOOD)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryEndpoint:
    """One path and method.

    answer: the JSON schema of what comes back, with an example; faults: what it may be refused for; parameters: of its query, by
    name, as the document describes them; body: the JSON schema of what is sent.
    """

    path: str
    name: str
    summary: str
    description: str
    answer: Json
    view: Callable[[Asked], Response]
    method: Literal["GET", "POST"] = "GET"
    faults: tuple[Fault, ...] = ()
    parameters: Mapping[str, Json] | None = None
    body: Json | None = None

    @property
    def rule(self) -> str:
        """The path as Flask writes it."""
        return re.sub(r"\{(\w+)\}", r"<\1>", self.path)

    def serve(self, **path: str) -> Response:
        """The answer to the present request. Raises RegistryError."""
        return self.view(Asked(path, request))
