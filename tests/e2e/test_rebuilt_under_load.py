"""A register that is rebuilt, and one whose program is exchanged, while clerks record and supervisors ask: on both engines.

No answer fails, none goes back in time, and what was asked as of a moment is answered the same before, meanwhile and after.
"""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from consumers.rebuild.rebuild import Rebuild
from deploy.composition.log_side import open_consumer
from deploy.composition.read_side import opened_views
from deploy.composition.write_side import write_side
from deploy.settings import Settings
from projections.database import writing
from projections.register.read_model import REGISTER, VERSION
from projections.register.tables import HOUSEHOLD
from tests.support.agreement import assert_all_agree
from tests.support.installation import CLERK, ON, VILLAGE, new_installation, record_household
from tests.support.ports import free_port
from tests.support.program import registry
from tests.support.registry_up import RunningRegistry, ask, bearer, registry_up
from tests.support.renewing import builds
from tests.support.waiting import wait_until

WEEKS_END = datetime(2020, 3, 8, 16, tzinfo=UTC)
BEGUN_AT = WEEKS_END.replace(hour=15, minute=59, second=50)
KNOWN_AT = "2020-03-08T15:59:59Z"
"""Before the week's end, at which every partition says that it knows all from before."""
QUESTIONS = (
    f"/v1/households?limit=1000&known_at={KNOWN_AT}",
    f"/v1/households?limit=1000&as_of={ON.isoformat()}&known_at={KNOWN_AT}",
    f"/v1/divisions/{VILLAGE}/totals?known_at={KNOWN_AT}",
)
READERS, CLERKS, BEFORE = 2, 2, 12


