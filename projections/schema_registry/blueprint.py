"""The schema registry put together: its endpoints as a blueprint for the one web application, and its errors in its own form.

Its schemas are of the program, not of an installation, and hold nothing of anybody; so they are there for whoever can reach the
server, without a token, as clients of registries expect.
"""

from collections.abc import Callable
from typing import Final

from apiflask import APIBlueprint
from flask import Blueprint, Response
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from projections.schema_registry.answers import fault_answer
from projections.schema_registry.document import describe
from projections.schema_registry.endpoint import RegistryEndpoint
from projections.schema_registry.errors import READ_ONLY, Fault, RegistryError
from projections.schema_registry.get_config import get_config
from projections.schema_registry.get_mode import get_mode
from projections.schema_registry.get_referenced_by import get_referenced_by
from projections.schema_registry.get_schema_by_id import get_schema_by_id
from projections.schema_registry.get_schema_subjects import get_schema_subjects
from projections.schema_registry.get_schema_text import get_schema_text
from projections.schema_registry.get_schema_types import get_schema_types
from projections.schema_registry.get_schema_versions import get_schema_versions
from projections.schema_registry.get_schemas import get_schemas
from projections.schema_registry.get_subject_config import get_subject_config
from projections.schema_registry.get_subject_mode import get_subject_mode
from projections.schema_registry.get_subject_version import get_subject_version
from projections.schema_registry.get_subject_version_schema import get_subject_version_schema
from projections.schema_registry.get_subject_versions import get_subject_versions
from projections.schema_registry.get_subjects import get_subjects
from projections.schema_registry.post_subject import post_subject
from projections.schema_registry.post_subject_version import post_subject_version
from projections.schema_registry.subjects import Subjects
from schemas.catalogue import Catalogue

ROOTS: Final = ("/schemas", "/subjects", "/config", "/mode", "/associations", "/compatibility", "/contexts")
"""What the paths of a schema registry begin with. Not all of them are there, but a client has to be told so in its own form:
confluent-kafka asks first whether a topic is associated with a subject, and goes on only after a plain 404."""


def registry_endpoints(subjects: Subjects) -> list[RegistryEndpoint]:
    """Every endpoint."""
    return [
        get_schemas(subjects),
        get_schema_types(),
        get_schema_by_id(subjects),
        get_schema_text(subjects),
        get_schema_subjects(subjects),
        get_schema_versions(subjects),
        get_subjects(subjects),
        post_subject(subjects),
        get_subject_versions(subjects),
        post_subject_version(subjects),
        get_subject_version(subjects),
        get_subject_version_schema(subjects),
        get_referenced_by(subjects),
        get_config(),
        get_subject_config(subjects),
        get_mode(),
        get_subject_mode(subjects),
    ]


def schema_registry_blueprint(catalogue: Catalogue) -> Blueprint:
    """What the web application registers."""
    blueprint = APIBlueprint("schema_registry", __name__)
    for endpoint in registry_endpoints(Subjects(catalogue)):
        view = _view_of(endpoint)
        blueprint.add_url_rule(endpoint.rule, endpoint.name, view, methods=[endpoint.method])
    blueprint.register_error_handler(RegistryError, lambda error: fault_answer(error.fault))
    blueprint.register_error_handler(HTTPException, unserved)
    return blueprint


def is_of_registry(path: str) -> bool:
    """Whether a path is one of a schema registry, be there such an endpoint or not."""
    return path in ROOTS or path.startswith(tuple(f"{root}/" for root in ROOTS))


def unserved(error: HTTPException) -> Response:
    """The answer where no endpoint has one: a path that is not there, a body that is too long, or an attempt to write."""
    status = error.code or 500
    if not isinstance(error, MethodNotAllowed):
        return fault_answer(Fault(status, f"{error.name}."))
    response = fault_answer(READ_ONLY, status)
    response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
    return response


def _view_of(endpoint: RegistryEndpoint) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        return endpoint.serve(**path)

    describe(endpoint, view)
    return view
