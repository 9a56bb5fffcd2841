"""`GET /config`: how new versions have to fit."""

from typing import Final

from flask import Response

from projections.api.json_schemas import record, words
from projections.schema_registry.answers import present_answer
from projections.schema_registry.endpoint import Asked, RegistryEndpoint

CONFIG: Final = {"compatibilityLevel": "FULL_TRANSITIVE"}
ANSWER: Final = record(compatibilityLevel=words("Always FULL_TRANSITIVE", "FULL_TRANSITIVE"))


def get_config() -> RegistryEndpoint:
    """The endpoint."""

    def view(_asked: Asked) -> Response:
        return present_answer(CONFIG)

    return RegistryEndpoint(
        path="/config",
        name="registry_get_config",
        summary="Compatibility",
        description="Every version reads what any other wrote; `registry schemas check` holds new ones to it.",
        answer=ANSWER,
        view=view,
    )
