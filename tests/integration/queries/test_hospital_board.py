"""The hospitals' board and what came back to them, on both engines."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from openapi_schema_validator import OAS31Validator

from projections.api import get_hospital_dead_letters, get_hospitals
from projections.database import open_engine
from projections.expenses.tables import METADATA
from registry.reference.hospital_intake import StopHospitalIntake
from registry.reference.hospital_set import HOSPITALS, ChangedHospital, ChangeHospitals
from registry.reference.stream import stream_id
from schemas.access import Actor
from tests.support.expense_facts import Told, dead_letter, folded, messages, placed
from tests.support.expenses import HOSPITAL, OTHER_HOSPITAL
from tests.support.query_app import ask, query_app, told
from tests.support.register import a_register

PROVINCE, COUNTY, FAR_COUNTY, FAR_TOWNSHIP = "460000000000", "469030000000", "469024000000", "469024100000"
FAR_HOSPITAL = "H46903000001"
NEVER_HEARD_OF = "H46903000002"
NOTHING = [(FAR_HOSPITAL, 0, 0), (NEVER_HEARD_OF, 0, 0)]
"""Of those of which nothing came since a day: hospital, accepted, came back."""
SINCE = date(2020, 3, 10)
NOW = datetime(2020, 3, 9, 16, 30, tzinfo=UTC)
"""The tenth of March in the province."""


def registered(institution: str, division: str) -> ChangedHospital:
    return ChangedHospital(
        institution=institution, name_zh="示范医院", hospital_level="2", division=division, usual_interval_hours=1, since=SINCE
    )


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('board') / 'board.db'}"
    else:
        url = request.getfixturevalue("new_postgres_database")()
    engine = open_engine(url)
    METADATA.create_all(engine)
    register = a_register(
        ChangeHospitals(
            effective_on=NOW.date(), hospitals=(registered(HOSPITAL, FAR_TOWNSHIP), registered(NEVER_HEARD_OF, COUNTY))
        ),
        StopHospitalIntake(institution=FAR_HOSPITAL, effective_on=NOW.date(), records=40, dead_letters=30),
    )
    events = [*register.events(stream_id(HOSPITALS)), *register.events(stream_id("hospital_intake", FAR_HOSPITAL))]
    expenses = [
        Told(1).message(),
        Told(2, after_days=1).message(),
        Told(3).message(institution=FAR_HOSPITAL),
        dead_letter(5, "E-SEAL", "E-CODE-UNKNOWN", value=b"469999190001011234"),
        dead_letter(7, "E-ID-CHECKSUM"),
        dead_letter(6, "E-SEAL", institution=OTHER_HOSPITAL, after_days=2),
    ]
    folded(engine, placed([*expenses, *messages(events)]))
    made = query_app(None, NOW, engine)
    made.config["expenses"] = engine
    yield made
    engine.dispose()


def an(role: str, division: str, organisation: str = "office-1") -> Actor:
    return Actor("u-1", role, organisation, division)


def test_the_board_tells_of_each_how_it_does(app: Flask) -> None:
    document = told(app, "/v1/hospitals")
    assert [one["institution"] for one in document["hospitals"]] == [HOSPITAL, OTHER_HOSPITAL, FAR_HOSPITAL, NEVER_HEARD_OF]
    first, second, *_ = document["hospitals"]
    assert (first["accepted"], first["dead_letters"], first["last_seen"]) == (2, 2, "2019-03-21T12:00:00.000000Z")
    assert (first["division"], second["division"]) == (FAR_TOWNSHIP, FAR_COUNTY)
    # Settled on 2019-03-19, 02:11:45; accepted at noon of the 20th, and of the 21st.
    longest = 2 * 86_400 + 35_295
    assert (first["seconds_mean"], first["seconds_max"]) == (longest - 43_200, longest)
    assert first["silent_seconds"] == int((NOW - datetime(2019, 3, 21, 12, tzinfo=UTC)).total_seconds())
    assert (second["accepted"], second["seconds_mean"]) == (0, None)
    assert document["labels"]["division"][FAR_COUNTY]["en"]


def test_who_is_registered_has_a_name_a_level_and_a_place(app: Flask) -> None:
    document = told(app, "/v1/hospitals")
    by_code = {one["institution"]: one for one in document["hospitals"]}
    one, other = by_code[HOSPITAL], by_code[OTHER_HOSPITAL]
    assert (one["name"], one["hospital_level"], one["division"], one["since"]) == (
        "示范医院",
        "2",
        FAR_TOWNSHIP,
        "2020-03-10",
    )
    assert (other["name"], other["hospital_level"], other["division"]) == (None, None, FAR_COUNTY)
    assert (one["usual_interval_hours"], other["usual_interval_hours"]) == (1, 24)
    assert document["labels"]["hospital_level"]["2"]["en"] == "Level two"
    assert {FAR_TOWNSHIP, FAR_COUNTY, COUNTY} <= document["labels"]["division"].keys()


TOPIC_ALONE = "H46903000003"


def with_topics(app: Flask, codes: frozenset[str] | None) -> Flask:
    return query_app(None, NOW, app.config["expenses"], with_topic=lambda: codes)


def test_who_has_a_topic_alone_is_there_too_and_not_silent(app: Flask) -> None:
    there = with_topics(app, frozenset({TOPIC_ALONE, HOSPITAL}))
    rows = {one["institution"]: one for one in told(there, "/v1/hospitals")["hospitals"]}
    assert {code: row["has_topic"] for code, row in rows.items()} == {
        HOSPITAL: True,
        OTHER_HOSPITAL: False,
        FAR_HOSPITAL: False,
        NEVER_HEARD_OF: False,
        TOPIC_ALONE: True,
    }
    alone = rows[TOPIC_ALONE]
    assert (alone["name"], alone["division"], alone["accepted"], alone["dead_letters"]) == (None, COUNTY, 0, 0)
    assert (alone["last_seen"], alone["silent"], alone["stopped"]) == (None, False, False)
    seen = told(there, "/v1/hospitals", an("COUNTY_OFFICER", FAR_COUNTY))["hospitals"]
    assert TOPIC_ALONE not in [one["institution"] for one in seen]
    itself = told(there, "/v1/hospitals", an("HOSPITAL", PROVINCE, TOPIC_ALONE))["hospitals"]
    assert [one["institution"] for one in itself] == [TOPIC_ALONE]


def test_while_the_log_does_not_say_who_has_a_topic_the_rest_is_told(app: Flask) -> None:
    rows = told(with_topics(app, None), "/v1/hospitals")["hospitals"]
    assert [row["institution"] for row in rows] == [HOSPITAL, OTHER_HOSPITAL, FAR_HOSPITAL, NEVER_HEARD_OF]
    assert {row["has_topic"] for row in rows} == {None}


def test_silent_is_of_whom_nothing_came_for_three_intervals_but_for_the_stopped(app: Flask) -> None:
    """It is half past midnight of the day from which two of them report, an hour apart."""
    rows = {one["institution"]: one for one in told(app, "/v1/hospitals")["hospitals"]}
    silent = {code: row["silent_since"] for code, row in rows.items() if row["silent"]}
    assert silent == {OTHER_HOSPITAL: "2019-03-25T12:00:00.000000Z"}  # heard of on the 22nd
    assert [code for code, row in rows.items() if row["stopped"]] == [FAR_HOSPITAL]
    assert rows[FAR_HOSPITAL]["stopped_since"] is not None
    assert (rows[NEVER_HEARD_OF]["last_seen"], rows[NEVER_HEARD_OF]["silent_seconds"]) == (None, None)


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ("silent=true", [OTHER_HOSPITAL]),
        ("silent=false", [HOSPITAL, FAR_HOSPITAL, NEVER_HEARD_OF]),
        ("stopped=true", [FAR_HOSPITAL]),
        ("stopped=false&silent=false", [HOSPITAL, NEVER_HEARD_OF]),
        (f"division={FAR_COUNTY}", [HOSPITAL, OTHER_HOSPITAL]),
        (f"division={FAR_TOWNSHIP}", [HOSPITAL]),
        (f"division={COUNTY}&stopped=false", [NEVER_HEARD_OF]),
        (f"division={PROVINCE}", [HOSPITAL, OTHER_HOSPITAL, FAR_HOSPITAL, NEVER_HEARD_OF]),
    ],
)
def test_every_filter_must_hold(app: Flask, parameters: str, found: list[str]) -> None:
    rows = told(app, f"/v1/hospitals?{parameters}")["hospitals"]
    assert [one["institution"] for one in rows] == found


def test_a_place_that_is_none_or_anothers_is_refused(app: Flask) -> None:
    for who, place, code in (
        (an("COUNTY_OFFICER", COUNTY), FAR_COUNTY, "E-AUTH-SCOPE"),
        (an("OPERATOR", PROVINCE), "469099000000", "E-DIVISION-UNKNOWN"),
    ):
        assert ask(app, f"/v1/hospitals?division={place}", who).get_json()["code"] == code


def test_since_is_a_day_in_the_province(app: Flask) -> None:
    def figures(since: str) -> list[tuple[str, int, int]]:
        rows = told(app, f"/v1/hospitals?since={since}")["hospitals"]
        return [(row["institution"], row["accepted"], row["dead_letters"]) for row in rows]

    assert figures("2019-03-21") == [(HOSPITAL, 1, 0), (OTHER_HOSPITAL, 0, 1), *NOTHING]
    assert figures("2019-03-23") == [(HOSPITAL, 0, 0), (OTHER_HOSPITAL, 0, 0), *NOTHING]


def test_the_board_as_a_sheet(app: Flask) -> None:
    text = ask(app, "/v1/hospitals", Accept="text/csv").get_data().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert (rows[0]["医疗机构编码"], rows[0]["接收记录数"]) == (HOSPITAL, "2")
    assert (rows[0]["医疗机构名称"], rows[0]["医疗机构等级"], rows[0]["区划代码"]) == ("示范医院", "二级", FAR_TOWNSHIP)
    assert (bool(rows[0]["乡镇"]), bool(rows[1]["乡镇"])) == (True, False)
    assert rows[1]["县（市、区）"] == rows[0]["县（市、区）"]


def test_a_hospital_sees_itself_alone_wherever_its_token_is_of(app: Flask) -> None:
    for division in (PROVINCE, FAR_COUNTY, COUNTY):
        who = an("HOSPITAL", division, HOSPITAL)
        assert [one["institution"] for one in told(app, "/v1/hospitals", who)["hospitals"]] == [HOSPITAL]
        assert told(app, f"/v1/hospitals/{HOSPITAL}/dead-letters", who)["institution"] == HOSPITAL
        for other in (OTHER_HOSPITAL, "H46902499999", "nonsense"):
            refused = ask(app, f"/v1/hospitals/{other}/dead-letters", who)
            assert (refused.status_code, refused.get_json()["code"]) == (403, "E-AUTH-SCOPE")


def test_what_came_back_says_of_which_settlement_and_why_and_nothing_else_that_stood_in_it(app: Flask) -> None:
    response = ask(app, f"/v1/hospitals/{HOSPITAL}/dead-letters", an("OPERATOR", PROVINCE))
    document = response.get_json()
    assert [(one["offset"], one["settlement_id"], one["at"]) for one in document["dead_letters"]] == [
        (5, "S5", "2019-03-20T12:00:00.000000Z"), (7, "S7", "2019-03-20T12:00:00.000000Z"),
    ]  # fmt: skip
    assert document["dead_letters"][0]["reasons"] == [
        {"code": "E-SEAL", "field": "stage"}, {"code": "E-CODE-UNKNOWN", "field": "stage"},
    ]  # fmt: skip
    assert set(document["labels"]["refusal"]) == {"E-SEAL", "E-CODE-UNKNOWN", "E-ID-CHECKSUM"}
    assert document["labels"]["refusal"]["E-SEAL"].keys() == {"zh", "en"}
    assert not re.search(r"469999", response.get_data(as_text=True))


def test_what_came_back_is_told_page_by_page(app: Flask) -> None:
    who, path = an("HOSPITAL", FAR_COUNTY, HOSPITAL), f"/v1/hospitals/{HOSPITAL}/dead-letters?limit=1"
    first = told(app, path, who)
    assert (first["dead_letters"][0]["offset"], first["next"]) == (5, 5)
    last = told(app, f"{path}&after_offset=5", who)
    assert ([one["offset"] for one in last["dead_letters"]], last["next"]) == ([7], None)


def test_what_is_no_hospital_is_not_there(app: Flask) -> None:
    refused = ask(app, "/v1/hospitals/H4690240000/dead-letters", an("OPERATOR", PROVINCE))
    assert (refused.status_code, refused.get_json()["code"]) == (404, "E-HOSPITAL-UNKNOWN")


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/v1/hospitals", get_hospitals.ANSWER),
        (f"/v1/hospitals/{HOSPITAL}/dead-letters", get_hospital_dead_letters.ANSWER),
    ],
)
def test_answers_are_what_the_document_says(app: Flask, path: str, schema: Any) -> None:
    answer = told(app, path, an("OPERATOR", PROVINCE))
    assert [error.message for error in OAS31Validator(schema).iter_errors(answer)] == []
