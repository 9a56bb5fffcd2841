"""The query API over rows that a test has written: what real lives of a few households do not show."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Engine

from projections.database import open_engine
from projections.register.tables import HISTORY, HOUSEHOLD, SPELL, TIMELINE
from schemas.access import Actor
from schemas.catalogue import registry_catalogue
from schemas.codec import Codec
from tests.support.query_app import ask, query_app, told
from tests.support.register_rows import Known, Shape, create_register, day, household_row, insert, instant, rectangles, row_of

NOW = datetime(2020, 6, 30, 17, 0, tzinfo=UTC)
"""Already the first of July in the province."""
HOUSEHOLD_ID = UUID(int=7)
VILLAGE, FAR_VILLAGE = "469024100201", "469030100201"
PATH = f"/v1/households/{HOUSEHOLD_ID}"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'register.db'}")
    create_register(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def app(engine: Engine) -> Flask:
    return query_app(engine, NOW)


def visited(app: Flask, parameters: str) -> list[int]:
    return [UUID(household["household_id"]).int for household in told(app, f"/v1/households?{parameters}")["households"]]


def test_a_visit_is_overdue_when_more_days_have_passed_in_the_province(engine: Engine, app: Flask) -> None:
    days = {1: day("2020-04-01"), 2: day("2020-04-02"), 3: day("2020-04-03"), 4: None}
    insert(engine, HOUSEHOLD, *(household_row(UUID(int=key), VILLAGE, last_visit_on=on) for key, on in days.items()))
    assert visited(app, "visit_overdue_days=90") == [1, 4]
    assert visited(app, "visit_overdue_days=89") == [1, 2, 4]
    assert visited(app, "visit_overdue_days=90&sort=last_visit_on") == [4, 1]


def test_today_is_the_day_in_the_province(engine: Engine, app: Flask) -> None:
    insert(engine, HOUSEHOLD, household_row(HOUSEHOLD_ID, VILLAGE))
    assert ask(app, f"{PATH}?as_of=2020-07-01").status_code == 200
    response = ask(app, f"{PATH}?as_of=2020-07-02")
    assert response.get_json()["violations"][0]["params"] == {"today": "2020-07-01"}


def test_why_a_spell_ended_has_the_words_of_how_it_ended(engine: Engine, app: Flask) -> None:
    insert(engine, HOUSEHOLD, household_row(HOUSEHOLD_ID, VILLAGE))
    for ordinal, (kind, reason) in enumerate((("CLEARED_OUT", "VEHICLE"), ("CLOSED", "MERGED"), ("EXITED", None))):
        ends = {"ended_on": day("2019-05-01"), "end_kind": kind, "end_reason": reason}
        known = {"ordinal": ordinal, "spell_no": ordinal + 1, "entry_kind": "NEW", "main_cause": "ILLNESS", "voided": False}
        insert(engine, SPELL, row_of(SPELL, household_id=HOUSEHOLD_ID.bytes, **known, **ends))
    labels = told(app, f"{PATH}/spells")["labels"]
    assert set(labels["clear_out_reason"]) == {"VEHICLE"}
    assert set(labels["close_reason"]) == {"MERGED"}
    assert set(labels["spell_end"]) == {"CLEARED_OUT", "CLOSED", "EXITED"}
    assert told(app, PATH)["labels"]["close_reason"]["MERGED"]["zh"] == "并户"


def test_why_something_happened_has_its_words(engine: Engine, app: Flask) -> None:
    insert(engine, HOUSEHOLD, household_row(HOUSEHOLD_ID, VILLAGE, version=1))
    catalogue = registry_catalogue()
    schema = catalogue.latest("household.member_removed")
    envelope = {
        "event_id": UUID(int=1),
        "recorded_at": NOW,
        "aggregate_id": HOUSEHOLD_ID,
        "version": 1,
        "effective_on": NOW.date(),
        "actor": {"id": "u-1", "role": "VILLAGE_CLERK", "org": "o-1", "division": VILLAGE},
        "source": "API",
        "correlation_id": UUID(int=2),
        "causation_id": UUID(int=2),
        "policy_version": "46/2020.1",
        "reason_code": "DEATH",
        "evidence": [{"kind": "OTHER", "sha256": bytes(32)}],
        "corrects_event_id": None,
        "division": VILLAGE,
        "previous_hash": bytes(32),
    }
    stored = Codec(catalogue).encode(schema, {**envelope, "person_id": UUID(int=3)})
    place = {"household_id": HOUSEHOLD_ID.bytes, "version": 1, "event_id": UUID(int=1).bytes, "schema_id": schema.id}
    clocks = {"effective_on": day("2020-06-30"), "recorded_at": instant("2020-06-30T17:00:00"), "position": 9}
    actor = {"actor_role": "VILLAGE_CLERK", "policy_version": "46/2020.1"}
    insert(engine, TIMELINE, row_of(TIMELINE, **place, **clocks, **actor, stored=stored))
    timeline = told(app, f"{PATH}/timeline")
    assert timeline["events"][0]["reason_code"] == "DEATH"
    assert timeline["labels"]["member_remove_reason"]["DEATH"] == {"zh": "死亡", "en": "Death"}
    assert timeline["events"][0]["evidence"] == [{"kind": "OTHER", "sha256": "00" * 32}]
    assert set(timeline["labels"]["evidence_kind"]) == {"OTHER"}
    assert "u-1" not in ask(app, f"{PATH}/timeline").get_data(as_text=True)


class TestWhoMovedAway:
    """A household that lived in one county and lives in another now."""

    before, after = (Actor("u", "COUNTY_OFFICER", "o", code) for code in ("469024000000", "469030000000"))

    @pytest.fixture(autouse=True)
    def moved(self, engine: Engine) -> None:
        insert(engine, HOUSEHOLD, household_row(HOUSEHOLD_ID, FAR_VILLAGE))
        lived = Shape("REGISTERED", "NONE", 1, int(VILLAGE), 4)
        lives = Shape("REGISTERED", "NONE", 1, int(FAR_VILLAGE), 4)
        facts = [
            Known(day("2019-01-01"), instant("2019-01-02T00:00:00"), lived),
            Known(day("2020-01-01"), instant("2020-01-02T00:00:00"), lives),
        ]
        insert(engine, HISTORY, *rectangles(HOUSEHOLD_ID.bytes, facts))

    @pytest.mark.parametrize(
        ("path", "seen_by_the_old_county"), [("", False), ("?as_of=2020-02-01", False), ("?as_of=2019-06-01", True)]
    )
    def test_the_old_county_sees_what_was_its_own(self, app: Flask, path: str, seen_by_the_old_county: bool) -> None:
        assert ask(app, PATH + path, self.before).status_code == (200 if seen_by_the_old_county else 404)
        assert ask(app, PATH + path, self.after).status_code == 200

    def test_a_list_of_the_old_county_has_it_as_long_as_it_lived_there(self, app: Flask) -> None:
        for on, found in (("2019-06-01", 1), ("2020-02-01", 0)):
            listed = ask(app, f"/v1/households?as_of={on}", self.before).get_json()
            assert len(listed["households"]) == found

    def test_the_new_county_learns_where_it_was(self, app: Flask) -> None:
        assert ask(app, f"{PATH}?as_of=2019-06-01", self.after).get_json()["division"] == VILLAGE


def test_a_place_that_the_tree_has_not_is_told_by_its_code(engine: Engine, app: Flask) -> None:
    insert(engine, HOUSEHOLD, household_row(HOUSEHOLD_ID, "469024100777", size=5))
    assert told(app, PATH)["place"] == [{"code": "469024100777", "level": None, "zh": "469024100777", "en": "469024100777"}]
    totals = told(app, "/v1/divisions/469024100000/totals")
    assert [(child["code"], child["persons"]) for child in totals["children"]] == [("469024100777", 5)]
    sheet = ask(app, "/v1/households", Accept="text/csv").get_data(as_text=True).splitlines()
    assert "469024100777,临高县,临城镇,," in sheet[1]
