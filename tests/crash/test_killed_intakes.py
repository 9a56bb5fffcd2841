"""`registry intake` killed in the middle, again and again, while hospitals report: each record comes to one end, once."""

import subprocess
import sys
from pathlib import Path
from random import Random

from consumers.intake.intake import HOSPITAL_TOPIC
from consumers.intake.letters import ACCEPTED_TOPIC, DEAD_LETTERS
from consumers.log.embedded import EmbeddedConsumer
from deploy.settings import Settings
from deploy.topics.making import make_topic
from registry.expenses.identities import expense_id
from schemas.messages import Record
from tests.support.hospital_reports import HOSPITALS, report
from tests.support.installation import new_installation
from tests.support.intake import CODEC
from tests.support.waiting import wait_until

KILLS, PORTION, PATIENCE_S = 6, 120, 60.0
RECORDS = KILLS * PORTION


def test_killed_intakes_take_everything_in_once(tmp_path: Path) -> None:
    settings = new_installation(tmp_path / "data", synthetic_ids=True)
    for code in HOSPITALS:
        make_topic(settings, HOSPITAL_TOPIC.of(code))
    chance, log = Random(3), tmp_path / "data" / "log.db"

    def taken_in() -> int:
        return len(records(log, ACCEPTED_TOPIC)) + len(records(log, DEAD_LETTERS))

    for first in range(0, RECORDS, PORTION):
        before, killed_at = taken_in(), first + chance.randrange(1, PORTION)
        report(settings, range(first, first + 1))
        running = start(settings)
        wait_until(lambda: taken_in() > before, PATIENCE_S)  # noqa: B023
        report(settings, range(first + 1, killed_at))  # it takes them in as they come, and dies over one of them
        running.kill()
        running.wait(PATIENCE_S)
        report(settings, range(killed_at, first + PORTION))
    assert taken_in() < RECORDS
    running = start(settings)
    wait_until(lambda: taken_in() >= RECORDS, PATIENCE_S)
    running.terminate()
    assert running.wait(PATIENCE_S) == 0
    accepted = [CODEC.decode(record.value or b"")[1]["expense_id"] for record in records(log, ACCEPTED_TOPIC)]
    wrong = [number for number in range(RECORDS) if number % 11 == 0]
    expected = {expense_id(HOSPITALS[number % 2], f"S{number:06d}") for number in range(RECORDS) if number not in wrong}
    assert len(accepted) == len(expected)
    assert set(accepted) == expected
    assert len(records(log, DEAD_LETTERS)) == len(wrong)


def start(settings: Settings) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "deploy.cli", "intake"]
    return subprocess.Popen(command, env=settings.environment(), stdout=subprocess.DEVNULL)


def records(log: Path, topic: str) -> list[Record]:
    consumer = EmbeddedConsumer(log, group="test", topics=[topic])
    found: list[Record] = []
    while batch := consumer.poll(10_000, 0):
        found += batch
    consumer.close()
    return found
