"""`registry migrate-log`: from the embedded log to a real Kafka, whole, checked, and gone on with after a kill."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from kafka import KafkaAdminClient

from consumers.intake.intake import HOSPITAL_TOPIC
from consumers.intake.letters import ACCEPTED_TOPIC, DEAD_LETTERS
from deploy.composition.intake_side import hospital_topics
from deploy.composition.log_side import open_consumer, open_producer
from deploy.composition.read_side import READ_MODELS
from deploy.composition.write_side import WriteSide, register_clock, write_side
from deploy.lag import Lag, feed_lag
from deploy.log_move import moving
from deploy.log_move.errors import LogMoveRefused
from deploy.log_move.moving import Moved, move_log
from deploy.overview import overview
from deploy.pipeline.feeding import opened_feed
from deploy.pipeline.taking_in import opened_intake
from deploy.settings import Settings
from deploy.topics.making import make_topic, make_topics
from registry.household.opening import ImportHousehold
from schemas.access import Actor
from schemas.messages import Message
from schemas.topics import live_topics
from tests.support.histories import grown_up
from tests.support.hospital_reports import HOSPITALS, report
from tests.support.installation import VILLAGE, new_installation, record_household, request, shown
from tests.support.own_kafka import own_kafka
from tests.support.program import registry
from tests.support.running_pipeline import projectors_running, relay_running
from tests.support.waiting import wait_until

pytestmark = pytest.mark.kafka
COUNTY = Actor("officer-1", "COUNTY_OFFICER", "office-1", "469030000000")


class Untold:
    """Stages that nobody looks at; may end the work at one of them, as a kill would."""

    def __init__(self, die_at: str = "") -> None:
        self.stages: list[str] = []
        self._die_at = die_at

    def begin(self, stage: str, total: int | None) -> None:
        self.stages.append(stage)
        if stage == self._die_at:
            raise KeyboardInterrupt

    def advance(self, count: int) -> None:
        pass


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Kafka of this module's own: its topics have fixed names."""
    with own_kafka(tmp_path_factory.mktemp("kafka")) as cluster:
        yield cluster.bootstrap


@pytest.fixture
def kafka(broker: str, tmp_path: Path) -> str:
    """A log that is empty, with our topics."""
    client = KafkaAdminClient(bootstrap_servers=broker)
    ours = {topic.name for topic in (*live_topics(), *map(HOSPITAL_TOPIC.of, HOSPITALS))}
    client.delete_topics(sorted(ours & set(client.list_topics())))
    wait_until(lambda: not ours & set(client.list_topics()))
    client.close()
    settings = Settings(data=str(tmp_path / "none"), log_url=f"kafka://{broker}")
    make_topics(settings)
    return settings.log_url


@pytest.fixture
def old(tmp_path: Path) -> Settings:
    """An installation on the embedded log, with households, a read model and public topics."""
    settings = new_installation(tmp_path / "data", checkpoint_every=5)
    with write_side(settings) as side, relay_running(settings), projectors_running(settings), shown(settings) as register:
        ids = {record_household(side, size=size) for size in range(1, 5)} | {take_over(side) for _ in range(5)}
        wait_until(lambda: ids <= register.households().keys(), 60)
    with opened_feed(settings, register_clock(settings)) as step:
        while step():
            pass
    return settings


def take_over(side: WriteSide) -> UUID:
    """A household that is registered, which agencies see."""
    household_id = uuid4()
    command = ImportHousehold(
        household_id=household_id,
        effective_on=date(2018, 9, 4),
        division=VILLAGE,
        to_status="REGISTERED",
        spell_start=date(2016, 1, 1),
        attribute="ORDINARY",
        main_cause="ILLNESS",
        members=(grown_up(household_id.int % 2**60, "HEAD"),),
    )
    side.service.execute(command, request(COUNTY))
    return household_id


def households(settings: Settings) -> dict[UUID, tuple[int, int]]:
    with shown(settings) as register:
        return register.households()


def published(settings: Settings) -> set[bytes | None]:
    """The records that agencies see of households."""
    consumer = open_consumer(settings, "test", ("household.changes",))
    try:
        consumer.resume_from(lambda topic, partition: 0)
        seen: set[bytes | None] = set()
        while records := consumer.poll(5000, 1.0):
            seen |= {record.value for record in records}
        return seen
    finally:
        consumer.close()


