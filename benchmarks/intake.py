"""The intake's catch-up on hospitals' records, beside a bare loop that consumes, decodes and opens them and writes nothing.

The vault knows PERSONS, made once. Of a hundred records three are corrections or reversals and one comes back as a dead letter,
in the order of a night's batch. On Kafka with REGISTRY_LOG_URL (and REGISTRY_KAFKA_CLIENT), elsewhere on the embedded log.
BENCHMARK_PERSONS: fewer persons, for a quick look. What the process holds is measured in processes of their own.
"""

import os
import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from multiprocessing import get_context
from multiprocessing.connection import Connection
from random import Random
from typing import Any, Final
from uuid import UUID

from benchmarks.figure import Figure, seconds_of
from deploy.clocks import SystemClock
from deploy.composition.intake_keys import read_intake_keys
from deploy.composition.intake_side import INTAKE_ACTOR, PURPOSE, open_intake, person_tokens
from deploy.composition.log_side import on_kafka, open_consumer, open_producer
from deploy.composition.migrations import migrate
from deploy.composition.write_side import WriteSide, prepare, write_side
from deploy.settings import Settings
from deploy.topics.making import make_topic, make_topics
from registry.expenses.amounts import AMOUNTS
from registry.expenses.check import CORRECTED, REPORTED, REVERSED
from registry.expenses.records import HOSPITAL_TOPIC, HospitalRecords
from registry.expenses.seal import seal
from registry.vault.id_number import synthetic_id
from schemas.catalogue import registry_catalogue
from schemas.clock import shanghai_date
from schemas.codec import Codec
from schemas.messages import Message

PERSONS: Final = int(os.environ.get("BENCHMARK_PERSONS", "1000000"))
SEALED: Final = "sealed numbers"
TOKENS: Final = "tokens"
GOALS: Final = {SEALED: 5_000, TOKENS: 8_000}
COUNT, ROUNDS, MORE = 16_000, 3, 4
"""Records of a round; rounds; and how many times the records for the second look at memory."""
GOAL_GROWTH: Final = 1.1
BATCH: Final = 2000
FIRST_BIRTH: Final = date(1940, 1, 1)
_TOWNSHIP: Final = "469024100000"


def measure() -> Iterator[Figure]:
    """The better of a few rounds of each, in turns."""
    with an_installation() as side:
        where = f"Kafka by {side.settings.kafka_client}" if on_kafka(side.settings) else "embedded"
        for kind, goal in GOALS.items():
            topics = [_reported(side, kind, _institution(turn), COUNT) for turn in _numbers(kind, ROUNDS)]
            spent = [(_take_in(side, topic, COUNT), _bare(side, topic, COUNT)) for topic in topics]
            best, bare = (min(seconds) for seconds in zip(*spent, strict=True))
            yield Figure(
                f"intake of {kind}, {PERSONS:,} persons known ({where})",
                f"{COUNT / best:,.0f} events/s (bare {COUNT / bare:,.0f})",
                bare / best,
                f">= {goal:,}/s",
                COUNT / best >= goal,
            )
        once, more = (_reported(side, TOKENS, _institution(50 + n), COUNT * n) for n in (1, MORE))
        small, large = _peak(side.settings, once, COUNT), _peak(side.settings, more, COUNT * MORE)
        yield Figure(
            f"intake, memory at {MORE} times the events ({where})",
            f"{large:,.0f} MB ({small:,.0f} MB at {COUNT:,})",
            large / small,
            f"<= {GOAL_GROWTH}",
            large / small <= GOAL_GROWTH,
        )


@contextmanager
def an_installation() -> Iterator[WriteSide]:
    """A register whose vault knows the persons, with a log of its own."""
    asked = Settings.read()
    with tempfile.TemporaryDirectory() as folder:
        own = Settings.read({}, data=folder, synthetic_ids=True)
        prefix = f"benchmark-{os.getpid()}-"
        settings = replace(own, log_url=asked.log_url, kafka_client=asked.kafka_client, kafka_prefix=prefix)
        migrate(settings)
        prepare(settings)
        make_topics(settings)
        with write_side(settings, clock=SystemClock()) as side:
            _know_persons(side)
            yield side


