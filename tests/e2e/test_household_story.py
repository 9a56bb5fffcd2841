"""A household's story through HTTP alone: it applies, is identified, exits, relapses and re-enters, and whoever asks is shown it.

Every command is sent by somebody whose role may, with the version that the last answer told and a key; the whole of `registry up`
runs beside it: the relay, the log, the projector.
"""

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from deploy.settings import Settings
from registry.command import Command
from registry.policy import documents
from schemas.access import Actor
from tests.support.api_client import a_person, as_request
from tests.support.hand_set_register import actor_of
from tests.support.histories import EXITED_ON, RE_ENTERED_ON, REGISTERED_ON, RELAPSED_ON, re_entered
from tests.support.installation import new_installation
from tests.support.ports import free_port
from tests.support.registry_up import ask, bearer, registry_up
from tests.support.scenario import HOUSEHOLD, PROVINCE, VILLAGE, actor, legitimate, noon_of, person
from tests.support.served_api import make_tokens

STORY = [step for step in re_entered() if isinstance(step, Command)]
AUDITOR = Actor("auditor-1", "AUDITOR", "office-9", PROVINCE)
PEOPLE = range(1, 4)


def year_long_memory(folder: Path) -> Path:
    """The shipped policies, but for a province that lets everybody record a year late: the story is told on one day."""
    shutil.copytree(Path(documents.__file__).parent / "files", folder)
    for file in (folder / "46").glob("*.toml"):
        file.write_text(file.read_text("utf-8") + "\n[records]\nbackdating_days = 366\n", "utf-8")
    return folder


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Told"]:
    """The story, as it was told to a running register."""
    folder = tmp_path_factory.mktemp("story")
    settings = new_installation(
        folder / "data",
        begun_at=noon_of(RE_ENTERED_ON + timedelta(days=1)),
        port=free_port(),
        synthetic_ids=True,
        policy_files=str(year_long_memory(folder / "policy")),
    )
    actors = {actor_of(legitimate(step)) for step in STORY} | {AUDITOR, actor_of(actor("VILLAGE_CLERK"))}
    tokens = dict(zip(actors, make_tokens(settings, *actors), strict=True))
    with registry_up(settings) as running:
        running.wait_until_ready()
        told = Told(settings, tokens)
        told.tell()
        yield told


class Told:
    """Sends the story, and asks about it."""

    def __init__(self, settings: Settings, tokens: dict[Actor, str]) -> None:
        self._settings = settings
        self._tokens = tokens
        self.version = 0
        self.answers: list[Any] = []

    def tell(self) -> None:
        people = {str(person(number)): self._register(number) for number in PEOPLE}
        for number, step in enumerate(STORY):
            path, body = as_request(step)
            text = json.dumps(body)
            for ours, theirs in people.items():
                text = text.replace(ours, theirs)
            for _ in range(2):  # the second time, nothing happens
                answer = self._send(path, actor_of(legitimate(step)), json.loads(text), number)
                self.answers.append(answer)
            self.version = answer["version"]

    def _register(self, number: int) -> str:
        status, answer = self._ask("POST", "/v1/persons", actor_of(actor("VILLAGE_CLERK")), a_person(number))
        assert status == 201, answer
        return str(UUID(answer["person_id"]))

    def _send(self, path: str, who: Actor, body: Any, number: int) -> Any:
        seen = {"If-Match": f'"{self.version}"', "Idempotency-Key": f"step-{number}"}
        status, answer = self._ask("POST", path, who, body, **seen)
        assert status in (200, 201), (path, answer)
        return answer

    def get(self, path: str) -> Any:
        status, answer = self._ask("GET", path, AUDITOR)
        assert status == 200, answer
        return answer

    def _ask(self, method: str, path: str, who: Actor, body: Any = None, **headers: str) -> tuple[int, Any]:
        return ask(self._settings.port, method, path, body, **bearer(self._tokens[who]), **headers)


def test_every_step_was_accepted_once_and_answered_alike_when_it_was_sent_again(told: Told) -> None:
    assert told.answers[::2] == told.answers[1::2]
    versions = [answer["version"] for answer in told.answers[::2]]
    assert versions == sorted(set(versions))
    assert len(STORY) > 30


def test_the_household_is_shown_as_the_story_ends_as_soon_as_its_version_is_there(told: Told) -> None:
    household = told.get(f"/v1/households/{HOUSEHOLD}?min_version={told.version}")
    assert (household["status"], household["version"], household["division"]) == ("REGISTERED", told.version, VILLAGE)
    assert len(household["members"]) == 3


def test_both_spells_are_told_with_their_beginning_and_end(told: Told) -> None:
    spells = told.get(f"/v1/households/{HOUSEHOLD}/spells?min_version={told.version}")["spells"]
    assert [(spell["entry_kind"], spell["started_on"], spell["ended_on"]) for spell in spells] == [
        ("NEW", REGISTERED_ON.isoformat(), EXITED_ON.isoformat()),
        ("RELAPSE", RELAPSED_ON.isoformat(), None),
    ]


def test_the_timeline_has_every_event_that_the_answers_told(told: Told) -> None:
    recorded = {event["event_id"] for answer in told.answers for event in answer["events"]}
    shown = told.get(f"/v1/households/{HOUSEHOLD}/timeline?min_version={told.version}&limit=200")["events"]
    ours = [event["event_id"] for event in shown]
    assert len(ours) == told.version
    assert set(ours) <= recorded


@pytest.mark.parametrize(
    ("on", "status"),
    [
        (REGISTERED_ON, "REGISTERED"),
        (EXITED_ON, "EXITED_WITH_POLICY"),
        (RELAPSED_ON, "RELAPSED"),
        (RE_ENTERED_ON, "REGISTERED"),
    ],
)
def test_what_was_true_on_a_day_of_the_story_is_told_too(told: Told, on: Any, status: str) -> None:
    assert told.get(f"/v1/households/{HOUSEHOLD}?as_of={on}&min_version={told.version}")["status"] == status


def test_the_province_counts_one_household_on_the_register(told: Told) -> None:
    told.get(f"/v1/households/{HOUSEHOLD}?min_version={told.version}")
    totals = told.get(f"/v1/divisions/{PROVINCE}/totals")
    assert totals["total"]["by_status"]["REGISTERED"]["households"] == 1
