"""`GET /schemas/ids/{schema_id}/subjects`: which subjects have the schema of an id."""

from flask import Response

from projections.schema_registry.answers import present_answer
from projections.schema_registry.endpoint import Asked, RegistryEndpoint
from projections.schema_registry.errors import NOT_UNDERSTOOD, SCHEMA_NOT_FOUND
from projections.schema_registry.parameters import PAGE
from projections.schema_registry.subjects import Subjects, subjects_of
from projections.schema_registry.told import SUBJECTS


def get_schema_subjects(subjects: Subjects) -> RegistryEndpoint:
    """The endpoint."""

    def view(asked: Asked) -> Response:
        return present_answer(asked.page(subjects_of(subjects.by_id(asked.path["schema_id"]))))

    return RegistryEndpoint(
        path="/schemas/ids/{schema_id}/subjects",
        name="registry_get_schema_subjects",
        summary="Subjects of an id",
        description="In which topics records of this schema are, too.",
        answer=SUBJECTS,
        faults=(NOT_UNDERSTOOD, SCHEMA_NOT_FOUND),
        parameters=PAGE,
        view=view,
    )
