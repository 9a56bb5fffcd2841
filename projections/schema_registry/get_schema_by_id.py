"""`GET /schemas/ids/{schema_id}`: the schema of an id, which is all that a deserializer asks."""

from flask import Response

from projections.api.json_schemas import record
from projections.schema_registry.answers import fixed_answer
from projections.schema_registry.endpoint import Asked, RegistryEndpoint
from projections.schema_registry.errors import SCHEMA_NOT_FOUND
from projections.schema_registry.subjects import Subjects
from projections.schema_registry.told import SCHEMA_TEXT


def get_schema_by_id(subjects: Subjects) -> RegistryEndpoint:
    """The endpoint."""

    def view(asked: Asked) -> Response:
        return fixed_answer({"schema": subjects.by_id(asked.path["schema_id"]).text})

    return RegistryEndpoint(
        path="/schemas/ids/{schema_id}",
        name="registry_get_schema_by_id",
        summary="The schema of an id",
        description="`subject` and `format` make no difference: an id is one schema, which stands by itself.",
        answer=record(schema=SCHEMA_TEXT),
        faults=(SCHEMA_NOT_FOUND,),
        view=view,
    )
