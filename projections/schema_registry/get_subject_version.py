"""`GET /subjects/{subject}/versions/{version}`: one version of a subject."""

from flask import Response

from projections.schema_registry.answers import fixed_answer, present_answer
from projections.schema_registry.endpoint import Asked, RegistryEndpoint
from projections.schema_registry.errors import SUBJECT_NOT_FOUND, VERSION_INVALID, VERSION_NOT_FOUND
from projections.schema_registry.subjects import LATEST, Subjects
from projections.schema_registry.told import VERSION, version_told


def get_subject_version(subjects: Subjects) -> RegistryEndpoint:
    """The endpoint."""

    def view(asked: Asked) -> Response:
        subject, number = asked.path["subject"], asked.path["version"]
        told = version_told(subject, subjects.version(subject, number))
        return present_answer(told) if number in LATEST else fixed_answer(told)

    return RegistryEndpoint(
        path="/subjects/{subject}/versions/{version}",
        name="registry_get_subject_version",
        summary="One version of a subject",
        description="By number, or `latest`.",
        answer=VERSION,
        faults=(SUBJECT_NOT_FOUND, VERSION_NOT_FOUND, VERSION_INVALID),
        view=view,
    )