def number_of(person: int) -> str:
    """The ID number of a made-up person."""
    return synthetic_id(FIRST_BIRTH + timedelta(days=person // 1000), person % 1000)


@cache
def _chosen(kind: str, count: int) -> list[int]:
    return Random(f"{kind}-{count}").choices(range(PERSONS), k=count)


@cache
def _sealed(public_key: str, count: int) -> list[bytes]:
    return [seal(number_of(person), public_key) for person in _chosen(SEALED, count)]


def _institution(number: int) -> str:
    """A hospital's code that no earlier run on the same cluster had."""
    return f"H{os.getpid():07d}{number:04d}"


def _numbers(kind: str, count: int) -> range:
    first = 10 if kind == SEALED else 20
    return range(first, first + count)


def _know_persons(side: WriteSide) -> None:
    for start in range(0, PERSONS, BATCH * 5):
        numbers = [number_of(person) for person in range(start, min(start + BATCH * 5, PERSONS))]
        side.vault.identify(numbers, INTAKE_ACTOR, PURPOSE)


def _reported(side: WriteSide, kind: str, institution: str, count: int) -> str:
    """A hospital's topic with so many records; its name."""
    settings = side.settings
    spec = HOSPITAL_TOPIC.of(institution)
    make_topic(settings, spec)
    records, producer = HospitalRecords(registry_catalogue()), open_producer(settings, None, SystemClock())
    named = _named(side, kind, institution, count)
    for start in range(0, count, BATCH):
        batch: list[Message] = []
        for number in range(start, min(start + BATCH, count)):
            record_type, values = _said(number, institution)
            batch.append(records.message(record_type, values | named[number], institution))
        producer.append(batch)
    producer.close()
    return spec.name


def _named(side: WriteSide, kind: str, institution: str, count: int) -> list[dict[str, Any]]:
    """How each record names its patient."""
    if kind == SEALED:
        key_id, public_key = read_intake_keys(side.settings).current
        return [{"sealed_id": box, "key_id": key_id} for box in _sealed(public_key, count)]
    tokens, persons = person_tokens(side.settings), _chosen(TOKENS, count)
    ids: list[UUID] = []
    for start in range(0, count, BATCH):
        some = [number_of(person) for person in persons[start : start + BATCH]]
        ids += side.vault.identify(some, INTAKE_ACTOR, PURPOSE)
    return [{"person_token": tokens.give(person_id, institution)} for person_id in ids]


def _said(number: int, institution: str) -> tuple[str, dict[str, Any]]:
    """The record of this number, without the patient."""
    today = shanghai_date(SystemClock().now())
    kind = number % 200
    values: dict[str, Any] = {
        "institution": institution,
        "settlement_id": f"S{number - (kind in (50, 100, 150, 199)):08d}",
        "settlement_version": 2 if kind in (50, 100, 150, 199) else 1,
        "sealed_id": None, "key_id": None, "person_token": None, "newborn_no": None,
    }  # fmt: skip
    if kind in (150, 199):
        return REVERSED, values | {"reversed_at": SystemClock().now() - timedelta(hours=8), "reversal_reason": "REFUND"}
    left, own = today - timedelta(days=1 + number % 60), Decimal(f"{number % 9000 + 100}.{number % 100:02d}")
    amounts = dict.fromkeys(AMOUNTS, Decimal("0.00"))
    amounts |= {"total_fee": own * 5, "in_scope": own * 5, "basic_pay": own * 4, "personal_pay": own, "cash_pay": own}
    values |= {
        "stage": "FINAL", "encounter_id": f"E{number:08d}", "insutype": "390",
        "med_type": ("11", "14", "21")[number % 3] if kind != 75 else "x",
        "admitted_on": left - timedelta(days=number % 12), "discharged_on": left,
        "settled_at": SystemClock().now() - timedelta(hours=10),
        "residence_division": _TOWNSHIP, "hukou_kind": "RURAL", "diagnosis_category": "OTHER",
    }  # fmt: skip
    return (CORRECTED if kind in (50, 100) else REPORTED), values | amounts


def _take_in(side: WriteSide, topic: str, count: int) -> float:
    intake = open_intake(side, [topic])

    def work() -> None:
        left = count
        while left > 0:
            taken = intake.step(10.0)
            assert taken, "the log lacks records"
            left -= taken

    seconds = seconds_of(work)
    intake.close()
    return seconds


def _bare(side: WriteSide, topic: str, count: int) -> float:
    """Seconds of consuming, decoding and opening alone."""
    settings = side.settings
    codec, keys, tokens = Codec(registry_catalogue()), read_intake_keys(settings), person_tokens(settings)
    consumer = open_consumer(settings, f"bare-{topic}", [topic])
    consumer.resume_from(lambda name, partition: 0)

    def work() -> None:
        left = count
        while left > 0:
            records = consumer.poll(BATCH, 10.0)
            assert records, "the log lacks records"
            for record in records:
                _, values = codec.decode(record.value or b"")
                if values["person_token"] is not None:
                    tokens.open(values["person_token"], values["institution"])
                else:
                    keys.open(values["key_id"], values["sealed_id"])
            left -= len(records)

    seconds = seconds_of(work)
    consumer.close()
    return seconds


def _peak(settings: Settings, topic: str, count: int) -> float:
    """The most memory of a process that takes a topic in, in megabytes."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_report_peak, args=(settings, topic, count, theirs))
    process.start()
    theirs.close()
    kilobytes: int = ours.recv()
    process.join()
    return kilobytes / 1024


def _report_peak(settings: Settings, topic: str, count: int, answer: Connection) -> None:
    with write_side(settings, clock=SystemClock()) as side:
        _take_in(side, topic, count)
    answer.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
