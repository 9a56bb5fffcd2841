"""Of two hospitals one sends rubbish: it is stopped and the other goes on; resumed, the rest is taken in, each record once."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from consumers.intake.dead_letter_share import DeadLetterShare, Taken
from consumers.intake.letters import ACCEPTED_TOPIC, DEAD_LETTERS
from deploy.composition.log_side import open_producer
from deploy.composition.write_side import register_clock, write_side
from deploy.overview import overview
from deploy.pipeline import taking_in
from deploy.pipeline.metrics import PipelineMetrics
from deploy.pipeline.taking_in import opened_intake
from deploy.pipeline.task import Reopen, Task
from deploy.settings import Settings
from deploy.topics.making import make_topic
from registry.application.hospital_intakes import HospitalIntakes
from registry.application.service import CommandService
from registry.expenses.records import HOSPITAL_TOPIC
from registry.store.errors import StoreUnavailable
from schemas.messages import Message
from tests.support.hospital_doors import make_topics_of, records_in
from tests.support.hospital_reports import HOSPITALS, report
from tests.support.installation import new_installation
from tests.support.own_kafka import own_kafka
from tests.support.program import registry as program
from tests.support.waiting import wait_until

GOOD, BAD = HOSPITALS
LOGS = ["embedded", pytest.param("kafka", marks=pytest.mark.kafka)]
PATIENCE_S = 60.0


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(taking_in, "LOOK_S", 0.2)
    made = new_installation(tmp_path / "data", synthetic_ids=True)
    for code in HOSPITALS:
        make_topic(made, HOSPITAL_TOPIC.of(code))
    return made


def send_rubbish(settings: Settings, count: int, hospital: str = BAD) -> None:
    producer = open_producer(settings, None, register_clock(settings))
    producer.append([Message(HOSPITAL_TOPIC.of(hospital).name, b"any", b"not Avro", (), 0) for _ in range(count)])
    producer.close()


def send_good(settings: Settings, *numbers: int) -> None:
    report(settings, [number * 22 + 2 for number in numbers])  # the first hospital's, each in order


def step_on(settings: Settings, share: DeadLetterShare) -> None:
    """Until something happens to it."""
    with opened_intake(settings, register_clock(settings), None, share) as step:
        while True:
            step()


def taken_in(settings: Settings) -> Counter[str]:
    """Hospital -> how many of its records came to an end, each once."""
    letters = [dict(record.headers)["institution"].decode() for record in records_in(settings, DEAD_LETTERS)]
    return Counter(letters) + Counter({"accepted": len(records_in(settings, ACCEPTED_TOPIC))})


def stopped(settings: Settings) -> frozenset[str]:
    with write_side(settings) as side:
        return HospitalIntakes(side.store.events_of_types).stopped


@contextmanager
def an_intake(settings: Settings) -> Iterator[Callable[[str], float | None]]:
    """Runs as a process would; gives what its metric says of a hospital."""
    stop, collector = threading.Event(), CollectorRegistry()
    metrics = PipelineMetrics(collector)
    clock = register_clock(settings)
    task = Task("intake", partial(opened_intake, settings, clock, metrics, DeadLetterShare()), stop, metrics)
    task.start()
    try:
        yield lambda code: collector.get_sample_value("registry_hospital_stopped", {"institution": code})
    finally:
        stop.set()
        assert task.join(PATIENCE_S)
        assert task.failure is None


def test_a_hospital_that_sends_rubbish_is_stopped_and_the_other_goes_on(settings: Settings) -> None:
    with an_intake(settings) as gauge:
        send_good(settings, *range(30))
        send_rubbish(settings, 40)
        wait_until(lambda: gauge(BAD) == 1, PATIENCE_S)
        assert stopped(settings) == {BAD}
        before = taken_in(settings)[BAD]
        send_rubbish(settings, 50)
        send_good(settings, *range(30, 60))
        wait_until(lambda: taken_in(settings)["accepted"] == 60, PATIENCE_S)
        assert taken_in(settings)[BAD] == before
        assert gauge(GOOD) is None
        (fault,) = [fault for fault in overview(settings)["wrong"] if fault["name"] == "RegistryHospitalStopped"]
        assert fault["do"] == f"registry hospital resume {BAD}"

        assert program("hospital", "resume", "--data", settings.data, BAD).out == f"{BAD}: resumed\n"
        wait_until(lambda: taken_in(settings)[BAD] == 90, PATIENCE_S)
        # The backlog of rubbish does not stop it again; what it sends from now on does.
        assert (stopped(settings), gauge(BAD)) == (frozenset(), None)
        send_rubbish(settings, 25)
        wait_until(lambda: gauge(BAD) == 1, PATIENCE_S)
    assert taken_in(settings) == {BAD: 115, "accepted": 60}


def test_killed_between_batch_and_stop_nothing_is_lost_or_doubled(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    send_rubbish(settings, 30)
    with monkeypatch.context() as patched:
        patched.setattr(CommandService, "execute", killed)
        with pytest.raises(Killed):
            step_on(settings, DeadLetterShare())
    assert (taken_in(settings)[BAD], stopped(settings)) == (30, frozenset())
    send_rubbish(settings, 30)
    with an_intake(settings) as gauge:
        send_good(settings, 1, 2)
        wait_until(lambda: gauge(BAD) == 1, PATIENCE_S)
        wait_until(lambda: taken_in(settings)["accepted"] == 2, PATIENCE_S)
    assert taken_in(settings) == {BAD: 30, "accepted": 2}  # the others wait: it was stopped as the intake began


def test_the_hour_before_a_restart_is_counted_but_not_what_came_before_it_was_resumed(settings: Settings) -> None:
    """Sixteen of eighteen came back, too few to be judged: with three more after a restart it is stopped; resumed, it is not."""
    send_rubbish(settings, 16, GOOD)
    send_good(settings, 1, 2)
    with an_intake(settings):
        wait_until(lambda: taken_in(settings) == {GOOD: 16, "accepted": 2}, PATIENCE_S)
    assert stopped(settings) == frozenset()
    send_rubbish(settings, 3, GOOD)
    with an_intake(settings) as gauge:
        wait_until(lambda: gauge(GOOD) == 1, PATIENCE_S)
        faults = {fault["name"] for fault in overview(settings)["wrong"]}
        assert "RegistryHospitalStopped" in faults
        assert program("hospital", "resume", "--data", settings.data, GOOD).status == 0
        wait_until(lambda: gauge(GOOD) is None, PATIENCE_S)
    send_rubbish(settings, 3, GOOD)
    with an_intake(settings):
        wait_until(lambda: taken_in(settings)[GOOD] == 22, PATIENCE_S)
        assert stopped(settings) == frozenset()


@pytest.mark.parametrize("log", LOGS)
def test_what_is_recounted_is_what_was_counted(tmp_path: Path, log: str) -> None:
    with ExitStack() as stack:
        options = {}
        if log == "kafka":  # of its own: an intake reads whatever hospitals there are
            options = {"log_url": f"kafka://{stack.enter_context(own_kafka(tmp_path / 'kafka')).bootstrap}"}
        settings = new_installation(tmp_path / "data", synthetic_ids=True, **options)
        count_and_recount(settings)


def count_and_recount(settings: Settings) -> None:
    make_topics_of(settings, HOSPITALS)
    send_good(settings, *range(5))
    send_rubbish(settings, 7)
    send_rubbish(settings, 4, GOOD)
    counted = list[Taken]()

    class Watched:
        def took_in(self, taken: Sequence[Taken]) -> None:
            counted.extend(taken)

        def stopped(self, institutions: frozenset[str]) -> None:
            assert not institutions

    with opened_intake(settings, register_clock(settings), Watched()) as step:
        wait_until(lambda: step() >= 0 and len(counted) >= 16, PATIENCE_S)
    assert len(counted) == 16
    send_rubbish(settings, 9)  # beyond the mark: the intake that begins takes them in and counts them then
    assert sorted(taking_in._before(settings)) == sorted(counted)


def test_a_stop_that_the_store_did_not_take_is_made_up_for(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise StoreUnavailable("away")

    share = DeadLetterShare()
    send_rubbish(settings, 30)
    with monkeypatch.context() as patched:
        patched.setattr(CommandService, "execute", away)
        with pytest.raises(StoreUnavailable):
            step_on(settings, share)
    assert stopped(settings) == frozenset()
    with opened_intake(settings, register_clock(settings), None, share):
        assert stopped(settings) == {BAD}


def test_without_counts_nobody_is_stopped(settings: Settings) -> None:
    send_rubbish(settings, 30)
    with opened_intake(settings, register_clock(settings)) as step:
        wait_until(lambda: step() >= 0 and taken_in(settings)[BAD] == 30, PATIENCE_S)
    assert stopped(settings) == frozenset()


def test_a_step_that_stopped_one_is_told_and_the_next_opens_anew(settings: Settings) -> None:
    send_rubbish(settings, 30)
    with opened_intake(settings, register_clock(settings), None, DeadLetterShare()) as step:
        moved = 0
        while not moved:
            moved = step()
        assert (moved, stopped(settings)) == (30, {BAD})
        with pytest.raises(Reopen):
            step()


def test_what_is_not_stopped_or_no_hospital_is_not_resumed(settings: Settings) -> None:
    assert program("hospital", "resume", "--data", settings.data, GOOD).out == f"{GOOD}: is not stopped\n"
    called = program("hospital", "resume", "--data", settings.data, "46902400001")
    assert (called.status, "E-FIELD-TYPE" in called.err) == (1, True)