pytestmark = pytest.mark.slow


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def settings(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation with some households that were recorded before the week ended, wholly on either engine."""
    options: dict[str, object] = {"port": free_port()}
    if request.param == "postgresql":
        options |= dict.fromkeys(("store_url", "vault_url", "views_url"), request.getfixturevalue("postgres_uri"))
    made = new_installation(tmp_path / "data", begun_at=BEGUN_AT, **options)
    for name, value in made.environment().items():
        monkeypatch.setenv(name, value)
    with write_side(made) as side:
        for number in range(BEFORE):
            record_household(side, size=1 + number % 5)
    return made


@pytest.fixture
def token(settings: Settings) -> dict[str, str]:
    made = registry(
        *("token", "create", "--data", settings.data, "--role", CLERK.role, "--division", CLERK.division),
        *("--user", CLERK.user_id, "--organisation", CLERK.organisation),
    )
    return bearer(made.out.strip())


class Work(threading.Thread):
    """Does something again and again until it is told to stop; remembers what went wrong."""

    def __init__(self, turn: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self.turns = 0
        self.wrong: BaseException | None = None
        self._turn = turn
        self._done = threading.Event()

    def run(self) -> None:
        try:
            while not self._done.is_set():
                self._turn()
                self.turns += 1
        except BaseException as wrong:
            self.wrong = wrong

    def finish(self) -> None:
        """End after the present turn. Raises what went wrong."""
        self._done.set()
        self.join(60)
        assert not self.is_alive()
        if self.wrong is not None:
            raise self.wrong


class Office:
    """Clerks who record over HTTP and read what they wrote; readers who look for steps back."""

    def __init__(self, settings: Settings, token: dict[str, str]) -> None:
        self.recorded: dict[UUID, int] = {}
        self._settings, self._token = settings, token

    def record(self) -> None:
        """Enter a household, correct its size, and read it back."""
        household_id = uuid4()
        for version in (1, 2):
            body = {"effective_on": ON.isoformat(), "division": VILLAGE, "size": version, "labour_count": 1}
            path = f"/v1/households/{household_id}/record-ledger-household"
            status, answer = ask(self._settings.port, "POST", path, body, **self._token)
            assert (status, answer["version"]) == (201 if version == 1 else 200, version), answer
            shown = self.ask(f"/v1/households/{household_id}?min_version={version}&max_wait_s=10")
            assert (shown["version"], shown["size"]) == (version, version)
            self.recorded[household_id] = version

    def look(self, seen: dict[UUID, int]) -> None:
        """What was seen once is seen again, at no earlier version."""
        for household_id, version in [*seen.items()][-20:]:
            assert self.ask(f"/v1/households/{household_id}")["version"] >= version, "a step back"
        seen |= dict([*self.recorded.items()][-20:])

    def ask(self, path: str) -> Any:
        """A good answer."""
        status, answer = ask(self._settings.port, "GET", path, **self._token)
        assert status == 200, (path, status, answer)
        return answer

    def as_of(self) -> list[Any]:
        """The answers to all questions about the past."""
        return [self.ask(question) for question in QUESTIONS]


def wait_for_the_weeks_end(settings: Settings, office: Office) -> None:
    """Until the past can be asked about."""
    wait_until(lambda: ask(settings.port, "GET", QUESTIONS[0], **office._token)[0] == 200, what="the week is closed everywhere")


def test_a_rebuild_fails_nobody_and_takes_nobody_back(settings: Settings, token: dict[str, str], tmp_path: Path) -> None:
    office = Office(settings, token)
    with registry_up(settings) as running:
        running.wait_until_ready()
        wait_for_the_weeks_end(settings, office)
        past = office.as_of()
        assert len(past[0]["households"]) == BEFORE

        def ask_about_the_past() -> None:
            assert office.as_of() == past

        work = [Work(office.record) for _ in range(CLERKS)]
        work += [Work(partial(office.look, {})) for _ in range(READERS)]
        work.append(Work(ask_about_the_past))
        for each in work:
            each.start()
        try:
            rebuilt = registry("rebuild", "register", "--data", settings.data)
            recorded = len(office.recorded)
            wait_until(lambda: len(office.recorded) > recorded + 5, what="recording goes on with the new build")
        finally:
            for each in work:
                each.finish()
        assert rebuilt.status == 0, rebuilt.err
        assert "equal to the live build" in rebuilt.out
        assert all(each.turns > 3 for each in work)
        assert office.as_of() == past
        assert running.stop()[0] == 0
    assert builds(settings, REGISTER)[f"register-v{VERSION}-0002"] == (True, True)
    assert_all_agree(settings, tmp_path / "fresh")


def test_a_program_of_a_new_version_says_how_far_it_is_and_then_answers_the_same(
    settings: Settings, token: dict[str, str], tmp_path: Path
) -> None:
    office = Office(settings, token)
    with registry_up(settings) as running:
        running.wait_until_ready()
        wait_for_the_weeks_end(settings, office)
        office.record()
        past = office.as_of()
        assert running.stop()[0] == 0
    leave_it_to_an_older_program(settings)
    with opened_views(settings) as views, ExitStack() as making:
        another = making.enter_context(views.begin_build(REGISTER))
        another.tell("FOLD", 12, 40)
        with registry_up(settings) as running:
            refused = refusal_of(running, office, token)
            assert refused["code"] == "E-VIEW-REBUILDING"
            assert refused["detail"] == "The read model is being made for this version: 12 of 40 events; try again."
            making.close()
            running.wait_until_ready()
            assert office.as_of() == past
            office.record()
            assert running.stop()[0] == 0
    (live,) = [name for name, (_, live) in builds(settings, REGISTER).items() if live]
    assert live.startswith(f"register-v{VERSION}-")
    assert_all_agree(settings, tmp_path / "fresh")


def leave_it_to_an_older_program(settings: Settings) -> None:
    """The live build is of the version before, and holds what no log says: whoever showed it would be found out."""
    with opened_views(settings) as views:
        older = replace(REGISTER, version=VERSION - 1)
        assert Rebuild(views, older, partial(open_consumer, settings, "older"), workers=1).run().swapped
        with writing(views.open_live(older)) as connection:
            connection.execute(update(HOUSEHOLD).values(size=99))


def refusal_of(running: RunningRegistry, office: Office, token: dict[str, str]) -> dict[str, Any]:
    """What the API answers while there is nothing to answer with; commands go on, and status tells."""
    settings = running.settings
    (household_id, *_) = office.recorded
    english = {**token, "Accept-Language": "en"}
    wait_until(lambda: ask(settings.port, "GET", "/v1/live")[0] == 200, what="the API answers")
    status, refused = ask(settings.port, "GET", f"/v1/households/{household_id}", **english)
    assert status == 503, refused
    assert ask(settings.port, "GET", "/v1/ready")[0] == 503
    body = {"effective_on": ON.isoformat(), "division": VILLAGE, "size": 2, "labour_count": 1}
    assert ask(settings.port, "POST", f"/v1/households/{uuid4()}/record-ledger-household", body, **token)[0] == 201
    assert '"in_the_making"' in registry("status", "--data", settings.data, "--json").out
    told: dict[str, Any] = refused
    return told
