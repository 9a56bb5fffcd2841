"""From hospitals' bills to the letters in offices, with every part killed at random moments: nothing is lost and nothing twice.

Relay, projectors, intake with warner, and deliveries are processes of their own, as on a cluster; the intake dies each round, and
one of the others with it. What has to come of the bills is counted plainly (`tests.support.billed_people`). An e-mail that was
taken when its sender died before recording it comes again with its id (docs/notices.md): once for each death at most.

A failure tells its seed; CRASH_SEED repeats it.
"""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from consumers.intake.letters import ACCEPTED_TOPIC, DEAD_LETTERS
from consumers.notices.database import opened_outbox
from consumers.notices.early_warnings import KINDS
from consumers.notices.notice import notice_id_of
from consumers.notices.outbox import Outbox
from consumers.notices.tables import State
from consumers.warning.warner import WARNER, reached_by
from deploy.composition.log_side import open_consumer, read_marks
from deploy.composition.read_side import opened_views
from deploy.composition.write_side import write_side
from deploy.settings import Settings
from deploy.topics.making import make_topic, make_topics
from projections.database import snapshot
from projections.expenses.read_model import EXPENSES
from projections.expenses.tables import MEMBERSHIP
from registry.early_warning.assess import EarlyWarningWatched
from registry.early_warning.warnings import stream_id_of
from registry.event import RegistryEvent
from registry.expenses.records import HOSPITAL_TOPIC
from schemas.clock import shanghai_date
from schemas.messages import Record
from tests.support.billed_people import COUNTY, HOUSEHOLDS, PROVINCE, TOWNSHIP, Bill, BilledPeople, Expected
from tests.support.hospital_reports import HOSPITALS
from tests.support.installation import new_installation
from tests.support.intake import CODEC
from tests.support.notices import MailServer, mail_server, recipients_file
from tests.support.own_kafka import own_kafka
from tests.support.waiting import wait_until
from tests.support.warning_model import PlainWarnings

