"""The programs of `docs/hospitals.md` as they stand there, on a real Kafka and the served API: what they publish is accepted."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from consumers.intake.letters import ACCEPTED_TOPIC, DEAD_LETTERS
from deploy.composition.intake_side import open_intake
from deploy.composition.write_side import write_side
from deploy.settings import Settings
from deploy.topics.making import make_topics
from registry.expenses.records import HOSPITAL_TOPIC
from schemas.access import Actor
from tests.support.hospital_doors import PROVINCE, TODAY, make_topics_of, published_by, records_in
from tests.support.installation import new_installation
from tests.support.intake import CODEC, PATIENCE_S
from tests.support.java_programs import java_command
from tests.support.own_kafka import own_kafka, skip_without_kafka
from tests.support.ports import free_port
from tests.support.served_api import Server, make_tokens, served

pytestmark = pytest.mark.kafka
PAGE = Path(__file__).parents[2] / "docs/hospitals.md"
HOSPITAL = "H46902400001"
NUMBER = "469999198005010031"


@dataclass(frozen=True)
class Hospital:
    """A hospital that was let in: where it finds us, and its token."""

    settings: Settings
    server: Server
    token: str

    def run(self, command: list[str], **environment: str) -> None:
        done = subprocess.run(
            command,
            env={**os.environ, "HOSPITAL_TOKEN": self.token, **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def taken_in(self) -> dict[str, Any]:
        """What the intake makes of the one record that is in the topic."""
        with write_side(self.settings) as side:
            intake = open_intake(side, [HOSPITAL_TOPIC.of(HOSPITAL).name])
            assert intake.step(PATIENCE_S) == 1
            intake.close()
        assert records_in(self.settings, DEAD_LETTERS) == []
        (*_, record) = records_in(self.settings, ACCEPTED_TOPIC)
        return CODEC.decode(record.value or b"")[1]


@pytest.fixture
def hospital(tmp_path: Path) -> Iterator[Hospital]:
    skip_without_kafka()
    begun_at = datetime(TODAY.year, TODAY.month, TODAY.day, 4, tzinfo=UTC)
    with own_kafka(tmp_path / "kafka") as cluster:
        settings = new_installation(
            tmp_path / "data", begun_at=begun_at, log_url=f"kafka://{cluster.bootstrap}", port=free_port(), synthetic_ids=True
        )
        make_topics(settings)
        make_topics_of(settings, (HOSPITAL,))
        (token,) = make_tokens(settings, Actor("his-1", "HOSPITAL", HOSPITAL, PROVINCE))
        with served(settings) as server:
            yield Hospital(settings, server, token)


def program(language: str, hospital: Hospital, path: Path) -> Path:
    """The page's program in this language, written to a file, with our addresses for those of the page."""
    (text,) = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    url, broker = f"http://127.0.0.1:{hospital.settings.port}", hospital.settings.log.removeprefix("kafka://")
    for shown, real in (("http://127.0.0.1:8000", url), ("127.0.0.1:9092", broker)):
        assert text.count(shown) == 1, shown
        text = text.replace(shown, real)
    path.write_text(text, "utf-8")
    return path


def test_its_python_publishes_an_expense_by_a_sealed_number(hospital: Hospital, tmp_path: Path) -> None:
    hospital.run([sys.executable, str(program("python", hospital, tmp_path / "report.py"))])
    (record,) = published_by(hospital.settings, HOSPITAL)
    assert NUMBER.encode() not in record["sealed_id"]
    accepted = hospital.taken_in()
    assert accepted["settlement"]["personal_pay"] == Decimal("1243.00")
    with write_side(hospital.settings) as side:
        (person,) = side.vault.identify([NUMBER], Actor("test", "OPERATOR", "registry", PROVINCE), "EXPENSE_MATCHING")
    assert accepted["person_id"] == person


def test_its_java_publishes_an_expense_by_a_token(hospital: Hospital, tmp_path: Path) -> None:
    expense = json.loads((PAGE.parent / "examples/expense.json").read_text("utf-8"))
    answer = hospital.server.ask("POST", "/v1/expenses", hospital.token, expense)
    assert answer.status == 200, answer.data
    (row,) = answer.json()["rows"]
    first = hospital.taken_in()
    hospital.run(java_command(program("java", hospital, tmp_path / "ReportExpense.java")), PERSON_TOKEN=row["person_token"])
    second = hospital.taken_in()
    assert second["person_id"] == first["person_id"]
    assert second["settlement"] | {"encounter_ref": None} == first["settlement"] | {"encounter_ref": None}
