"""The web application over a register whose clock is set by hand, asked as a client would, and by whom a test likes.

with an_api(folder) as api:
    api.post("/v1/households/...", actor("VILLAGE_CLERK"), {"effective_on": "2018-09-04"})
"""

import dataclasses
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from prometheus_client import CollectorRegistry
from werkzeug.test import TestResponse

from deploy.composition.read_side import READ_MODELS
from deploy.composition.write_side import WriteSide
from deploy.pipeline.projecting import opened_projector
from deploy.pipeline.relaying import opened_relay
from deploy.web.composing import web_application_of
from registry.command import Command, action_of
from registry.event import ActorFacts
from registry.vault.id_number import synthetic_id
from schemas.access import Actor
from tests.support.hand_set_register import actor_of, move_clock, opened_installation
from tests.support.scenario import DAY_ONE, By, Step, actor, legitimate, person

TOKENS_LAST = timedelta(days=300)
PEOPLE = 20
"""The tests speak of persons 1 to 19."""


@dataclass
class Api:
    """A client of the application. A token is made for each actor at first use."""

    side: WriteSide
    app: Flask
    _tokens: dict[Actor, str] = field(default_factory=dict)
    _people: dict[int, UUID] = field(default_factory=dict)

    def token(self, who: ActorFacts | Actor) -> str:
        """A good token of this actor."""
        holder = who if isinstance(who, Actor) else actor_of(who)
        if holder not in self._tokens:
            self._tokens[holder] = self.side.tokens.create(holder, self.side.clock.now() + TOKENS_LAST).reveal()
        return self._tokens[holder]

    def ask(self, method: str, path: str, who: ActorFacts | Actor | None, body: Any = None, **headers: str) -> TestResponse:
        """One request; headers as Python names (`If_Match`). A body that is no text or bytes is sent as JSON."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if who is not None:
            sent["Authorization"] = f"Bearer {self.token(who)}"
        if body is not None and not isinstance(body, str | bytes):
            body = json.dumps(body, ensure_ascii=False)
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        return self.app.test_client().open(path, method=method, headers=sent, data=body, buffered=True)

    def get(self, path: str, who: ActorFacts | Actor | None, **headers: str) -> TestResponse:
        """GET."""
        return self.ask("GET", path, who, **headers)

    def post(self, path: str, who: ActorFacts | Actor | None, body: Any = None, **headers: str) -> TestResponse:
        """POST."""
        return self.ask("POST", path, who, body, **headers)

    def give(self, *steps: Step) -> list[TestResponse]:
        """Give commands over HTTP, each by somebody who may and on its own day; every one has to be accepted."""
        return [self.give_one(step) for step in steps]

    def give_one(self, step: Step, **headers: str) -> TestResponse:
        """Give one command over HTTP; it has to be accepted."""
        assert isinstance(step, By | Command)
        command, who = (step.command, step.actor) if isinstance(step, By) else (step, legitimate(step))
        move_clock(self.side, command.effective_on)
        path, body = as_request(command)
        response = self.post(path, who, self.with_people(json.dumps(body)), **headers)
        assert response.status_code in (200, 201), response.get_data(as_text=True)
        return response

    def with_people(self, text: str) -> str:
        """The text with the tests' person ids replaced by the ids that the vault gave; each is registered at first use."""
        for number in range(1, PEOPLE):
            if str(person(number)) in text:
                if number not in self._people:
                    self._people[number] = self.person(number)
                text = text.replace(str(person(number)), str(self._people[number]))
        return text

    def flow(self) -> None:
        """Relay and project until nothing is left."""
        with opened_relay(self.side.settings, self.side.clock) as step:
            while step():
                pass
        for model in READ_MODELS:
            with opened_projector(self.side.settings, model) as step:
                while step():
                    pass

    def person(self, number: int, who: ActorFacts | None = None, **more: str) -> UUID:
        """Register a made-up person; the number tells two of them apart."""
        response = self.post("/v1/persons", who or actor("VILLAGE_CLERK"), a_person(number, **more))
        assert response.status_code in (200, 201), response.get_data(as_text=True)
        return UUID(response.get_json()["person_id"])


@contextmanager
def an_api(folder: Path, start: date = DAY_ONE) -> Iterator[Api]:
    """The application over the installation that was made in this folder, at noon of that day."""
    with opened_installation(folder, start, cache_size=100) as side, web_application_of(side, CollectorRegistry()) as app:
        yield Api(side, app)


def a_person(number: int, **more: str) -> dict[str, str]:
    """A made-up person's data, as they are sent."""
    return {"name": f"某{number}", "id_number": synthetic_id(date(1980, 5, 1), number), **more}


def as_request(command: Command) -> tuple[str, dict[str, Any]]:
    """A household command as a client sends it: path and body."""
    fields = as_json(command)
    household_id = fields.pop("household_id")
    return f"/v1/households/{household_id}/{action_of(type(command)).replace('_', '-')}", fields


def as_json(value: Any) -> Any:
    """A command's fields as JSON has them; what is not said is left out."""
    if dataclasses.is_dataclass(value):
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        return {name: as_json(item) for name, item in fields.items() if item is not None}
    if isinstance(value, Mapping):
        return {name: as_json(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    if isinstance(value, bytes):
        return value.hex()
    return str(value) if isinstance(value, Decimal | date | UUID) else value