pytestmark = pytest.mark.slow
INTAKE, DELIVER, OTHERS = "intake", "deliver", ("deliver", "relay", "project")
OFFICES = {TOWNSHIP: "township@example.org", COUNTY: "county@example.org", PROVINCE: "province@example.org"}
ROUNDS = {"embedded": 5, "kafka": 3}
SESSION_S, PATIENCE_S, PAUSE_S = 6, 90.0, 0.04


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Which one, and its address."""
    with own_kafka(tmp_path / "kafka") if request.param == "kafka" else nullcontext() as cluster:
        yield request.param, "" if cluster is None else f"kafka://{cluster.bootstrap}"


def test_killed_anywhere_every_case_is_raised_and_every_office_told_once(tmp_path: Path, log: tuple[str, str]) -> None:
    seed = int(os.environ.get("CRASH_SEED", random.randrange(2**32)))
    print(f"seed {seed}")  # noqa: T201
    with mail_server() as mail:
        settings = an_installation(tmp_path, log[1], mail)
        people = BilledPeople(settings, seed)
        people.settle()
        with seen_in_log(settings) as taken, Parts(settings) as parts:
            # Who is billed before his household is heard of is warned of alone, and handed over: that is another test's.
            wait_until(lambda: members_shown(settings) == 2 * HOUSEHOLDS, PATIENCE_S, "who lives where is known")
            kills = kill_through(parts, people, (taken, mail), random.Random(seed), ROUNDS[log[0]])
            wait_until(lambda: taken.count() >= len(people.reported), PATIENCE_S, "all bills are taken in")
            assert_taken_in_once(taken, people.reported)
            wait_until(lambda: reached(settings, taken), PATIENCE_S, "the warner has heard of all of them")
            letters = expected_letters(assert_raised_once(settings, people.expected()))
            wait_until(lambda: letters.keys() <= Counter(received(mail)).keys(), PATIENCE_S, "every office is told")
            parts.stop()
        assert_told_once(settings, mail, letters, kills[DELIVER])
        people.close()
    assert kills[INTAKE] == ROUNDS[log[0]]
    print(f"{sum(kills.values())} kills, {len(people.reported)} bills, {len(letters)} letters")  # noqa: T201


def an_installation(folder: Path, log_url: str, mail: MailServer) -> Settings:
    offices = recipients_file(folder, *((division, email, "") for division, email in OFFICES.items()))
    settings = new_installation(
        folder / "data",
        synthetic_ids=True,
        notices_file=str(offices),
        smtp_url=f"smtp+plain://127.0.0.1:{mail.port}",
        smtp_from="registry@example.org",
        **({"log_url": log_url, "kafka_session_s": SESSION_S} if log_url else {}),
    )
    make_topics(settings)
    for code in HOSPITALS:
        make_topic(settings, HOSPITAL_TOPIC.of(code))
    return settings


def members_shown(settings: Settings) -> int:
    """How many persons the read model of expenses has in households."""
    with opened_views(settings) as views:
        engine = views.live(EXPENSES)
        if engine is None:
            return 0
        with snapshot(engine) as connection:
            return connection.execute(select(func.count()).select_from(MEMBERSHIP)).scalar_one()


class Parts:
    """The processes; whatever is left of them is killed when the block is left."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._running = {part: self._start(part) for part in (INTAKE, *OTHERS)}

    def __enter__(self) -> "Parts":
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._running.values():
            process.kill()
            process.wait(PATIENCE_S)

    def kill(self, part: str) -> None:
        """Kill one outright, which has to be there, and have it begin again."""
        process = self._running[part]
        process.kill()
        assert process.wait(PATIENCE_S) == -9, f"{part} had ended by itself"
        self._running[part] = self._start(part)

    def stop(self) -> None:
        """Let all of them come to a good end."""
        for process in self._running.values():
            process.terminate()
        assert {part: process.wait(PATIENCE_S) for part, process in self._running.items()} == dict.fromkeys(self._running, 0)

    def _start(self, part: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "deploy.cli", part]
        return subprocess.Popen(command, env=self._settings.environment(), stdout=subprocess.DEVNULL)


class Taken:
    """What the intake has written, as whoever reads the log sees it."""

    def __init__(self, settings: Settings) -> None:
        self.records: list[Record] = []
        self._consumer = open_consumer(settings, "test-taken", [ACCEPTED_TOPIC, DEAD_LETTERS])
        self._consumer.resume_from(lambda _topic, _partition: 0)

    def count(self) -> int:
        while polled := self._consumer.poll(5000, 0.1):
            self.records += polled
        return len(self.records)

    def of(self, topic: str) -> list[Record]:
        return [record for record in self.records if record.topic == topic]

    def close(self) -> None:
        self._consumer.close()


@contextmanager
def seen_in_log(settings: Settings) -> Iterator[Taken]:
    taken = Taken(settings)
    try:
        yield taken
    finally:
        taken.close()


def kill_through(
    parts: Parts, people: BilledPeople, seen: tuple[Taken, MailServer], chance: random.Random, rounds: int
) -> Counter[str]:
    """Bills and deaths by chance: in each round the intake's and one other's, and then all go on until a letter has come."""
    taken, mail = seen
    kills: Counter[str] = Counter()
    for number in range(rounds):
        bills = list(people.bills())
        victims = [INTAKE, OTHERS[number % len(OTHERS)]]
        dying = {chance.randrange(len(bills) - 1): victim for victim in victims}
        while len(dying) < len(victims):
            dying = {chance.randrange(len(bills) - 1): victim for victim in victims}
        for place, bill in enumerate(bills):
            people.report(bill)
            time.sleep(chance.uniform(0, PAUSE_S))
            if place in dying:
                time.sleep(chance.uniform(0, PAUSE_S))  # while they are at it
                parts.kill(dying[place])
                kills[dying[place]] += 1
        before = taken.count(), len(mail.letters)
        moved = lambda: taken.count() > before[0] and len(mail.letters) > before[1]  # noqa: B023, E731
        wait_until(moved, PATIENCE_S, f"they go on after death {sum(kills.values())}")
    return kills


