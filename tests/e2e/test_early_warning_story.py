"""Early warnings through HTTP: from what the intake assesses to the end of the case, by the offices that have it.

What the intake alone does (assess, close) has no route: it is done in process, as the intake does it. All else is asked of the
API as it is served. The story begins two weeks before the API is asked, so that a clock has run out.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from deploy.composition.installation_facts import keep_clock_offset
from deploy.composition.write_side import write_side
from deploy.settings import Settings
from registry.command import Command
from registry.early_warning.assess import AssessEarlyWarning
from registry.early_warning.outcome import CloseEarlyWarning
from registry.early_warning.warnings import case_id_of, stream_id_of
from registry.household.case import case_id_of as household_case
from registry.tokens.tables import open_database
from schemas.access import Actor
from tests.support.early_warnings import expense, fired
from tests.support.installation import BEGUN_AT, CLERK, new_installation, record_household, request
from tests.support.ports import free_port
from tests.support.served_api import Server, make_tokens, served

INTAKE = Actor("intake", "OPERATOR", "office-0", "460000000000")
TOWNSHIP, COUNTY, ELSEWHERE = "469030100000", "469030000000", "469030101000"
OFFICER = Actor("county-1", "COUNTY_OFFICER", "office-2", COUNTY)
PROVINCE = Actor("province-1", "PROVINCE_OFFICER", "office-0", "460000000000")
NEIGHBOUR = Actor("township-2", "TOWNSHIP_OFFICER", "office-3", ELSEWHERE)
STRANGER = Actor("county-2", "COUNTY_OFFICER", "office-4", "469024000000")
AUDITOR = Actor("auditor-1", "AUDITOR", "office-9", "460000000000")
STAFF = (CLERK, OFFICER, PROVINCE, NEIGHBOUR, STRANGER, AUDITOR)

BEFORE = BEGUN_AT - timedelta(days=14)
RAISED_ON, TODAY = date(2020, 2, 19), date(2020, 3, 4)
LATE = uuid4()
"""A person of the county in no household, whose case nobody claimed in time."""
DECISION = {"kind": "COUNTY_DECISION", "sha256": "01" * 32}
VISITED = {"visitors": ["staff-1"]}


def of_household(subject: UUID, level: str = "ORANGE", amount: int = 11_000, on: date = TODAY, **changes: Any) -> Command:
    """What the intake says of a household of the village."""
    given: dict[str, Any] = {"subject_kind": "HOUSEHOLD", "division": TOWNSHIP, "group": "OTHER_RURAL"}
    behind = {"fired": (fired(level, amount, on),), "expenses": (expense(1),), "basis": Decimal(amount)}
    return AssessEarlyWarning(subject_id=subject, effective_on=on, **given | behind | changes)


def of_person(subject: UUID, level: str = "ORANGE", amount: int = 21_000, on: date = TODAY) -> Command:
    """What it says of a person in no household, whose township nobody knows."""
    return of_household(subject, level, amount, on, subject_kind="PERSON", division=COUNTY, unclaimed=True)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A register that heard of LATE two weeks ago."""
    folder: Path = tmp_path_factory.mktemp("warned")
    settings = new_installation(folder / "data", begun_at=BEFORE, port=free_port(), synthetic_ids=True)
    with write_side(settings) as side:
        side.service.execute(of_person(LATE, "YELLOW", 13_000, RAISED_ON), request(INTAKE))
    engine = open_database(settings.store)
    keep_clock_offset(engine, BEGUN_AT - datetime.now(UTC))
    engine.dispose()
    return settings


@pytest.fixture(scope="module")
def offices(settings: Settings) -> Iterator["Offices"]:
    with served(settings) as server:
        yield Offices(server, dict(zip(STAFF, make_tokens(settings, *STAFF), strict=True)))


