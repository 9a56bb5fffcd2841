"""The doors for hospitals over a register of a test's own, on either log; with what comes of it in the log.

with a_hospital_door(folder) as door:
    door.publish({"settlement_id": ...})
    door.published()
"""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import count
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

from prometheus_client import CollectorRegistry

from consumers.intake.letters import ACCEPTED_TOPIC, DEAD_LETTERS
from deploy.clocks import HandSetClock
from deploy.composition.intake_side import open_intake
from deploy.composition.log_side import open_consumer
from deploy.composition.write_side import prepare, write_side
from deploy.settings import Settings
from deploy.topics.making import make_topic
from deploy.topics.opening import opened_topics
from deploy.topics.wanted import wanted_topic
from deploy.web.composing import web_application_of
from registry.expenses.records import HOSPITAL_TOPIC
from schemas.access import Actor
from schemas.messages import Record
from schemas.topics import topic_spec
from tests.support.api_client import Api
from tests.support.hand_set_register import settings_for
from tests.support.intake import CODEC, PATIENCE_S, id_number
from tests.support.scenario import noon_of
from tests.support.waiting import wait_until

TODAY = date(2019, 3, 20)
PROVINCE = "460000000000"


def sent(number: int = 1, **changes: Any) -> dict[str, Any]:
    """One settlement in order, as JSON; of the made-up patient of that number unless `changes` name somebody. None leaves out."""
    fields = {
        "settlement_id": f"S{number:06d}",
        "stage": "FINAL",
        "encounter_id": f"E{number:06d}",
        "id_number": id_number(number),
        "insutype": "390",
        "med_type": "21",
        "admitted_on": "2019-03-15",
        "discharged_on": "2019-03-18",
        "settled_at": "2019-03-19T10:11:45+08:00",
        "residence_division": "469024100000",
        "hukou_kind": "RURAL",
        "diagnosis_category": "OTHER",
        "total_fee": "12431.00",
        "in_scope": "12431.00",
        "basic_pay": "11188.00",
        "personal_pay": "1243.00",
        "cash_pay": 1243,
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not None}


def taken_back(number: int = 1, **changes: Any) -> dict[str, Any]:
    """The same settlement taken back."""
    fields = {
        "kind": "REVERSED",
        "settlement_id": f"S{number:06d}",
        "settlement_version": 2,
        "id_number": id_number(number),
        "reversed_at": "2019-03-20T08:00:00+08:00",
        "reversal_reason": "REFUND",
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not None}


@dataclasses.dataclass
class HospitalDoor:
    """A register, and two hospitals that it knows."""

    api: Api
    hospitals: tuple[str, str]

    @property
    def settings(self) -> Settings:
        return self.api.side.settings

    def staff(self, hospital: str | None = None) -> Actor:
        """A program of a hospital; of the first one unless another is named."""
        code = hospital or self.hospitals[0]
        return Actor(f"his-{code.lower()}", "HOSPITAL", code, PROVINCE)

    def publish(self, body: Any, who: Actor | None = None, **headers: str) -> Any:
        """POST /v1/expenses."""
        return self.api.post("/v1/expenses", who or self.staff(), body, **headers)

    def published(self, hospital: str | None = None) -> list[dict[str, Any]]:
        """The values of the records in a hospital's topic, in their order."""
        return published_by(self.settings, hospital or self.hospitals[0])

    def take_in(self, records: int) -> None:
        """Have an intake take in so many records, and no more."""
        intake = open_intake(self.api.side, [HOSPITAL_TOPIC.of(code).name for code in self.hospitals])
        try:
            while records > 0:
                records -= (taken := intake.step(PATIENCE_S))
                assert taken, f"{records} records did not come"
            assert records == 0
        finally:
            intake.close()

    def accepted(self) -> list[dict[str, Any]]:
        """What the intake accepted of these hospitals."""
        values = [CODEC.decode(record.value or b"")[1] for record in records_in(self.settings, ACCEPTED_TOPIC)]
        return [value for value in values if value["institution"] in self.hospitals]


def published_by(settings: Settings, hospital: str) -> list[dict[str, Any]]:
    """The values of the records in a hospital's topic, in their order."""
    return [CODEC.decode(record.value or b"")[1] for record in records_in(settings, HOSPITAL_TOPIC.of(hospital).name)]


def records_in(settings: Settings, topic: str) -> list[Record]:
    """Whatever is in a topic."""
    consumer = open_consumer(settings, f"test-{uuid4().hex[:8]}", [topic])
    try:
        consumer.resume_from(lambda _topic, _partition: 0)
        found: list[Record] = []
        while polled := consumer.poll(5000, 0.5):
            found += polled
        return found
    finally:
        consumer.close()


_starts = count(1)


def new_hospitals() -> tuple[str, str]:
    """Two codes that no other test has."""
    start = Random(f"{uuid4()}{next(_starts)}").randrange(10**10)
    return f"H{start:011d}", f"H{start + 1:011d}"


@contextmanager
def a_hospital_door(folder: Path, **options: Any) -> Iterator[HospitalDoor]:
    """The web application over a new register at noon of TODAY, with the topics of two hospitals. options: settings."""
    settings = settings_for(folder, **options)
    clock = HandSetClock(noon_of(TODAY))
    prepare(settings, clock=clock)
    hospitals = new_hospitals()
    make_topics_of(settings, hospitals)
    with write_side(settings, clock=clock) as side, web_application_of(side, CollectorRegistry()) as app:
        yield HospitalDoor(Api(side, app), hospitals)


def make_topics_of(settings: Settings, hospitals: tuple[str, ...]) -> None:
    """The topics of these hospitals, and those that the intake writes."""
    specs = list(map(HOSPITAL_TOPIC.of, hospitals))
    if not settings.log.startswith("kafka:"):
        for spec in specs:
            make_topic(settings, spec)
        return
    specs += [topic_spec(ACCEPTED_TOPIC), topic_spec(DEAD_LETTERS), topic_spec("registry.positions")]
    with opened_topics(settings) as admin:
        missing = [spec for spec in specs if spec.name not in admin.topics()]
        admin.create([wanted_topic(spec, 1) for spec in missing])
        wait_until(lambda: {spec.name for spec in specs} <= admin.topics().keys())
