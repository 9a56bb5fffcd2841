"""Alerts, scrape configuration and board: what they name exists, each alert is tried and explained."""

import json
import re

import yaml

from deploy.status import judging
from tests.support.deployment_files import DEPLOY, SERIES, documents, passes, program, series_in

(ALERTS,) = documents("prometheus/alerts.yaml")
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
NAMES = {rule["alert"] for rule in RULES}


def test_every_alert_is_tried_and_is_silent_while_all_is_well() -> None:
    (tests,) = documents("prometheus/alerts.test.yaml")
    tried = {case["alertname"] for test in tests["tests"] for case in test["alert_rule_test"] if case["exp_alerts"]}
    silent = {case["alertname"] for test in tests["tests"] for case in test["alert_rule_test"] if not case["exp_alerts"]}
    assert tried == silent == NAMES
    promtool = program("promtool", why="the alerts are not tried")
    passes(promtool, "check", "rules", "prometheus/alerts.yaml")
    passes(promtool, "test", "rules", "prometheus/alerts.test.yaml")
    passes(promtool, "check", "config", "--syntax-only", "prometheus/prometheus.yaml")


def test_alerts_and_board_name_metrics_that_there_are() -> None:
    expressions = [rule["expr"] for rule in RULES]
    board = json.loads((DEPLOY / "grafana/registry.json").read_text("utf-8"))
    expressions += [target["expr"] for panel in board["panels"] for target in panel.get("targets", ())]
    named = {series for expression in expressions for series in series_in(expression)}
    assert len(named) > 20
    assert not named - SERIES


def test_the_board_shows_every_metric_of_ours() -> None:
    text = (DEPLOY / "grafana/registry.json").read_text("utf-8")
    missing = {series for series in SERIES if series.startswith("registry_") and not series.endswith(("_sum", "_count"))}
    assert not {series for series in missing if series not in text} - {"registry_query_seconds", "registry_http_seconds"}


def test_no_two_panels_lie_on_each_other() -> None:
    board = json.loads((DEPLOY / "grafana/registry.json").read_text("utf-8"))
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert not cells & taken
        assert max(x for x, _ in cells) < 24
        taken |= cells
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def test_every_alert_has_its_place_in_the_runbook_and_every_place_an_alert() -> None:
    runbook = (DEPLOY.parent / "docs/runbook.md").read_text("utf-8")
    headings = set(re.findall(r"^#+ (Registry\w+)$", runbook, re.MULTILINE))
    assert headings == NAMES
    for rule in RULES:
        assert rule["annotations"]["runbook"] == f"docs/runbook.md#{rule['alert'].lower()}"
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}


def test_status_and_alerts_agree_on_names_and_limits() -> None:
    text = (DEPLOY / "status/judging.py").read_text("utf-8")
    assert set(re.findall(r'"(Registry\w+)"', text)) <= NAMES
    limits = {rule["alert"]: rule["expr"].rpartition(" ")[2] for rule in RULES}
    assert limits["RegistryRelayBehind"] == str(judging.RELAY_S)
    assert limits["RegistryViewBehind"] == str(judging.VIEW_S)
    assert limits["RegistryFeedBehind"] == str(judging.FEED_S)
    assert limits["RegistryIntakeBehind"] == str(judging.INTAKE_S)
    assert limits["RegistryWarnerBehind"] == str(judging.WARNER_S)
    assert limits["RegistryCheckpointsBehind"] == str(judging.CHECKPOINTS * 1000)


def test_what_is_scraped_is_where_the_processes_serve() -> None:
    (config,) = documents("prometheus/prometheus.yaml")
    (compose,) = documents("compose.yaml")
    api, pipeline = config["scrape_configs"]
    assert api["metrics_path"] == "/v1/metrics"
    assert api["static_configs"] == [{"targets": ["api:8000"]}]
    (found,) = pipeline["dns_sd_configs"]
    assert found["port"] == compose["x-pipeline"]["REGISTRY_METRICS_PORT"]
    assert set(found["names"]) <= set(compose["services"])
    assert yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/prometheus.yaml").read_text())["datasources"]
