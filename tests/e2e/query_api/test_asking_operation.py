"""Live, ready and metrics over HTTP, with everything well and with parts of it gone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.api_client import Api, an_api
from tests.support.asked import NEIGHBOUR, Asked, somebody
from tests.support.hand_set_register import give, make_installation
from tests.support.lived_register import enter
from tests.support.scenario import COUNTY, HOUSEHOLD, OTHER_VILLAGE, PROVINCE, day

OPERATOR = somebody("OPERATOR", PROVINCE)
OF_THE_VIEW = (
    "/v1/households",
    f"/v1/households/{HOUSEHOLD}",
    f"/v1/households/{HOUSEHOLD}/timeline",
    f"/v1/divisions/{COUNTY}/totals",
    f"/v1/divisions/{COUNTY}/balance",
)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Api]:
    """A register that nobody has fed a read model from yet."""
    make_installation(tmp_path)
    with an_api(tmp_path) as api:
        yield api


def test_the_process_is_alive_whatever_else_is_not(empty: Api) -> None:
    assert Asked(empty).json("/v1/live", None) == {"live": True}


def test_ready_says_what_can_be_reached_how_far_it_is_and_what_time_it_is(asked: Asked) -> None:
    report = asked.json("/v1/ready", None)
    assert report["ready"] is True
    assert report["checks"] == {"store": {"reached": True}, "log": {"reached": True}, "view": {"reached": True}}
    assert report["lag"] == {"relay": {"events": 0, "seconds": 0.0}, "register": {"events": 0, "seconds": 0.0}}
    assert report["clock"]["today"] == day(360).isoformat()
    assert report["clock"]["offset_s"] == 0
    assert report["known_before"] is not None


def test_lag_is_told_and_does_not_make_it_unready(young: Api) -> None:
    give(young.side, [enter(NEIGHBOUR, OTHER_VILLAGE, size=4)])
    report = Asked(young).json("/v1/ready", None)
    assert report["lag"]["relay"]["events"] == 1
    assert report["ready"] is True


def test_without_a_read_model_it_is_not_ready_and_says_so(empty: Api) -> None:
    asked = Asked(empty)
    response = asked.get("/v1/ready", None)
    problem = response.get_json()
    assert (response.status_code, problem["code"], response.headers["Retry-After"]) == (503, "E-NOT-READY", "5")
    assert problem["report"]["checks"] == {"store": {"reached": True}, "log": {"reached": True}, "view": {"reached": False}}
    assert problem["report"]["lag"]["register"] is None


@pytest.mark.parametrize("path", OF_THE_VIEW)
def test_without_a_read_model_questions_are_put_off(empty: Api, path: str) -> None:
    response = Asked(empty).get(path)
    assert (response.status_code, response.get_json()["code"]) == (503, "E-VIEW-UNAVAILABLE")
    assert response.headers["Retry-After"] == "5"


def test_what_needs_no_read_model_is_answered_without_one(empty: Api) -> None:
    asked = Asked(empty)
    assert asked.json(f"/v1/divisions/{COUNTY}")["level"] == "COUNTY"
    assert asked.json("/v1/reference/codes/sex")["codes"]


def test_a_log_that_is_gone_is_not_reached(young: Api) -> None:
    asked = Asked(young)
    for file in Path(young.side.settings.data).glob("log.db*"):
        file.rename(file.with_name(f"away-{file.name}"))
    response = asked.get("/v1/ready", None)
    assert response.status_code == 503
    assert response.get_json()["report"]["checks"]["log"] == {"reached": False}
    assert response.get_json()["report"]["checks"]["store"] == {"reached": True}


def test_metrics_count_questions_and_tell_the_registers_figures(asked: Asked) -> None:
    asked.json("/v1/households")
    asked.refusal("/v1/households", bad="1")
    text = asked.get("/v1/metrics", OPERATOR).get_data(as_text=True)
    lines = {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in text.splitlines() if not line.startswith("#")}
    assert lines['registry_households{status="NOT_REGISTERED"}'] == 2
    assert lines['registry_query_answers_total{query="get_households",status="200"}'] >= 1
    assert lines['registry_query_answers_total{query="get_households",status="refused"}'] >= 1
    assert lines['registry_query_seconds_count{query="get_households"}'] >= 2
    assert lines["registry_known_before_timestamp_seconds"] > 1_500_000_000
    assert lines['registry_lag_events{part="register"}'] == 0


def test_metrics_without_a_read_model_leave_its_figures_out(empty: Api) -> None:
    text = Asked(empty).get("/v1/metrics", OPERATOR).get_data(as_text=True)
    assert "registry_households{" not in text
    assert "registry_query_seconds" in text
