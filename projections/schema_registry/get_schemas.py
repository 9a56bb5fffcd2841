"""`GET /schemas`: every version of every subject, with its schema."""

from flask import Response

from projections.api.json_schemas import rows
from projections.schema_registry.answers import present_answer
from projections.schema_registry.endpoint import Asked, RegistryEndpoint
from projections.schema_registry.errors import NOT_UNDERSTOOD
from projections.schema_registry.parameters import LATEST_ONLY, PAGE, PREFIX, without_context
from projections.schema_registry.subjects import Subjects
from projections.schema_registry.told import VERSION, version_told


def get_schemas(subjects: Subjects) -> RegistryEndpoint:
    """The endpoint."""

    def view(asked: Asked) -> Response:
        prefix = without_context(asked.http.args.get("subjectPrefix", ""))
        latest = slice(-1, None) if asked.wants("latestOnly") else slice(None)
        found = [
            (subject, schema)
            for subject in subjects.names
            if subject.startswith(prefix)
            for schema in subjects.versions(subject)[latest]
        ]
        return present_answer([version_told(subject, schema) for subject, schema in asked.page(found)])

    return RegistryEndpoint(
        path="/schemas",
        name="registry_get_schemas",
        summary="Every schema",
        description="By subject and version. A schema is there once for each of its subjects.",
        answer=rows(VERSION),
        faults=(NOT_UNDERSTOOD,),
        parameters={**PREFIX, **LATEST_ONLY, **PAGE},
        view=view,
    )
