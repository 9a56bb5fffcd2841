"""The list of metrics and what the processes serve are the same, name by name, label by label."""

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from uuid import uuid4

import pytest
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.parser import text_string_to_metric_families

from consumers.intake.intake import HOSPITAL_TOPIC
from deploy.composition.log_side import open_producer
from deploy.composition.write_side import register_clock
from deploy.metrics.appends import AppendMetrics
from deploy.metrics.requests import RequestMetrics
from deploy.settings import Settings
from deploy.topics.making import make_topic
from registry.store.errors import IdempotencyMismatch, StoreBusy, StreamConflict
from schemas.log_errors import LogUnavailable
from schemas.messages import Message
from schemas.metrics import API, METRICS, PIPELINE, Server
from tests.support.installation import CLERK, ON, VILLAGE, new_installation
from tests.support.ports import free_port
from tests.support.program import registry
from tests.support.registry_up import ask, bearer
from tests.support.waiting import wait_until

HOSPITAL = "H46999900001"


@pytest.fixture(scope="module")
def scraped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Server, dict[str, Metric]]]:
    """What a register's processes serve once a command was accepted, one refused, and the read model has come up to it."""
    folder = tmp_path_factory.mktemp("metrics")
    settings = new_installation(folder, port=free_port(), metrics_port=free_port())
    _send_as_hospital(settings, b"no record")
    with subprocess.Popen(
        [sys.executable, "-m", "deploy.cli", "up"], env=_environment(settings), stdout=subprocess.DEVNULL
    ) as up:
        try:
            wait_until(lambda: ask(settings.port, "GET", "/v1/ready")[0] == 200, 60)
            clerk, operator = _token(settings, CLERK.role), _token(settings, "OPERATOR")
            path = f"/v1/households/{uuid4()}"
            body = {"effective_on": ON.isoformat(), "division": VILLAGE, "size": 4, "labour_count": 1}
            assert ask(settings.port, "POST", f"{path}/record-ledger-household", body, **bearer(clerk))[0] == 201
            assert ask(settings.port, "POST", f"{path}/record-ledger-household", {}, **bearer(clerk))[0] == 422
            assert ask(settings.port, "GET", path)[0] == 401
            wait_until(lambda: ask(settings.port, "GET", path, **bearer(clerk))[0] == 200)
            api = _get(f"http://127.0.0.1:{settings.port}/v1/metrics", **bearer(operator))
            served = f"http://127.0.0.1:{settings.metrics_port}/metrics"
            wait_until(lambda: f'institution="{HOSPITAL}",outcome="dead_letter"' in _get(served), 30)
            pipeline = _get(served)
            assert json.loads(_get(f"http://127.0.0.1:{settings.metrics_port}/live")) == {"live": True}
            yield {"api": _families(api), "pipeline": _families(pipeline)}
        finally:
            up.terminate()


def _send_as_hospital(settings: Settings, record: bytes) -> None:
    topic = HOSPITAL_TOPIC.of(HOSPITAL)
    make_topic(settings, topic)
    producer = open_producer(settings, None, register_clock(settings))
    producer.append([Message(topic.name, b"any", record, (), 0)])
    producer.close()


@pytest.mark.parametrize("server", sorted(API | PIPELINE))
def test_what_a_process_serves_is_the_list(scraped: dict[Server, dict[str, Metric]], server: Server) -> None:
    listed = {_family_name(metric.name): metric for metric in METRICS if server in metric.served_by}
    assert set(scraped[server]) == set(listed)
    for name, family in scraped[server].items():
        metric = listed[name]
        assert family.type == ("gauge" if metric.kind == "info" else metric.kind)
        if metric.ours:
            assert family.documentation == metric.en
        for sample in family.samples:
            assert set(sample.labels) - {"le"} == set(metric.labels)