def test_it_moves_everything_and_the_register_goes_on_where_it_was(old: Settings, kafka: str) -> None:
    new = replace(old, log_url=kafka)
    before, public = households(old), published(old)
    assert public
    with write_side(old) as side:
        late = record_household(side)  # stored, and not in the old log yet
    environment = {**os.environ, **new.environment(), "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "deploy.cli", "--lang", "en", "migrate-log"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "records the same in both logs" in done.stdout
    after = households(new)
    assert after == before | {late: (1, 3)}
    assert not Path(old.data, "log.db").exists()
    with write_side(new) as side, relay_running(new), projectors_running(new), shown(new) as register:
        more = record_household(side)
        wait_until(lambda: more in register.households(), 60)
        wait_until(lambda: overview(new)["ok"], 30)
    with opened_feed(new, register_clock(new)) as step:
        wait_until(lambda: step() >= 0 and feed_lag(new, register_clock(new)) == Lag(0, 0.0), 60)
    assert published(new) == public
    assert households(new).keys() == after.keys() | {more}
    assert registry("migrate-log", "--data", new.data).codes == ["E-LOG-MOVE"]


@pytest.mark.parametrize("stage", ["RELAY", "SWAP"])
def test_stopped_anywhere_the_old_log_still_serves_and_the_same_command_goes_on(old: Settings, kafka: str, stage: str) -> None:
    new = replace(old, log_url=kafka)
    before = households(old)
    with pytest.raises(KeyboardInterrupt):
        move_log(old, new, Untold(stage), 1)
    assert Path(old.data, "log.db").exists()
    assert households(old) == before
    told = Untold()
    moved = move_log(old, new, told, 1)
    assert moved.records > 10
    assert households(new) == before
    assert ("FINISH" in told.stages) == (stage != "SWAP")


def test_killed_after_the_swap_it_ends_what_it_began(old: Settings, kafka: str, monkeypatch: pytest.MonkeyPatch) -> None:
    new, before = replace(old, log_url=kafka), households(old)

    def die(_settings: Settings) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(moving, "_forget_feed", die)
        with pytest.raises(KeyboardInterrupt):
            move_log(old, new, Untold(), 1)
    moved: Moved = move_log(old, new, Untold(), 1)
    assert (len(moved.builds), households(new)) == (len(READ_MODELS), before)


def test_a_log_that_holds_anything_is_refused_and_nothing_is_done(old: Settings, kafka: str) -> None:
    new = replace(old, log_url=kafka)
    producer = open_producer(new, None, register_clock(new))
    producer.append([Message("household.events", b"somebody", b"else", (), 0)])
    producer.close()
    called = registry_with(new)
    assert (called.returncode, called.stderr.splitlines()[-1].split(":")[0]) == (1, "E-LOG-NOT-EMPTY")
    assert Path(old.data, "log.db").exists()


def test_a_new_log_that_is_not_the_same_is_not_gone_over_to(old: Settings, kafka: str) -> None:
    new, before = replace(old, log_url=kafka), households(old)
    with pytest.raises(KeyboardInterrupt):
        move_log(old, new, Untold("LOG"), 1)
    producer = open_producer(new, None, register_clock(new))
    producer.append([Message("person.events", b"somebody", b"else", (), 0)])
    producer.close()
    called = registry_with(new)
    assert called.returncode == 1
    assert called.stderr.splitlines()[-1].startswith("E-LOG-MOVE: person.events partition ")
    assert households(old) == before


def test_what_hospitals_sent_is_copied_and_the_intake_goes_on_behind_it(
    old: Settings, kafka: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = replace(old, synthetic_ids=True)
    new = replace(old, log_url=kafka)
    for name, value in new.environment().items():
        monkeypatch.setenv(name, value)
    for code in HOSPITALS:
        make_topic(old, HOSPITAL_TOPIC.of(code))
    report(old, range(40))
    with pytest.raises(LogMoveRefused, match="registry hospital add"):
        move_log(old, new, Untold(), 1)
    called = [registry("hospital", "add", "--data", new.data, code).out for code in HOSPITALS for _ in range(2)]
    assert called == [f"{HOSPITAL_TOPIC.of(code).name}: {state}\n" for code in HOSPITALS for state in ("made", "is there")]
    assert len(hospital_topics(new)) == len(HOSPITALS)
    with pytest.raises(KeyboardInterrupt):
        move_log(old, new, Untold("RELAY"), 1)
    move_log(old, new, Untold(), 1)
    taken_in = records(new, ACCEPTED_TOPIC, DEAD_LETTERS)
    assert len(taken_in) == 40
    report(new, range(40, 50))
    with opened_intake(new, register_clock(new)) as step:
        wait_until(lambda: step() >= 0 and len(records(new, ACCEPTED_TOPIC, DEAD_LETTERS)) >= 50, 60)
    assert len(records(new, ACCEPTED_TOPIC, DEAD_LETTERS)) == 50
    assert records(new, ACCEPTED_TOPIC, DEAD_LETTERS) >= taken_in


def records(settings: Settings, *topics: str) -> Counter[tuple[bytes | None, bytes | None]]:
    consumer = open_consumer(settings, "test", topics)
    try:
        consumer.resume_from(lambda topic, partition: 0)
        found: Counter[tuple[bytes | None, bytes | None]] = Counter()
        while batch := consumer.poll(5000, 1.0):
            found.update((record.key, record.value) for record in batch)
        return found
    finally:
        consumer.close()


def registry_with(settings: Settings) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deploy.cli", "--lang", "en", "migrate-log"]
    environment = {**os.environ, **settings.environment()}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
