"""`POST /v1/households/record-ledger-household`, `POST /v1/households/import-household`: the server chooses the household's id.

All else is as with the routes of these names below a household's id. Who has ids of their own (an old register's, made into
UUIDs) names them in the path, and may then repeat a request as it likes. Here nothing but the key tells a repetition from a
second family, so a key is needed.
"""

import dataclasses
from collections.abc import Callable, Iterator

from flask import Response

from registry.api.command_endpoint import command_endpoint
from registry.api.endpoint import Asked, Endpoint
from registry.api.parts import CommandParts
from registry.api.post_household_command import route_of
from registry.household.ledger import RecordLedgerHousehold
from registry.household.opening import ImportHousehold
from registry.refusal import refuse

NEW = (RecordLedgerHousehold, ImportHousehold)
"""Commands with which the register first hears of a household."""
ID = "household_id"
OF_A_KNOWN_ONE = frozenset({"E-ID-TAKEN", "E-DIVISION-NOT-THERE"})
"""What nobody is refused for whose household has an id that the server chose just now."""


def post_households(parts: CommandParts) -> Iterator[Endpoint]:
    """The endpoints."""
    for command_class in NEW:
        path = f"/v1/households/{route_of(command_class)}"
        named = command_endpoint(parts, command_class, path, "Household commands", in_path=[ID])
        yield dataclasses.replace(
            named,
            name=f"{named.name}_anew",
            summary=f"{named.summary} The server chooses the household's id.",
            view=_with_new_id(named),
            in_path=(),
            given={**named.given, ID: parts.service.next_id},
            answers={201: named.answers[201]},
            problems=tuple(code for code in named.problems if code not in OF_A_KNOWN_ONE),
            versioned=False,
        )


def _with_new_id(named: Endpoint) -> Callable[[Asked], Response]:
    def view(asked: Asked) -> Response:
        if asked.circumstances.idempotency_key is None:
            refuse("E-HEADER", at="Idempotency-Key", rule="KEY_NEEDED")
        return named.view(asked)

    return view
