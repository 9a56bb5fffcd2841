"""What hospitals report to an installation: sealed settlements of made-up patients, some with an amount that cannot be."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from deploy.composition.intake_keys import read_intake_keys
from deploy.composition.log_side import open_producer
from deploy.composition.write_side import register_clock
from deploy.settings import Settings
from registry.expenses.check import REPORTED
from registry.expenses.seal import seal
from schemas.clock import shanghai_date
from tests.support.expenses import settlement
from tests.support.intake import id_number, written

HOSPITALS = ("H46902400001", "H46902400002")


def report(settings: Settings, numbers: Iterable[int]) -> None:
    """The settlements of these numbers, of both hospitals; of eleven one has an amount that cannot be."""
    key_id, public = read_intake_keys(settings).current
    clock = register_clock(settings)
    now = clock.now()
    on = shanghai_date(now)
    producer = open_producer(settings, None, clock)
    for number in numbers:
        code = HOSPITALS[number % 2]
        named: dict[str, Any] = {"sealed_id": seal(id_number(number % 50), public), "key_id": key_id, "person_token": None}
        days = {"admitted_on": on - timedelta(days=9), "discharged_on": on - timedelta(days=3), "settled_at": now}
        values = settlement(number, institution=code, **named, **days)
        if number % 11 == 0:
            values["total_fee"] += 1
        producer.append([written(code, REPORTED, values)])
    producer.close()
