"""`GET /config/{subject}`: how new versions have to fit, of one subject."""

from flask import Response

from projections.schema_registry.answers import present_answer
from projections.schema_registry.endpoint import Asked, RegistryEndpoint
from projections.schema_registry.errors import SUBJECT_NOT_FOUND
from projections.schema_registry.get_config import ANSWER, CONFIG
from projections.schema_registry.subjects import Subjects


def get_subject_config(subjects: Subjects) -> RegistryEndpoint:
    """The endpoint."""

    def view(asked: Asked) -> Response:
        subjects.versions(asked.path["subject"])
        return present_answer(CONFIG)

    return RegistryEndpoint(
        path="/config/{subject}",
        name="registry_get_subject_config",
        summary="Compatibility of a subject",
        description="The same for every subject.",
        answer=ANSWER,
        faults=(SUBJECT_NOT_FOUND,),
        view=view,
    )
