"""An intake with its log, its keys and a vault, and hospitals that write to it."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from consumers.intake.intake import HOSPITAL_TOPIC, INTAKE, Intake
from consumers.intake.judging import ExpenseJudge
from consumers.intake.letters import ACCEPTED_TOPIC, DEAD_LETTERS
from consumers.log.consumer import LogConsumer
from registry.expenses.check import CORRECTED, REPORTED, REVERSED
from registry.expenses.person_tokens import PersonTokens
from registry.expenses.seal import IntakeKeys, seal
from registry.log.producer import LogProducer
from registry.vault.database import VaultDatabase
from registry.vault.id_number import synthetic_id
from registry.vault.keys import LookupKey, MasterKeys
from registry.vault.vault import Vault
from schemas.access import Actor
from schemas.catalogue import registry_catalogue
from schemas.codec import Codec
from schemas.divisions import hainan
from schemas.messages import Message, Record
from tests.support.meter import SetClock

NOW = datetime(2019, 3, 20, 12, tzinfo=UTC)
ACTOR = Actor("intake", "OPERATOR", "registry", "460000000000")
CODEC = Codec(registry_catalogue())
PATIENCE_S = 20.0

OpenProducer = Callable[[str | None], LogProducer]
OpenConsumer = Callable[[str, Sequence[str]], LogConsumer]


def id_number(number: int) -> str:
    """The number of a made-up patient."""
    return synthetic_id(date(1950 + number // 900 % 60, 4, 12), number % 900)


def written(institution: str, record_type: str, values: dict[str, Any]) -> Message:
    """A record of a hospital's, as its own producer writes it."""
    value = CODEC.encode(registry_catalogue().latest(record_type), values)
    return Message(HOSPITAL_TOPIC.of(institution).name, b"any", value, (), 0)


class IntakeBench:
    """One log with hospitals' topics. The intake may be opened as often as a test likes: as after a crash, or twice."""

    def __init__(
        self, folder: Path, open_producer: OpenProducer, open_consumer: OpenConsumer, institutions: Sequence[str]
    ) -> None:
        self.institutions = institutions
        self.keys = IntakeKeys.generate()
        self.tokens = PersonTokens(b"k" * 64)
        self._open_producer = open_producer
        self._open_consumer = open_consumer
        self._clock = SetClock(NOW)
        self.vault = Vault(
            VaultDatabase(f"sqlite:///{folder}/vault.db"), MasterKeys.generate(), LookupKey.generate(), self._clock, uuid4,
            allow_synthetic=True,
        )  # fmt: skip
        self.vault.create_tables()
        self._hospitals = open_producer(None)

    def sealed(self, number: int) -> dict[str, Any]:
        """How a record names a patient by number."""
        key_id, public = self.keys.current
        return {"sealed_id": seal(id_number(number), public), "key_id": key_id, "person_token": None}

    def identify(self, numbers: Sequence[str]) -> Sequence[UUID]:
        return self.vault.identify(numbers, ACTOR, "EXPENSE_MATCHING")

    def report(self, institution: str, values: dict[str, Any], record_type: str = REPORTED) -> None:
        self._hospitals.append([written(institution, record_type, values)])

    def correct(self, institution: str, values: dict[str, Any]) -> None:
        self.report(institution, values, CORRECTED)

    def reverse(self, institution: str, values: dict[str, Any]) -> None:
        self.report(institution, values, REVERSED)

    def write(self, messages: Sequence[Message]) -> None:
        self._hospitals.append(messages)

    def intake(self, **options: Any) -> Intake:
        """An intake as a process would open it."""
        judge = ExpenseJudge(
            registry_catalogue(),
            lambda: self.keys,
            self.tokens,
            self.identify,
            hainan,
            self._clock,
            "/registry/test",
            allow_synthetic=True,
        )
        topics = [HOSPITAL_TOPIC.of(institution).name for institution in self.institutions]
        consumer = self._open_consumer("intake", topics)
        return Intake(consumer, self._open_producer(INTAKE), judge, **options)

    def take_in(self, count: int) -> None:
        """Have an intake take in so many records, and no more."""
        intake = self.intake()
        while count > 0:
            count -= (taken := intake.step(PATIENCE_S))
            assert taken, f"{count} records did not come"
        assert count == 0
        intake.close()

    def accepted(self) -> list[dict[str, Any]]:
        """What was accepted of these hospitals' records, in no order."""
        values = [CODEC.decode(record.value or b"")[1] for record in self._read(ACCEPTED_TOPIC)]
        return [value for value in values if value["institution"] in self.institutions]

    def dead_letters(self) -> list[tuple[Record, dict[str, str]]]:
        """These hospitals' dead letters with their headers."""
        letters = [(record, {name: value.decode() for name, value in record.headers}) for record in self._read(DEAD_LETTERS)]
        return [letter for letter in letters if letter[1]["institution"] in self.institutions]

    def close(self) -> None:
        self._hospitals.close()
        self.vault.close()

    def _read(self, topic: str) -> list[Record]:
        consumer = self._open_consumer(f"test-{uuid4().hex[:8]}", [topic])
        try:
            consumer.resume_from(lambda _topic, _partition: 0)
            records: list[Record] = []
            while polled := consumer.poll(5000, 0.5):
                records += polled
            return records
        finally:
            consumer.close()
