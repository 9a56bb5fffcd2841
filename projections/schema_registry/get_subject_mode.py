"""`GET /mode/{subject}`: what the registry lets be done, of one subject."""

from flask import Response

from projections.schema_registry.answers import present_answer
from projections.schema_registry.endpoint import Asked, RegistryEndpoint
from projections.schema_registry.errors import SUBJECT_NOT_FOUND
from projections.schema_registry.get_mode import ANSWER, MODE
from projections.schema_registry.subjects import Subjects


def get_subject_mode(subjects: Subjects) -> RegistryEndpoint:
    """The endpoint."""

    def view(asked: Asked) -> Response:
        subjects.versions(asked.path["subject"])
        return present_answer(MODE)

    return RegistryEndpoint(
        path="/mode/{subject}",
        name="registry_get_subject_mode",
        summary="Mode of a subject",
        description="The same for every subject.",
        answer=ANSWER,
        faults=(SUBJECT_NOT_FOUND,),
        view=view,
    )
