"""`GET /schemas/types`: the kinds of schemas there are."""

from flask import Response

from projections.api.json_schemas import rows, words
from projections.schema_registry.answers import present_answer
from projections.schema_registry.endpoint import Asked, RegistryEndpoint


def get_schema_types() -> RegistryEndpoint:
    """The endpoint."""

    def view(_asked: Asked) -> Response:
        return present_answer(["AVRO"])

    return RegistryEndpoint(
        path="/schemas/types",
        name="registry_get_schema_types",
        summary="Kinds of schemas",
        description="Avro alone.",
        answer=rows(words("The kind", "AVRO")),
        view=view,
    )
