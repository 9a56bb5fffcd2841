"""`GET /mode`: what the registry lets be done."""

from typing import Final

from flask import Response

from projections.api.json_schemas import record, words
from projections.schema_registry.answers import present_answer
from projections.schema_registry.endpoint import Asked, RegistryEndpoint

MODE: Final = {"mode": "READONLY"}
ANSWER: Final = record(mode=words("Always READONLY", "READONLY"))


def get_mode() -> RegistryEndpoint:
    """The endpoint."""

    def view(_asked: Asked) -> Response:
        return present_answer(MODE)

    return RegistryEndpoint(
        path="/mode",
        name="registry_get_mode",
        summary="Mode",
        description="Schemas are published with the program, by nobody else.",
        answer=ANSWER,
        view=view,
    )