class Offices:
    """Says what the offices say over HTTP, and what the intake says in process."""

    def __init__(self, server: Server, tokens: dict[Actor, str]) -> None:
        self._server = server
        self._tokens = tokens

    def intake(self, command: Command) -> list[str]:
        """The types of the events that came of it."""
        with write_side(self._server.settings) as side:
            outcome = side.service.execute(command, request(INTAKE))
        return [event["type"] for event in outcome.events]

    def warned(self) -> UUID:
        """A household of the village whose warning was raised today and given to its township."""
        with write_side(self._server.settings) as side:
            household_id = record_household(side)
        raised = self.intake(of_household(household_id))
        assert raised == ["warning.early_warning_raised", "warning.early_warning_assigned", "household.obstacle_opened"]
        return household_id

    def say(self, who: Actor | None, action: str, subject: UUID, episode: int = 1, /, **body: Any) -> tuple[int, Any]:
        """Status and document of one command about the case of that episode."""
        key = {"Idempotency_Key": body.pop("key")} if "key" in body else {}
        key |= {"If_Match": body.pop("seen")} if "seen" in body else {}
        document = {"effective_on": TODAY.isoformat(), "case_id": str(case_id_of(subject, episode)), **body}
        token = None if who is None else self._tokens[who]
        answer = self._server.ask("POST", f"/v1/warnings/{subject}/{action}", token, document, **key)
        return answer.status, answer.json()

    def does(self, who: Actor, action: str, subject: UUID, episode: int = 1, /, **body: Any) -> list[str]:
        """The same; it has to be accepted. The types of the events that came of it."""
        status, document = self.say(who, action, subject, episode, **body)
        assert status == 200, document
        return [event["type"] for event in document["events"]]

    def is_refused(
        self, who: Actor | None, action: str, subject: UUID, episode: int = 1, /, **body: Any
    ) -> tuple[int, list[str]]:
        """Status and codes of a refusal; nothing was recorded."""
        before = self.recorded(subject)
        status, document = self.say(who, action, subject, episode, **body)
        assert status >= 400, document
        assert self.recorded(subject) == before
        return status, sorted({document["code"], *(violation["code"] for violation in document["violations"])})

    def recorded(self, subject: UUID) -> int:
        """How many events the subject's warnings have."""
        with write_side(self._server.settings) as side:
            return len(list(side.store.get(stream_id_of(subject))))

    def register_does(self, household_id: UUID, action: str, **body: Any) -> None:
        """The township goes on with the household by its own procedures."""
        path, document = f"/v1/households/{household_id}/{action}", {"effective_on": TODAY.isoformat(), **body}
        answer = self._server.ask("POST", path, self._tokens[CLERK], document)
        assert answer.status == 200, answer.json()

    def standing(self, household_id: UUID) -> tuple[str, set[UUID]]:
        """A household's status, and the warnings for which its exit waits."""
        with write_side(self._server.settings) as side:
            household = side.service.new_loader().household(household_id)
        return household.status, {ref for kind, ref in household.obstacles if kind == "WARNING"}


def test_from_the_first_assessment_to_the_end_every_step_is_the_offices_own(offices: Offices) -> None:
    house = offices.warned()
    assert offices.standing(house) == ("NOT_REGISTERED", {case_id_of(house, 1)})
    assert offices.intake(of_household(house)) == [], "the same assessment twice"
    assert offices.is_refused(CLERK, "verify-early-warning", house, finding="HARDSHIP") == (422, ["E-VISIT-MISSING"])
    assert offices.does(CLERK, "record-warning-visit", house, **VISITED) == ["warning.early_warning_visited"]
    assert offices.is_refused(CLERK, "record-warning-outcome", house, outcome="NO_RISK") == (422, ["E-WARNING-STATE"])
    assert offices.does(CLERK, "verify-early-warning", house, finding="NO_HARDSHIP") == ["warning.early_warning_verified"]
    ended = ["warning.early_warning_outcome_recorded", "warning.early_warning_closed", "household.obstacle_cleared"]
    assert offices.does(CLERK, "record-warning-outcome", house, outcome="NO_RISK") == ended
    assert offices.standing(house) == ("NOT_REGISTERED", set())
    assert offices.is_refused(CLERK, "record-warning-visit", house, **VISITED) == (422, ["E-WARNING-STATE"])
    assert offices.is_refused(CLERK, "record-warning-visit", house, 2, **VISITED) == (404, ["E-WARNING-UNKNOWN"])


