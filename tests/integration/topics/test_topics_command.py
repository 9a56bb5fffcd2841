"""`registry topics` on a real Kafka, and on an embedded log: made, changed only when asked, refused, left alone."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from deploy.cli import FAILED, registry
from deploy.commands.topics_command import NOTHING
from deploy.topics.kafka_admin import KafkaAdmin
from deploy.topics.wanted import WantedTopic
from registry.log.embedded_topics import create_topics
from registry.log.kafka_address import KafkaAddress
from schemas.topics import live_topics, topic_spec
from tests.support.own_kafka import let_sockets_go, own_kafka

LIVE = {spec.name for spec in live_topics()}


def run(data: Path, *arguments: str, answer: str = "") -> Result:
    command = ["--lang", "en", "topics", *arguments, "--data", str(data)]
    return CliRunner().invoke(registry, command, input=answer, standalone_mode=False)


@pytest.fixture
def admin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KafkaAdmin]:
    """Of a broker of its own: the catalogue's names are not to be had twice."""
    with own_kafka(tmp_path / "kafka") as cluster:
        monkeypatch.setenv("REGISTRY_LOG_URL", f"kafka://{cluster.bootstrap}")
        admin = KafkaAdmin(KafkaAddress(cluster.bootstrap))
        try:
            yield admin
        finally:
            admin.close()


@pytest.mark.kafka
def test_topics_are_made_once_changed_when_asked_and_never_repartitioned(admin: KafkaAdmin, tmp_path: Path) -> None:
    admin.create([WantedTopic("stranger", 2, 1, {"retention.ms": "5000"})])
    dry = run(tmp_path, "apply", "--dry-run")
    assert "household.events" in dry.output
    assert admin.topics().keys() == {"stranger"}

    made = run(tmp_path, "apply")
    assert made.output.endswith("done\n"), made.output + repr(made.exception)
    topics = admin.topics()
    assert topics.keys() == {"stranger"} | LIVE
    events, positions = topics["household.events"], topics["registry.positions"]
    assert (events.partitions, events.copies) == (12, 1)
    assert (events.settings["retention.ms"], events.settings["cleanup.policy"]) == ("-1", "delete")
    assert (positions.partitions, positions.settings["cleanup.policy"]) == (1, "compact")

    again = run(tmp_path, "apply")
    assert NOTHING in again.output
    assert "left alone, not in the catalogue: stranger" in again.output

    admin.change({"household.events": {"retention.ms": "60000"}})
    refused = run(tmp_path, "apply", answer="n\n")
    assert [line.split() for line in refused.output.splitlines() if "60000" in line] == [
        ["household.events", "retention.ms", "60000", "-1"]
    ]
    assert admin.topics()["household.events"].settings["retention.ms"] == "60000"
    assert run(tmp_path, "apply", "--yes").output.endswith("done\n")
    assert admin.topics()["household.events"].settings["retention.ms"] == "-1"
    assert admin.topics()["stranger"].settings["retention.ms"] == "5000"

    assert "12" in run(tmp_path, "show", "household.events").output
    assert "stranger" in run(tmp_path, "list").output

    admin.create([WantedTopic("supervision.digests", 3, 1, {})])
    wrong = run(tmp_path, "apply", "--yes")
    assert wrong.output.startswith("E-LOG-PARTITIONS-CHANGED: supervision.digests has 3 partitions and cannot have 12")
    assert wrong.return_value == FAILED


def test_a_cluster_that_does_not_answer_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KafkaAddress, "answer_ms", 300)
    monkeypatch.setenv("REGISTRY_LOG_URL", "kafka://127.0.0.1:9")
    with let_sockets_go():
        refused = run(tmp_path, "apply")
    assert refused.output.startswith("E-LOG-UNAVAILABLE: Kafka at 127.0.0.1:9")


def test_an_embedded_log_is_made_by_the_same_command(tmp_path: Path) -> None:
    assert "household.events" in run(tmp_path, "apply", "--dry-run").output
    assert not (tmp_path / "log.db").exists()
    assert run(tmp_path, "apply").output.endswith("done\n")
    assert NOTHING in run(tmp_path, "apply").output
    assert "there" in run(tmp_path, "list").output


def test_another_number_of_partitions_in_an_embedded_log_is_refused(tmp_path: Path) -> None:
    create_topics(tmp_path / "log.db", [replace(topic_spec("person.events"), partitions=3)])
    refused = run(tmp_path, "apply")
    assert refused.output.startswith("E-LOG-PARTITIONS-CHANGED: person.events has 3 partitions and cannot have 12")
    assert isinstance(run(tmp_path, "show", "nobody.events").exception, click.BadParameter)
