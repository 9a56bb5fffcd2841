"""`GET /subjects/{subject}/versions/{version}/referencedby`: which schemas need this one to be read."""

from flask import Response

from projections.api.json_schemas import count, rows
from projections.schema_registry.answers import present_answer
from projections.schema_registry.endpoint import Asked, RegistryEndpoint
from projections.schema_registry.errors import SUBJECT_NOT_FOUND, VERSION_INVALID, VERSION_NOT_FOUND
from projections.schema_registry.subjects import Subjects


def get_referenced_by(subjects: Subjects) -> RegistryEndpoint:
    """The endpoint."""

    def view(asked: Asked) -> Response:
        subjects.version(asked.path["subject"], asked.path["version"])
        return present_answer([])

    return RegistryEndpoint(
        path="/subjects/{subject}/versions/{version}/referencedby",
        name="registry_get_referenced_by",
        summary="What refers to a version",
        description="Nothing: every schema stands by itself.",
        answer={**rows(count("An id of a schema")), "maxItems": 0, "examples": [[]]},
        faults=(SUBJECT_NOT_FOUND, VERSION_NOT_FOUND, VERSION_INVALID),
        view=view,
    )