def test_a_case_that_nobody_claimed_is_told_upwards_once_and_given_to_a_township(offices: Offices) -> None:
    told = offices.does(PROVINCE, "escalate-early-warning", LATE, escalated_to="PROVINCE")
    assert told == ["warning.early_warning_escalated"] * 2, "the county before the province"
    assert offices.does(PROVINCE, "escalate-early-warning", LATE, escalated_to="PROVINCE") == []
    assert offices.does(OFFICER, "escalate-early-warning", LATE, escalated_to="COUNTY") == []
    assert offices.is_refused(OFFICER, "record-warning-visit", LATE, **VISITED) == (422, ["E-NOT-ASSIGNED-TOWNSHIP"])
    assert offices.is_refused(CLERK, "record-warning-visit", LATE, **VISITED) == (403, ["E-AUTH-SCOPE"]), "the county has it"
    assert offices.is_refused(OFFICER, "assign-early-warning", LATE, township=COUNTY) == (422, ["E-DIVISION-LEVEL"])
    assert offices.does(OFFICER, "assign-early-warning", LATE, township=TOWNSHIP) == ["warning.early_warning_assigned"]
    again = offices.is_refused(OFFICER, "escalate-early-warning", LATE, escalated_to="COUNTY")
    assert again == (422, ["E-NOT-OVERDUE"]), "a township has days of its own"
    assert offices.does(CLERK, "record-warning-visit", LATE, **VISITED) == ["warning.early_warning_visited"]


def test_who_was_visited_and_lives_elsewhere_is_the_other_townships(offices: Offices) -> None:
    house = offices.warned()
    offices.does(CLERK, "record-warning-visit", house, **VISITED)
    offices.does(CLERK, "verify-early-warning", house, finding="NOT_FOUND")
    moved = offices.is_refused(CLERK, "record-warning-outcome", house, outcome="MOVED")
    assert moved == (422, ["E-OUTCOME-LINK"]), "who moved is assigned"
    assert offices.does(OFFICER, "assign-early-warning", house, township=ELSEWHERE) == ["warning.early_warning_assigned"]
    assert offices.does(OFFICER, "assign-early-warning", house, township=ELSEWHERE) == [], "it has it"
    assert offices.is_refused(CLERK, "record-warning-visit", house, **VISITED) == (403, ["E-AUTH-SCOPE"])
    cancelled = offices.is_refused(OFFICER, "cancel-early-warning", house, reason_code="WRONG_PERSON")
    assert cancelled == (422, ["E-WARNING-VISITED"])
    assert offices.does(NEIGHBOUR, "record-warning-visit", house, **VISITED) == ["warning.early_warning_visited"]


def test_an_outcome_names_a_case_that_there_is_and_the_warning_waits_for_its_end(offices: Offices) -> None:
    house = offices.warned()
    offices.does(CLERK, "record-warning-visit", house, **VISITED)
    offices.does(CLERK, "verify-early-warning", house, finding="IN_NEED")
    link = {"household_id": str(house), "linked_case_id": str(household_case(house, "IDENTIFICATION", 1))}
    for wrong in (
        {"outcome": "IDENTIFIED"},
        {"outcome": "IDENTIFIED", "household_id": str(house)},
        {"outcome": "IDENTIFIED", **link},
        {"outcome": "NO_RISK", **link},
    ):
        assert offices.is_refused(CLERK, "record-warning-outcome", house, **wrong) == (422, ["E-OUTCOME-LINK"])
    offices.register_does(house, "apply-for-identification", application_source="EARLY_WARNING")
    assert offices.is_refused(CLERK, "record-warning-outcome", house, outcome="MONITORED", **link) == (422, ["E-OUTCOME-LINK"])
    followed = offices.does(CLERK, "record-warning-outcome", house, outcome="IDENTIFIED", **link)
    assert followed == ["warning.early_warning_outcome_recorded"]
    close = CloseEarlyWarning(subject_id=house, effective_on=TODAY)
    assert offices.intake(close) == [], "the identification is under way"
    assert offices.standing(house) == ("IN_IDENTIFICATION", {case_id_of(house, 1)})
    offices.register_does(house, "reject-identification", reason_code="NEED_TEST_NOT_MET", told_on=TODAY.isoformat())
    assert offices.intake(close) == ["warning.early_warning_closed", "household.obstacle_cleared"]
    assert offices.standing(house) == ("NOT_REGISTERED", set())