def test_after_a_command_each_metric_that_can_have_a_value_has_one(scraped: dict[Server, dict[str, Metric]]) -> None:
    # No rebuild is under way, and nothing failed.
    silent = {
        "registry_rebuild_done_events",
        "registry_rebuild_total_events",
        "registry_append_failures",
        "registry_pipeline_unavailable",
        # No hospital sent rubbish, or has been silent for long.
        "registry_hospital_stopped",
        "registry_hospital_silent_seconds",
        # Nobody is to be told of anything.
        "registry_notices",
        "registry_notices_oldest_pending_seconds",
        "registry_notice_attempts",
    }
    for families in scraped.values():
        assert {name for name, family in families.items() if not family.samples} <= silent


def test_no_series_is_of_a_path_or_an_id(scraped: dict[Server, dict[str, Metric]]) -> None:
    values = [value for families in scraped.values() for f in families.values() for s in f.samples for value in s.labels.values()]
    assert not [value for value in values if re.search(r"[0-9a-f]{8}-|\d{12}", value)]
    routes = {s.labels["route"] for s in scraped["api"]["registry_http_requests"].samples}
    assert {"/v1/households/<uuid:household_id>", "-", "/v1/ready"} <= routes


def test_the_relay_and_the_store_are_at_the_same_place(scraped: dict[Server, dict[str, Metric]]) -> None:
    families = scraped["pipeline"]
    (store,), (relay,) = families["registry_store_position"].samples, families["registry_relay_position"].samples
    assert store.value == relay.value > 0
    assert families["registry_partitions_taken"].samples[0].value > 0


def test_an_append_that_fails_is_counted_by_its_reason_and_a_repetition_is_none() -> None:
    collector = CollectorRegistry()
    metrics = AppendMetrics(collector)
    for error in (StreamConflict("x"), StoreBusy("x"), LogUnavailable("x"), KeyError("x"), IdempotencyMismatch("x")):
        with pytest.raises(type(error)), metrics.timed("store"):
            raise error

    def count(reason: str) -> float | None:
        return collector.get_sample_value("registry_append_failures_total", {"into": "store", "reason": reason})

    assert [count(reason) for reason in ("conflict", "busy", "unavailable", "other")] == [1, 1, 1, 1]
    assert collector.get_sample_value("registry_append_seconds_count", {"into": "store"}) is None


def test_a_client_cannot_make_series_of_its_own() -> None:
    collector = CollectorRegistry()
    metrics = RequestMetrics(collector)
    for method in ("BREW", "GET ", "\n"):
        metrics.answered(method, None, "405", 0.1)
    assert collector.get_sample_value("registry_http_requests_total", {"method": "OTHER", "route": "-", "status": "405"}) == 3


def test_names_and_units_follow_prometheus_conventions() -> None:
    for metric in METRICS:
        assert metric.kind != "counter" or metric.name.endswith("_total")
        assert (metric.kind == "histogram") == bool(metric.buckets)
        assert not metric.ours or metric.name.startswith("registry_")
        assert metric.en.endswith(".")
        assert metric.zh.endswith("。")
    assert len({metric.name for metric in METRICS}) == len(METRICS)


def _family_name(name: str) -> str:
    return name.removesuffix("_total")


def _families(text: str) -> dict[str, Metric]:
    families = {family.name: family for family in text_string_to_metric_families(text)}
    # The text form before OpenMetrics gives each counter a gauge of when it began: the client library's, not a metric of ours.
    return {name: family for name, family in families.items() if not name.endswith("_created")}


def _token(settings: Settings, role: str) -> str:
    of = ("--role", role, "--division", CLERK.division if role == CLERK.role else "460000000000")
    who = ("--user", f"user-{role.lower()}", "--organisation", "office-1")
    return registry("token", "create", "--data", settings.data, *of, *who).out.strip()


def _environment(settings: Settings) -> dict[str, str]:
    import os

    return {**os.environ, **settings.environment()}


def _get(url: str, **headers: str) -> str:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as answer:
        text: str = answer.read().decode()
    return text
