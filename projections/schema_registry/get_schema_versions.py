"""`GET /schemas/ids/{schema_id}/versions`: subjects and versions of the schema of an id."""

from flask import Response

from projections.api.json_schemas import rows
from projections.schema_registry.answers import present_answer
from projections.schema_registry.endpoint import Asked, RegistryEndpoint
from projections.schema_registry.errors import NOT_UNDERSTOOD, SCHEMA_NOT_FOUND
from projections.schema_registry.parameters import PAGE
from projections.schema_registry.subjects import Subjects, subjects_of
from projections.schema_registry.told import PLACE


def get_schema_versions(subjects: Subjects) -> RegistryEndpoint:
    """The endpoint."""

    def view(asked: Asked) -> Response:
        schema = subjects.by_id(asked.path["schema_id"])
        places = [{"subject": subject, "version": schema.version} for subject in subjects_of(schema)]
        return present_answer(asked.page(places))

    return RegistryEndpoint(
        path="/schemas/ids/{schema_id}/versions",
        name="registry_get_schema_versions",
        summary="Subjects and versions of an id",
        description="The version is that of the record type, the same in each of its subjects.",
        answer=rows(PLACE),
        faults=(NOT_UNDERSTOOD, SCHEMA_NOT_FOUND),
        parameters=PAGE,
        view=view,
    )
