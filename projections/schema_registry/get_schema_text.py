"""`GET /schemas/ids/{schema_id}/schema`: the schema alone, byte for byte as it was frozen."""

from flask import Response

from projections.schema_registry.answers import fixed_text
from projections.schema_registry.endpoint import Asked, RegistryEndpoint
from projections.schema_registry.errors import SCHEMA_NOT_FOUND
from projections.schema_registry.subjects import Subjects
from projections.schema_registry.told import AVRO_SCHEMA


def get_schema_text(subjects: Subjects) -> RegistryEndpoint:
    """The endpoint."""

    def view(asked: Asked) -> Response:
        return fixed_text(subjects.by_id(asked.path["schema_id"]).text)

    return RegistryEndpoint(
        path="/schemas/ids/{schema_id}/schema",
        name="registry_get_schema_text",
        summary="The schema of an id, alone",
        description="The file itself: its SHA-256 is that of the lock file.",
        answer=AVRO_SCHEMA,
        faults=(SCHEMA_NOT_FOUND,),
        view=view,
    )
