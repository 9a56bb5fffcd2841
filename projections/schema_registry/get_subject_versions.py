"""`GET /subjects/{subject}/versions`: the versions of a subject."""

from flask import Response

from projections.schema_registry.answers import present_answer
from projections.schema_registry.endpoint import Asked, RegistryEndpoint
from projections.schema_registry.errors import NOT_UNDERSTOOD, SUBJECT_NOT_FOUND
from projections.schema_registry.parameters import DELETED_ONLY, PAGE
from projections.schema_registry.subjects import Subjects
from projections.schema_registry.told import VERSIONS


def get_subject_versions(subjects: Subjects) -> RegistryEndpoint:
    """The endpoint."""

    def view(asked: Asked) -> Response:
        numbers = [schema.version for schema in subjects.versions(asked.path["subject"])]
        return present_answer(asked.page([] if asked.wants("deletedOnly") else numbers))

    return RegistryEndpoint(
        path="/subjects/{subject}/versions",
        name="registry_get_subject_versions",
        summary="Versions of a subject",
        description="Each can read what was written under any other (FULL_TRANSITIVE).",
        answer=VERSIONS,
        faults=(NOT_UNDERSTOOD, SUBJECT_NOT_FOUND),
        parameters={**DELETED_ONLY, **PAGE},
        view=view,
    )
