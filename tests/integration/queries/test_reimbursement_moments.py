"""Reimbursement by what was known at an instant, on both engines: late versions, late facts, and how far anything is known."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from registry.household.corrections import VoidFact
from registry.household.social_assistance import ChangeSocialAssistanceStatus, SocialAssistanceStatusChanged
from schemas.messages import Message
from tests.support.expense_facts import barriers, patient
from tests.support.families import FATHER, MOTHER, opening
from tests.support.query_app import ask, query_app, told
from tests.support.register import Register, a_register
from tests.support.reimbursement import BothModels, spent
from tests.support.scenario import HOUSEHOLD, day, noon_of

PATHS = ("/v1/reimbursement", "/v1/reimbursement/below-target")
FIGURES, SHORT = PATHS
NOW = datetime(2019, 3, 1, tzinfo=UTC)
YEAR = "from=2018-01&to=2018-12"


def at(number: int, hour: int = 4) -> datetime:
    """That hour (UTC) of the day."""
    return noon_of(day(number)).astimezone(UTC).replace(hour=hour)


def bill(number: int, who: UUID, on: int, personal: int, accepted_at: datetime, **more: Any) -> Message:
    dates = {"admitted_on": day(on) - timedelta(days=1), "discharged_on": day(on)}
    return spent(number, who, 1_000, personal, accepted_at=accepted_at, **dates | more)


EXPENSES = [
    bill(1, FATHER, 5, 200, at(6)),
    bill(1, FATHER, 5, 50, at(40), version=2, kind="CORRECTED"),
    bill(2, FATHER, 8, 300, at(9)),
    bill(2, FATHER, 8, 300, at(50)),  # the same, sent again: known since the ninth day
    bill(3, MOTHER, 12, 10, at(13)),  # in extreme-poverty support, as was said on day 30, and found wrong on day 60
    bill(4, FATHER, 3, 400, at(70)),  # told late
    # Of nobody, in every partition: whoever asks has to know how far the intake had come.
    *(bill(number, patient(number), 80, 0, at(90)) for number in range(1_000, 1_100)),
]


def lives() -> Register:
    """Extreme-poverty support from day 10 on, recorded on day 30, void from day 60 on."""
    register = a_register(opening()).today(day(30))
    support = ChangeSocialAssistanceStatus(household_id=HOUSEHOLD, effective_on=day(10), person_id=MOTHER, to_state="TEKUN")
    register.take(support)
    event = register.event(HOUSEHOLD, SocialAssistanceStatusChanged)
    register.today(day(60)).take(VoidFact(household_id=HOUSEHOLD, effective_on=day(60), corrects_event_id=event.event_id))
    return register


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    if request.param == "sqlite":
        folder = tmp_path_factory.mktemp("views")
        urls = [f"sqlite:///{folder / name}.db" for name in ("register", "expenses")]
    else:
        urls = [request.getfixturevalue("new_postgres_database")() for _ in range(2)]
    models = BothModels(*urls)
    register = lives()
    events = [event for stream in register.streams for event in register.events(stream)]
    models.fold(events, EXPENSES, ends=barriers(at(1), at(90)))
    yield query_app(models.register, NOW, models.expenses)
    models.close()


def asked(app: Flask, path: str, known_at: datetime, parameters: str = YEAR) -> Any:
    return told(app, f"{path}?{parameters}&known_at={known_at.isoformat().replace('+00:00', 'Z')}")


def short_of(app: Flask, known_at: datetime, parameters: str = YEAR) -> list[tuple[str, str]]:
    """Kind of target and the patient's part of whatever fell short, the largest first."""
    return [(row["kind"], row["personal_pay"]) for row in asked(app, SHORT, known_at, parameters)["settlements"]]


@pytest.mark.parametrize(
    ("known_at", "known"),
    [
        (at(5), []),
        (at(6), [("INPATIENT", "200.00")]),
        (at(9, 3), [("INPATIENT", "200.00")]),
        (at(9), [("INPATIENT", "300.00"), ("INPATIENT", "200.00")]),
        (at(30), [("INPATIENT", "300.00"), ("INPATIENT", "200.00"), ("TEKUN", "10.00")]),
        (at(40), [("INPATIENT", "300.00"), ("TEKUN", "10.00")]),
        (at(60), [("INPATIENT", "300.00")]),
        (at(70), [("INPATIENT", "400.00"), ("INPATIENT", "300.00")]),
    ],
)
def test_only_what_was_known_by_then_counts(app: Flask, known_at: datetime, known: list[tuple[str, str]]) -> None:
    parameters = "from=2018-09&to=2018-09"
    assert short_of(app, known_at, parameters) == known
    figures = asked(app, FIGURES, known_at, parameters)["total"]
    assert sum(row["below_target"] for row in figures) == len(known)


def test_alone_it_asks_about_its_own_day(app: Flask) -> None:
    for path in PATHS:
        answer = asked(app, path, at(9), "")
        assert (answer["as_of"], answer["first_month"], answer["last_month"]) == (day(9).isoformat(), "2018-09", "2018-09")
        assert answer["known_at"] == at(9).isoformat().replace("+00:00", ".000000Z")


def test_with_a_day_both_hold(app: Flask) -> None:
    assert short_of(app, at(9), f"as_of={day(7).isoformat()}") == [("INPATIENT", "200.00")]


def test_without_it_all_that_is_known_counts(app: Flask) -> None:
    answer = told(app, f"{SHORT}?from=2018-09&to=2018-09")
    assert [row["personal_pay"] for row in answer["settlements"]] == ["400.00", "300.00"]
    assert (answer["as_of"], answer["known_at"]) == (None, None)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("parameters", "faults"),
    [
        (f"{YEAR}&known_at={at(91).isoformat()[:19]}Z", {("E-KNOWN-AT", "known_at")}),
        ("known_at=yesterday&as_of=soon", {("E-FIELD-TYPE", "known_at"), ("E-FIELD-TYPE", "as_of")}),
        (f"as_of={day(10).isoformat()}&known_at={at(9).isoformat()[:19]}Z", {("E-DATE-FUTURE", "as_of")}),
    ],
)
def test_what_nobody_knows_yet_is_refused(app: Flask, path: str, parameters: str, faults: set[tuple[str, str]]) -> None:
    problem = ask(app, f"{path}?{parameters}").get_json()
    assert {(fault["code"], fault["field"]) for fault in problem["violations"]} == faults


def test_how_far_is_known_is_told_of_the_read_model_that_is_behind(app: Flask) -> None:
    problem = ask(app, f"{FIGURES}?{YEAR}&known_at={at(91).isoformat()[:19]}Z").get_json()
    (fault,) = problem["violations"]
    assert fault["params"]["known"] <= at(90).isoformat()
