"""`POST /subjects/{subject}/versions`: the id of a schema that is published; another is not taken."""

from flask import Response

from projections.api.json_schemas import record
from projections.schema_registry.answers import found_answer
from projections.schema_registry.endpoint import Asked, RegistryEndpoint
from projections.schema_registry.errors import NOT_UNDERSTOOD, READ_ONLY, SCHEMA_INVALID, RegistryError, refuse
from projections.schema_registry.sent_schema import BODY, sent_form
from projections.schema_registry.subjects import Subjects
from projections.schema_registry.told import ID


def post_subject_version(subjects: Subjects) -> RegistryEndpoint:
    """The endpoint.

    A serializer that registers its schema by itself (clients do unless told otherwise) only wants its id, and gets it where there
    is one, as from Confluent's own registry when that is read-only.
    """

    def view(asked: Asked) -> Response:
        form = sent_form(asked.http)
        try:
            schema = subjects.same_as(asked.path["subject"], form)
        except RegistryError:
            refuse(READ_ONLY)
        return found_answer({"id": schema.id})

    return RegistryEndpoint(
        method="POST",
        path="/subjects/{subject}/versions",
        name="registry_post_subject_version",
        summary="The id of a published schema",
        description="Nothing is registered: a schema that is not published under this subject is refused.",
        answer=record(id=ID),
        faults=(NOT_UNDERSTOOD, SCHEMA_INVALID, READ_ONLY),
        body=BODY,
        view=view,
    )
