"""`registry whatif` on an installation, as somebody who thinks of another policy calls it."""

import csv
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from deploy.clocks import SystemClock
from deploy.composition.log_side import open_producer
from deploy.composition.read_side import opened_views
from deploy.composition.write_side import write_side
from deploy.settings import Settings
from deploy.topics.making import make_topics
from projections.database import snapshot
from projections.expenses.queries.period import period
from projections.expenses.read_model import EXPENSES
from schemas.messages import Record
from tests.support.expense_facts import ACCEPTED_ON, LETTERS, patient
from tests.support.expenses import HOSPITAL, amounts, settlement
from tests.support.installation import new_installation
from tests.support.program import Called, registry
from tests.support.running_pipeline import projectors_running
from tests.support.waiting import wait_until

DISCHARGED = date(2020, 2, 10)
BILLS = {1: 13_000, 2: 13_000, 3: 30_000, 4: 200}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    options = {} if request.param == "sqlite" else {"views_url": request.getfixturevalue("new_postgres_database")()}
    made = new_installation(tmp_path_factory.mktemp("whatif") / "data", **options)
    make_topics(made)
    with closing(open_producer(made, None, SystemClock())) as hospital:
        hospital.append([bill(number, personal) for number, personal in BILLS.items()])
    with projectors_running(made), opened_views(made) as views:

        def shown() -> bool:
            engine = views.live(EXPENSES)
            if engine is None:
                return False
            with snapshot(engine) as connection:
                return period(connection) is not None

        wait_until(shown, what="the bills are in the read model")
    return made


def bill(number: int, personal: int) -> Any:
    own = amounts("30000.00", f"{personal}.00")
    values = settlement(number, **own | {"admitted_on": DISCHARGED - timedelta(days=3), "discharged_on": DISCHARGED})
    source = Record(f"hospital.{HOSPITAL}.expenses", 0, number, None, b"", (), 0)
    return LETTERS.accepted(source, values, "REPORTED", (patient(number), None), ACCEPTED_ON, settled=True)


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """The province's policy of 2020 with a lower P2 and a higher P4 for those whom the register does not list."""
    file = tmp_path / "46" / "2020.toml"
    file.parent.mkdir()
    file.write_text(
        'division = "460000000000"\nyear = 2020\nrevision = 2\n[lines]\npoverty = 4000\nrural_income = 15113\n'
        "[warnings.unlisted]\nP2 = 14000\nP4 = 40000\n",
        encoding="utf-8",
    )
    return file


def asked(settings: Settings, policy: Path, *more: object, lang: str = "en") -> Called:
    period = "--from", "2020-02-01", "--to", "2020-12-31"
    return registry("--lang", lang, "whatif", "--data", settings.data, "--policy", policy, *period, *more)


def test_it_tells_how_many_and_who_and_changes_nothing(
    settings: Settings, policy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGISTRY_VIEWS_URL", settings.views_url)
    with write_side(settings) as side:
        before = side.store.recorder.head()
    called = asked(settings, policy, "--csv", tmp_path / "cases.csv")
    assert called.status == 0, called.err
    text = [line.split() for line in called.lines]
    assert ["together", "Yellow", "0", "2", "0"] in text, called.out
    assert ["together", "Orange", "0", "0", "1"] in text
    assert ["together", "Red", "0", "1", "0"] in text
    assert ["together", "0", "3", "1"] in text
    assert "known are expenses that were accepted from 2019-03-20 to 2019-03-20" in called.out
    assert "0 cases more than under the policy in force, 2 fewer, 0 higher, 1 lower" in called.lines
    assert called.lines[-1] == "nothing was changed in the register"
    with (tmp_path / "cases.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["subject_id"] for row in rows} == {str(patient(number)) for number in (1, 2, 3)}
    (severe,) = [row for row in rows if UUID(row["subject_id"]) == patient(3)]
    assert (severe["raised"], severe["in_force"], severe["then"], severe["rules"]) == ("NONE", "RED", "ORANGE", "G1 P1 P2 P3")
    assert severe["case_id"] in called.out
    with write_side(settings) as side:
        assert side.store.recorder.head() == before


def test_it_speaks_chinese_and_shows_as_many_as_one_likes(
    settings: Settings, policy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGISTRY_VIEWS_URL", settings.views_url)
    called = asked(settings, policy, "--show", 1, lang="zh")
    assert called.status == 0, called.err
    assert "另有 2 个" in called.out
    assert "登记数据未作任何改动" in called.out


@pytest.mark.parametrize(
    ("text", "code"),
    [("division = 1", "E-POLICY-KEY-MISSING"), ("x =", "E-POLICY-SYNTAX")],
)
def test_a_bad_document_is_refused_by_every_rule(
    settings: Settings, policy: Path, monkeypatch: pytest.MonkeyPatch, text: str, code: str
) -> None:
    monkeypatch.setenv("REGISTRY_VIEWS_URL", settings.views_url)
    policy.write_text(text, encoding="utf-8")
    called = asked(settings, policy)
    assert called.status == 1
    assert code in called.codes


def test_a_period_that_ends_before_it_begins_is_wrong_usage(settings: Settings, policy: Path) -> None:
    called = registry("whatif", "--data", settings.data, "--policy", policy, "--from", "2020-02-01", "--to", "2020-01-31")
    assert called.status == 2
    assert "--to" in called.err
    assert registry("whatif", "--data", settings.data).status == 2