def test_the_county_cancels_what_is_another_persons_and_opens_again_what_was_closed(offices: Offices) -> None:
    house = offices.warned()
    assert offices.is_refused(OFFICER, "cancel-early-warning", house) == (422, ["E-FIELD-MISSING"])
    cancelled = offices.does(OFFICER, "cancel-early-warning", house, reason_code="WRONG_PERSON")
    assert cancelled == ["warning.early_warning_cancelled", "household.obstacle_cleared"]
    assert offices.intake(of_household(house)) == [], "the same settlements"
    offices.intake(of_household(house, expenses=(expense(2),)))
    offices.does(CLERK, "record-warning-visit", house, 2, **VISITED)
    offices.does(CLERK, "verify-early-warning", house, 2, finding="BURDEN_BORNE")
    offices.does(CLERK, "record-warning-outcome", house, 2, outcome="RELIEF_ONLY")
    assert offices.is_refused(OFFICER, "reopen-early-warning", house, 2) == (422, ["E-EVIDENCE-MISSING"])
    again = offices.does(OFFICER, "reopen-early-warning", house, 2, evidence=[DECISION])
    assert again == ["warning.early_warning_reopened", "household.obstacle_opened"]
    assert offices.standing(house) == ("NOT_REGISTERED", {case_id_of(house, 2)})


def test_who_saw_another_version_of_a_subjects_warnings_is_refused(offices: Offices) -> None:
    house = offices.warned()
    seen = f'"{offices.recorded(house)}"'
    status, document = offices.say(CLERK, "record-warning-visit", house, seen='"1"', **VISITED)
    assert (status, document["code"]) == (412, "E-PRECONDITION")
    assert offices.does(CLERK, "record-warning-visit", house, seen=seen, **VISITED) == ["warning.early_warning_visited"]
    assert offices.say(CLERK, "record-warning-visit", house, seen=seen, **VISITED)[0] == 412
    wrong = offices.say(CLERK, "record-warning-visit", house, seen="the last one", **VISITED)
    assert (wrong[0], wrong[1]["code"]) == (400, "E-HEADER")


SAID = {
    "assign-early-warning": {"township": ELSEWHERE},
    "record-warning-visit": VISITED,
    "verify-early-warning": {"finding": "HARDSHIP"},
    "record-warning-outcome": {"outcome": "NO_RISK"},
    "escalate-early-warning": {"escalated_to": "COUNTY"},
    "reopen-early-warning": {"evidence": [DECISION]},
    "cancel-early-warning": {"reason_code": "WRONG_PERSON"},
}


@pytest.fixture(scope="module")
def watched_from_afar(offices: Offices) -> UUID:
    """A household's warning that those ask about who have nothing to do with it."""
    return offices.warned()


@pytest.mark.parametrize("action", SAID)
def test_no_other_role_and_no_other_place_says_anything(offices: Offices, watched_from_afar: UUID, action: str) -> None:
    house, body = watched_from_afar, SAID[action]
    assert offices.is_refused(None, action, house, **body) == (401, ["E-AUTH-TOKEN"])
    assert offices.is_refused(AUDITOR, action, house, **body) == (403, ["E-AUTH-ROLE"])
    assert offices.is_refused(STRANGER, action, house, **body) == (403, ["E-AUTH-SCOPE"])
    assert offices.is_refused(STRANGER, action, house, 7, **body) == (403, ["E-AUTH-SCOPE"]), "nor learns what there is"


def test_sent_again_under_its_key_each_word_is_taken_once_and_answered_alike(offices: Offices) -> None:
    house = offices.warned()
    said: list[tuple[Actor, str, dict[str, Any]]] = [
        (OFFICER, "assign-early-warning", {"township": ELSEWHERE}),
        (OFFICER, "assign-early-warning", {"township": TOWNSHIP}),
        (CLERK, "record-warning-visit", VISITED),
        (CLERK, "verify-early-warning", {"finding": "NO_HARDSHIP"}),
        (CLERK, "record-warning-outcome", {"outcome": "RELIEF_ONLY"}),
        (OFFICER, "reopen-early-warning", {"evidence": [DECISION]}),
    ]
    for number, (who, action, body) in enumerate(said):
        first = offices.say(who, action, house, key=f"word-{number}", **body)
        recorded = offices.recorded(house)
        assert first[0] == 200, first
        assert offices.say(who, action, house, key=f"word-{number}", **body) == first
        assert offices.recorded(house) == recorded
    assert offices.is_refused(CLERK, "record-warning-visit", house, key="word-2", visitors=["staff-2"]) == (
        (422, ["E-IDEMPOTENCY-MISMATCH"])
    )