def assert_taken_in_once(taken: Taken, reported: list[Bill]) -> None:
    accepted = [CODEC.decode(record.value or b"")[1] for record in taken.of(ACCEPTED_TOPIC)]
    found = Counter((value["expense_id"], value["settlement_version"]) for value in accepted)
    assert found == Counter(bill.record for bill in reported if not bill.false)
    assert len(taken.of(DEAD_LETTERS)) == sum(bill.false for bill in reported)


def reached(settings: Settings, taken: Taken) -> bool:
    """Whether the warner's mark has passed every accepted expense."""
    mark = reached_by(read_marks(settings, [WARNER]).get(WARNER))
    last = {(record.topic, record.partition): record.offset for record in taken.of(ACCEPTED_TOPIC)}
    return all(mark.get(place, 0) > offset for place, offset in last.items())


def assert_raised_once(settings: Settings, expected: dict[UUID, Expected]) -> list[RegistryEvent]:
    """Each case once, as the rules give it, by steps that the plain model of cases allows; all events of warnings."""
    events: list[RegistryEvent] = []
    with write_side(settings) as side:
        today = shanghai_date(side.clock.now())
        told = {row[1] for row in side.store.recorder.select_raw(0, 1_000_000) if row[2].startswith("warning.")}
        assert told == {stream_id_of(subject).bytes for subject in expected}
        for subject, case in expected.items():
            own = [event for event in side.store.get(stream_id_of(subject)) if isinstance(event, RegistryEvent)]
            assert_case(own, case, today)
            events += own
    return events


def assert_case(events: list[RegistryEvent], expected: Expected, today: date) -> None:
    """By its events it is what was expected; BLUE is watched, and raises nothing."""
    plain = PlainWarnings()
    for event in events:
        plain.saw(event, today)
    watched = [vars(event)["expenses"] for event in events if type(event) is EarlyWarningWatched]
    assert all(before != after for before, after in pairwise(watched)), "watched twice for one thing"
    if expected.level == "BLUE":
        assert watched
        assert not plain.episodes
        return
    assert (len(plain.episodes), plain.state) == (1, "RAISED" if expected.division == COUNTY else "ASSIGNED")
    assert Expected(plain.level, plain.basis, plain.division) == expected


def expected_letters(events: list[RegistryEvent]) -> Counter[tuple[str, str]]:
    """Address and id of each: the township hears of what it has to do, the county of what nobody has claimed."""
    letters: Counter[tuple[str, str]] = Counter()
    for event in events:
        kind, place = KINDS.get(type(event).TOPIC), vars(event).get("division")
        if kind is None or (kind == "warning.unclaimed" and place != COUNTY):
            continue
        assert isinstance(place, str)
        letters[OFFICES[place], str(notice_id_of(event.event_id, kind, place))] += 1
    return letters


def received(mail: MailServer) -> list[tuple[str, str]]:
    return list(zip((address for address, _ in mail.letters), mail.ids(), strict=False))


def assert_told_once(settings: Settings, mail: MailServer, letters: Counter[tuple[str, str]], kills: int) -> None:
    sent = Counter(received(mail))
    assert sent.keys() == letters.keys()
    assert sum(sent.values()) <= len(letters) + kills
    assert set(letters.values()) == {1}
    with opened_outbox(settings.notices) as engine:
        listed = Outbox(engine).listed(limit=10_000)
    assert Counter((delivery.address, str(delivery.notice_id)) for delivery in listed) == letters
    assert {delivery.state for delivery in listed} == {State.DELIVERED}
