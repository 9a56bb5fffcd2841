"""The warner's catch-up, a what-if, and the projection of expenses, beside a bare loop that polls and decodes the same records.

The bare loop asks nothing and says nothing. One settlement in seven is of a member of a household on the register; costs and the
patients' shares are as in the demonstration, so that of most bills nothing follows and some are watched or warned of.
"""

import random
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import Engine

from benchmarks.figure import Figure, seconds_of
from benchmarks.register import VILLAGE, a_register, given_by
from consumers.projector.projector import Projector
from consumers.warning.assessor import Assessor
from consumers.warning.warner import TOPICS, WARNER, Warner
from consumers.warning.what_if import Verdict, WhatIf
from deploy.composition.log_side import open_consumer, open_producer
from deploy.composition.write_side import PROVINCE, WriteSide
from deploy.pipeline.warning import teller, warned_by
from deploy.topics.making import make_topics
from projections.event_reader import EventReader
from projections.expenses.projection import ACCEPTED
from projections.expenses.read_model import EXPENSES
from projections.register.read_model import REGISTER
from registry.application.batch import Batch
from registry.household.opening import ImportHousehold
from registry.relay.relay import Relay
from schemas.access import Actor
from schemas.catalogue import registry_catalogue
from schemas.clock import shanghai_date
from schemas.messages import Message, Record
from tests.support.expense_facts import LETTERS
from tests.support.expenses import HOSPITAL, amounts, settlement
from tests.support.families import newcomer
from tests.support.pipeline import views

SETTLEMENTS, HOUSEHOLDS, MEMBERS, PATIENTS = 100_000, 4_000, 4, 70_000
"""So many patients are in no household of the register."""
OF_THE_REGISTER: Final = 1 / 7
GOAL_RATE, GOAL_PROJECTED = 3_000, 8_000
"""A year of a province is 0.9 million settlements: five minutes."""
SOURCE, PATIENCE_S, AT_ONCE = "/registry/benchmark", 5.0, 500
COUNTY = Actor("staff-00007", "COUNTY_OFFICER", "11469999008174419M", "469030000000")


def measure() -> Iterator[Figure]:
    """Once: a catch-up changes the register."""
    with tempfile.TemporaryDirectory() as name, a_register() as side:
        make_topics(side.settings)
        chance, folder = random.Random(20180904), Path(name)
        members = _households(side)
        relay_all(side)
        _bills(side, chance, members)
        register, expenses = views(folder / "register.db", REGISTER), views(folder / "expenses.db", EXPENSES)
        Projector(open_consumer(side.settings, "benchmark", REGISTER.topics), REGISTER.project(register)).drain()
        projector = Projector(open_consumer(side.settings, "benchmark", EXPENSES.topics), EXPENSES.project(expenses))
        projected = seconds_of(projector.drain)
        rate = projector.records_read / projected
        yield Figure("expenses, projection", f"{rate:,.0f} records/s", None, f">= {GOAL_PROJECTED:,}/s", rate >= GOAL_PROJECTED)
        bare = seconds_of(lambda: _bare(side))
        assessor = Assessor(
            expenses, register, side.shelf.policy_for, warned_by(side), lambda: shanghai_date(side.clock.now()), PROVINCE
        )
        consumer = open_consumer(side.settings, WARNER, TOPICS)
        warner = Warner(
            consumer,
            open_producer(side.settings, WARNER, side.clock),
            expenses,
            assessor,
            teller(side),
            catalogue=registry_catalogue(),
        )
        before = side.store.recorder.head().position

        def drain() -> None:
            while warner.step():
                pass

        spent = seconds_of(drain)
        warner.close()
        rate, said = SETTLEMENTS / spent, side.store.recorder.head().position - before
        yield Figure(
            f"warner, catch-up ({said:,} events of warnings followed)",
            f"{rate:,.0f} expenses/s (bare {SETTLEMENTS / bare:,.0f})",
            bare / spent,
            f">= {GOAL_RATE:,}/s",
            rate >= GOAL_RATE,
        )
        yield _what_if(side, expenses, register)


def _what_if(side: WriteSide, expenses: Engine, register: Engine) -> Figure:
    """A year of the same expenses under two policies."""
    policy_for, today = side.shelf.policies().for_, shanghai_date(side.clock.now())
    asked = WhatIf(policy_for, policy_for, today - timedelta(days=364), today, PROVINCE)
    found: list[Verdict] = []

    def ask() -> None:
        found.extend(asked.verdicts(expenses, register, asked.persons(expenses), lambda count: None))

    rate = SETTLEMENTS / seconds_of(ask)
    measured = f"{rate:,.0f} expenses/s"
    return Figure(f"what-if of a year ({len(found):,} cases)", measured, None, f">= {GOAL_RATE:,}/s", rate >= GOAL_RATE)


def relay_all(side: WriteSide) -> None:
    """Move everything from the store to the log."""
    producer = open_producer(side.settings, "relay", side.clock)
    Relay(side.store.recorder, producer, SOURCE).drain()
    producer.close()


def _households(side: WriteSide) -> list[UUID]:
    """On the register, with members; returns these."""
    batch, members = Batch(side.service, lambda given, refused: None), []
    for number in range(HOUSEHOLDS):
        ids = [side.next_id() for _ in range(MEMBERS)]
        members += ids
        own = [newcomer(ids[0], "HEAD", "MALE"), *(newcomer(one, "SON", "MALE") for one in ids[1:])]
        command = ImportHousehold(
            household_id=side.next_id(), effective_on=shanghai_date(side.clock.now()), division=VILLAGE, to_status="REGISTERED",
            spell_start=date(2014, 5, 1), attribute="ORDINARY", main_cause="ILLNESS", members=tuple(own),
        )  # fmt: skip
        batch.add(command, given_by(side, COUNTY))
        if number % AT_ONCE == AT_ONCE - 1:
            batch.save()
    batch.save()
    return members


def _bills(side: WriteSide, chance: random.Random, members: list[UUID]) -> None:
    """As the intake accepts them: of the last year, in order of no day."""
    strangers = [side.next_id() for _ in range(PATIENTS)]
    producer, today = open_producer(side.settings, None, side.clock), shanghai_date(side.clock.now())
    messages: list[Message] = []
    for number in range(SETTLEMENTS):
        listed = chance.random() < OF_THE_REGISTER
        total = round(chance.lognormvariate(8.339, 0.85), 2)
        own = round(total * (0.1 if listed else 0.44) * chance.uniform(0.5, 1.5), 2)
        left = today - timedelta(days=chance.randrange(360))
        values = settlement(
            number, **amounts(f"{total:.2f}", f"{own:.2f}"), admitted_on=left - timedelta(days=5), discharged_on=left
        )
        values["settled_at"] = side.clock.now() - (today - left)
        who = chance.choice(members if listed else strangers)
        record = Record(f"hospital.{HOSPITAL}.expenses", 0, number, None, b"", (), 0)
        messages.append(LETTERS.accepted(record, values, "REPORTED", (who, None), side.clock.now(), settled=True))
        if len(messages) == 5000:
            producer.append(messages)
            messages.clear()
    producer.append(messages)
    producer.close()


def _bare(side: WriteSide) -> None:
    consumer, reader = open_consumer(side.settings, "bare", TOPICS), EventReader[None](registry_catalogue(), {ACCEPTED: None})
    seen = 0
    while seen < SETTLEMENTS:
        records = consumer.poll(2000, PATIENCE_S)
        assert records, "the log lacks records"
        seen += sum(record.topic == "expenses.accepted" for record in records)
        for record in records:
            reader.read(record.value)
    consumer.close()
