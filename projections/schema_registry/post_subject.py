"""`POST /subjects/{subject}`: which version of a subject is the schema that is sent? A question, although it is a POST."""

from flask import Response

from projections.schema_registry.answers import found_answer
from projections.schema_registry.endpoint import Asked, RegistryEndpoint
from projections.schema_registry.errors import NOT_UNDERSTOOD, SCHEMA_INVALID, SCHEMA_NOT_FOUND, SUBJECT_NOT_FOUND
from projections.schema_registry.sent_schema import BODY, sent_form
from projections.schema_registry.subjects import Subjects
from projections.schema_registry.told import VERSION, version_told


def post_subject(subjects: Subjects) -> RegistryEndpoint:
    """The endpoint."""

    def view(asked: Asked) -> Response:
        subject = asked.path["subject"]
        subjects.versions(subject)
        return found_answer(version_told(subject, subjects.same_as(subject, sent_form(asked.http))))

    return RegistryEndpoint(
        method="POST",
        path="/subjects/{subject}",
        name="registry_post_subject",
        summary="Which version is this schema?",
        description="Layout and documentation make no difference; names, fields, defaults and logical types do.",
        answer=VERSION,
        faults=(NOT_UNDERSTOOD, SUBJECT_NOT_FOUND, SCHEMA_NOT_FOUND, SCHEMA_INVALID),
        body=BODY,
        view=view,
    )
