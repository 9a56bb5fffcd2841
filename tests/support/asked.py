"""The query API asked by somebody of the province unless a test says who, and its answers taken apart."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from werkzeug.test import TestResponse

from registry.event import ActorFacts
from tests.support.api_client import Api
from tests.support.scenario import PROVINCE, actor

NEIGHBOUR = UUID(int=0x5EED << 64 | 1)
FAR_HOUSEHOLD = UUID(int=0x5EED << 64 | 2)
PATIENT = UUID(int=0xACE << 64 | 1)
"""A person whom no household has taken in."""
NOBODY = UUID(int=0x5EED << 64 | 999)
"""The id of no household."""

SENDERS = (
    "VILLAGE_CLERK",
    "TOWNSHIP_OFFICER",
    "COUNTY_OFFICER",
    "PROVINCE_OFFICER",
    "COUNTY_ACCEPTANCE",
    "SUPERVISOR",
    "OPERATOR",
    "HOSPITAL",
)
"""Between them they may do everything."""


def somebody(role: str, division: str) -> ActorFacts:
    """A member of staff with this role and scope."""
    return {**actor(role), "division": division}


OF_THE_PROVINCE = somebody("PROVINCE_OFFICER", PROVINCE)


@dataclass(frozen=True)
class Asked:
    """Asks one register."""

    api: Api

    def get(self, path: str, who: ActorFacts | None = OF_THE_PROVINCE, /, **parameters: Any) -> TestResponse:
        """The response; parameters that begin with a capital are headers."""
        headers = {name: value for name, value in parameters.items() if name[0].isupper()}
        query = urlencode({name: value for name, value in parameters.items() if name not in headers}, doseq=True)
        return self.api.get(f"{path}?{query}" if query else path, who, **headers)

    def json(self, path: str, who: ActorFacts | None = OF_THE_PROVINCE, /, **parameters: Any) -> Any:
        """The document of an answer that has to be good."""
        response = self.get(path, who, **parameters)
        assert response.status_code == 200, response.get_data(as_text=True)
        return response.get_json()

    def refusal(self, path: str, who: ActorFacts | None = OF_THE_PROVINCE, /, **parameters: Any) -> tuple[int, list[Any]]:
        """Status, and (code, parameter) of every fault, of a question that has to be refused."""
        response = self.get(path, who, **parameters)
        assert response.mimetype == "application/problem+json", response.get_data(as_text=True)
        problem = response.get_json()
        assert problem["status"] == response.status_code
        return response.status_code, [(fault["code"], fault["field"]) for fault in problem["violations"]] or [problem["code"]]
