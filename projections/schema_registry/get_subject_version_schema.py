"""`GET /subjects/{subject}/versions/{version}/schema`: the schema of one version, alone."""

from flask import Response

from projections.schema_registry.answers import fixed_text, present_text
from projections.schema_registry.endpoint import Asked, RegistryEndpoint
from projections.schema_registry.errors import SUBJECT_NOT_FOUND, VERSION_INVALID, VERSION_NOT_FOUND
from projections.schema_registry.subjects import LATEST, Subjects
from projections.schema_registry.told import AVRO_SCHEMA


def get_subject_version_schema(subjects: Subjects) -> RegistryEndpoint:
    """The endpoint."""

    def view(asked: Asked) -> Response:
        number = asked.path["version"]
        text = subjects.version(asked.path["subject"], number).text
        return present_text(text) if number in LATEST else fixed_text(text)

    return RegistryEndpoint(
        path="/subjects/{subject}/versions/{version}/schema",
        name="registry_get_subject_version_schema",
        summary="The schema of one version, alone",
        description="The file itself, as it was frozen: what a program that makes classes from schemas fetches.",
        answer=AVRO_SCHEMA,
        faults=(SUBJECT_NOT_FOUND, VERSION_NOT_FOUND, VERSION_INVALID),
        view=view,
    )
