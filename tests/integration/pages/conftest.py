"""One application for a module's tests, with a household that is warned of and found wanting, and people who sign in."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from deploy.composition.intake_side import INTAKE_ACTOR
from schemas.access import Actor
from tests.support.api_client import Api, an_api
from tests.support.early_warnings import assessed
from tests.support.hand_set_register import give, make_installation, move_clock, request_of
from tests.support.histories import in_ledger
from tests.support.scenario import Step, day
from tests.support.supervision import assigned, found, team_assigned

PASSWORD = "correct horse battery"
OWN = {"Origin": "http://localhost"}


@dataclass
class Pages:
    """The pages, as somebody's browser asks for them."""

    api: Api
    _known: set[str] = field(default_factory=set)

    def visitor(self) -> FlaskClient:
        """A browser of somebody who has not signed in."""
        return self.api.app.test_client()

    def account(self, actor: Actor) -> None:
        """See that there is an account of this actor."""
        if actor.user_id not in self._known:
            self.api.side.accounts.add(actor, PASSWORD)
            self._known.add(actor.user_id)

    def signed_in(self, actor: Actor) -> FlaskClient:
        """A browser with a session of this actor."""
        self.account(actor)
        browser = self.visitor()
        browser.set_cookie("registry_session", self.api.side.sessions.open(actor.user_id), path="/pages")
        return browser


def send(browser: FlaskClient, path: str, form: dict[str, str], **headers: str) -> TestResponse:
    """A form sent from our own page."""
    return browser.post(path, data=form, headers={**OWN, **headers})


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    watched = [team_assigned(), found(10), assigned(11)]
    with pages_after(tmp_path_factory.mktemp("pages"), [*in_ledger()[:1], *watched]) as pages:
        yield pages


@contextmanager
def pages_after(folder: Path, steps: list[Step]) -> Iterator[Pages]:
    """The pages of a register with this history, on day 11 or later, its weeks closed."""
    made, copied = folder / "made", folder / "register"
    make_installation(made)
    shutil.copytree(made, copied)
    with an_api(copied) as api:
        api.person(1)
        give(api.side, steps)
        move_clock(api.side, day(11))
        api.side.service.execute(assessed(), request_of(api.side, INTAKE_ACTOR))
        api.side.store.close_periods()
        api.flow()
        yield Pages(api)


def text_of(response: TestResponse) -> Any:
    return response.get_data(as_text=True)
