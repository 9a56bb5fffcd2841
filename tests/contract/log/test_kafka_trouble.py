"""What Kafka's adapters promise beyond the contract: a cluster that is away, members that come and go, records that are gone."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Connection

import pytest
from confluent_kafka import KafkaError
from kafka import KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError as KafkaPythonError

from consumers.log.confluent_reader import ConfluentReader
from consumers.log.kafka import KafkaLogConsumer, Membership
from consumers.log.kafka_python_reader import PythonReader
from deploy.broker.cluster_control import status_of
from deploy.broker.layout import Cluster
from registry.log import confluent_client, kafka_python_client
from registry.log.confluent_client import ConfluentClient
from registry.log.kafka import KafkaLogProducer
from registry.log.kafka_address import KafkaAddress
from registry.log.kafka_python_client import PythonClient
from registry.log.kafka_reading import check_partitions, read_mark
from registry.log.producer import Mark
from schemas.log_errors import LogUnavailable, OffsetOutOfRange, PartitionsChanged, ProducerFenced, UnknownTopic
from schemas.messages import Record
from tests.contract.log.kafka_log import KafkaLog
from tests.contract.log.log_harness import PARTITIONS, PATIENCE_S, SPAWN, message, messages, next_offsets, numbers, read
from tests.support.ports import free_port
from tests.support.waiting import wait_until

pytestmark = pytest.mark.kafka

TAKEN_OVER = 30
CLIENTS = {"python": (PythonClient, PythonReader), "confluent": (ConfluentClient, ConfluentReader)}


@pytest.fixture(params=list(CLIENTS))
def log(make_kafka_log: Callable[[], KafkaLog], request: pytest.FixtureRequest) -> KafkaLog:
    client, reader = CLIENTS[request.param]
    return replace(make_kafka_log(), open_client=client, open_reader=reader)


@contextmanager
def frozen(cluster: Cluster) -> Iterator[None]:
    """The broker neither answers nor hangs up."""
    pids = [node.pid for node in status_of(cluster.folder) if node.pid is not None]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def test_an_append_to_a_cluster_that_is_away_ends_and_the_next_producer_goes_on(log: KafkaLog, kafka_cluster: Cluster) -> None:
    impatient = replace(log, open_client=partial(log.open_client, delivery_s=2.0))  # type: ignore[call-arg]
    producer = impatient.producer("relay")
    producer.append(messages(log.events, range(20)), Mark("relay", {"position": 20}))
    with frozen(kafka_cluster):
        before = time.monotonic()
        with pytest.raises(LogUnavailable, match=rf"E-LOG-UNAVAILABLE: .*{log.address.bootstrap}"):
            producer.append(messages(log.events, range(20, 40)), Mark("relay", {"position": 40}))
        assert time.monotonic() - before < 8
        with pytest.raises(LogUnavailable, match="open a new one"):
            producer.append([message(log.events, 99)])
    producer.close()
    again = log.producer("relay")
    mark = again.mark("relay")
    assert mark is not None
    position = int(mark.value["position"])
    assert position in (20, 40)
    again.append(messages(log.events, range(position, 50)), Mark("relay", {"position": 50}))
    assert sorted(numbers(read(log, log.consumer("g", [log.events]), 50))) == list(range(50))


@contextmanager
def left_open(log: KafkaLog, timeout_ms: int) -> Iterator[None]:
    """A transaction with a mark, of a producer that died: the broker ends it `timeout_ms` later or a little after."""
    dead = KafkaProducer(
        bootstrap_servers=log.address.bootstrap, transactional_id=f"{log.address.prefix}dead", transaction_timeout_ms=timeout_ms
    )
    dead.init_transactions()
    dead.begin_transaction()
    dead.send(log.address.positions, b"{}", b"dead")
    dead.flush()
    try:
        yield
    finally:
        dead.close(timeout=0)


def test_a_mark_behind_somebodys_open_transaction_is_waited_for(log: KafkaLog) -> None:
    first = log.producer("relay")
    first.append(messages(log.events, range(10)), Mark("relay", {"position": 10}))
    with left_open(log, timeout_ms=3000):
        first.append(messages(log.events, range(10, 20)), Mark("relay", {"position": 20}))
        first.close()
        # Who only looks is told so, and never shown the older one.
        with pytest.raises(
            LogUnavailable, match=r"could be read up to offset \d+ of \d+ only: a transaction has been open for 0 s"
        ):
            read_mark(log.address, "relay", wait_s=0.2)
        assert log.producer("relay").mark("relay") == Mark("relay", {"position": 20})
        assert log.producer("other").mark("dead") is None


class Member(threading.Thread):
    """Reads its share and commits it, until it is told to leave."""

    def __init__(self, log: KafkaLog) -> None:
        super().__init__()
        self.log = log
        self.seen: list[int] = []
        self.share = 0
        self.told_to_leave = threading.Event()
        self.start()

    def run(self) -> None:
        consumer = self.log.consumer("g", [self.log.events])
        while not self.told_to_leave.is_set():
            records = consumer.poll(500, 0.1)
            consumer.commit(next_offsets(records))
            self.seen += numbers(records)
            self.share = len(consumer.end_offsets())
        consumer.close()

    def leave(self) -> None:
        self.told_to_leave.set()
        self.join()


def test_members_share_the_partitions_and_take_over_from_one_that_leaves(log: KafkaLog) -> None:
    producer, first, second = log.producer(), Member(log), Member(log)
    try:
        wait_until(lambda: first.share == second.share == PARTITIONS // 2)
        producer.append(messages(log.events, range(100)))
        wait_until(lambda: len(first.seen) + len(second.seen) >= 100)
        assert first.seen
        assert second.seen
        first.leave()
        producer.append(messages(log.events, range(100, 200)))
        wait_until(lambda: len(first.seen) + len(second.seen) >= 200)
        assert sorted(first.seen + second.seen) == list(range(200))
    finally:
        first.leave()
        second.leave()


@pytest.mark.parametrize("wait_s", [0.0, 0.01])
def test_a_member_that_hardly_waits_gets_its_share_too(log: KafkaLog, wait_s: float) -> None:
    """It joins before the topic's partitions are known and again when they are, over many polls.

    The cluster's first group of all finds them known: the cluster makes its topic of groups first.
    """
    log.producer().append([message(log.events, number) for number in range(20)])
    for group in ("first", "second", "third"):
        member = log.consumer(group, [log.events])
        seen: list[Record] = []
        deadline = time.monotonic() + PATIENCE_S
        while len(seen) < 20 and time.monotonic() < deadline:
            seen += member.poll(500, wait_s)
        assert sorted(numbers(seen)) == list(range(20))


def test_a_consumer_that_retention_has_overtaken_is_stopped(log: KafkaLog) -> None:
    log.producer().append([message(log.events, number, partition=1) for number in range(10)])
    slow = log.consumer("g", [log.events])
    records: list[Record] = []
    while len(records) < 3:
        records += slow.poll(3 - len(records), PATIENCE_S)
    slow.commit(next_offsets(records))
    slow.close()
    remove_before(log, 5)
    with pytest.raises(OffsetOutOfRange, match=r"next offset 3 of group 'g' is removed by retention .*5 to 9"):
        read(log, log.consumer("g", [log.events]), 7)
    assert numbers(read(log, log.consumer("new", [log.events]), 5)) == [5, 6, 7, 8, 9]


def read_until_refused(log: KafkaLog, partitions: list[int] | None, tell: Connection) -> None:
    """Say how far the log was read, for ever; and in the end twice why no further."""
    consumer, reached = log.consumer("g", [log.events], partitions), 0
    consumer.resume_from(lambda topic, partition: reached if partition == 1 else 0)
    refusals = 0
    while refusals < 2:
        try:
            records = consumer.poll(500, 0.2)
        except OffsetOutOfRange as error:
            refusals += 1
            tell.send(str(error))
            continue
        if records:
            reached = records[-1].offset + 1
            tell.send(reached)


@pytest.mark.parametrize("partitions", [None, [1]], ids=["member", "reader"])
def test_retention_that_overtakes_a_running_consumer_stops_it_too(log: KafkaLog, partitions: list[int] | None) -> None:
    producer = log.producer()
    producer.append([message(log.events, number, partition=1) for number in range(10)])
    ours, theirs = SPAWN.Pipe()
    reader = SPAWN.Process(target=read_until_refused, args=(log, partitions, theirs), daemon=True)
    reader.start()
    try:
        while ours.recv() != 10:
            pass
        os.kill(reader.pid or 0, signal.SIGSTOP)
        time.sleep(1.0)  # until the broker has answered what it still asked
        producer.append([message(log.events, number, partition=1) for number in range(10, 20)])
        remove_before(log, 15)
        os.kill(reader.pid or 0, signal.SIGCONT)
        for _ in range(2):
            assert ours.poll(PATIENCE_S)
            assert str(ours.recv()).startswith("E-LOG-OFFSET-OUT-OF-RANGE: ")
    finally:
        reader.kill()
        reader.join()


def remove_before(log: KafkaLog, offset: int) -> None:
    admin = KafkaAdminClient(bootstrap_servers=log.address.bootstrap)
    admin.delete_records({TopicPartition(log.events, 1): offset})
    admin.close()


@pytest.mark.parametrize("client", CLIENTS)
def test_no_cluster_there_is_said_within_a_bounded_time(client: str) -> None:
    address = KafkaAddress(f"127.0.0.1:{free_port()}", answer_s=1.0)
    threads, before = set(threading.enumerate()), time.monotonic()
    open_client, open_reader = CLIENTS[client]
    with pytest.raises(LogUnavailable, match=rf"E-LOG-UNAVAILABLE: .*{address.bootstrap}"):
        KafkaLogProducer(address, open_client, name="relay")
    with pytest.raises(LogUnavailable, match=address.bootstrap):
        open_reader(address, Membership("g", 6.0, lambda places: None, lambda places: None))
    with pytest.raises(LogUnavailable, match=address.bootstrap):
        KafkaLogConsumer(address, open_reader, group="g", topics=["t"])
    assert time.monotonic() - before < 10
    # Whoever waits for the cluster asks again and again.
    left = [thread.name for thread in set(threading.enumerate()) - threads if "kafka" in thread.name]
    assert not left


def test_topics_that_differ_from_the_catalogue_are_refused(make_kafka_log: Callable[[], KafkaLog]) -> None:
    log = make_kafka_log()
    check_partitions(log.address, {log.events: PARTITIONS, log.stamped: 3})
    with pytest.raises(PartitionsChanged, match=rf"E-LOG-PARTITIONS-CHANGED: {log.stamped} has 3 partitions, not 12"):
        check_partitions(log.address, {log.events: PARTITIONS, log.stamped: 12})
    with pytest.raises(UnknownTopic, match="registry topics apply"):
        check_partitions(log.address, {"no.such.topic": 12})


def test_whoever_is_replaced_in_the_middle_of_anything_is_told_so(log: KafkaLog) -> None:
    """An unreachable log is waited for, and the name is taken over again: it must never be what a replaced producer hears."""
    heard: list[Exception] = []

    def append_until_replaced(producer: KafkaLogProducer) -> None:
        number = 0
        while True:
            number += 1
            try:
                producer.append(messages(log.events, range(20)), Mark("relay", {"position": number}))
            except Exception as error:
                heard.append(error)
                return

    producers = [log.producer("relay")]
    for turn in range(TAKEN_OVER):
        thread = threading.Thread(target=append_until_replaced, args=(producers[-1],))
        thread.start()
        time.sleep(turn % 10 * 0.002)
        producers.append(log.producer("relay"))
        thread.join()
    for producer in producers:
        producer.close()
    assert [type(error) for error in heard] == [ProducerFenced] * TAKEN_OVER, heard


def test_a_broker_that_is_giving_an_id_away_calls_it_an_unknown_error() -> None:
    """Both texts were heard from a real broker under load, which then said of itself that a transition was pending."""
    assert confluent_client.is_being_fenced(KafkaError(KafkaError.UNKNOWN, "EndTxn commit failed: Unknown broker error"))
    assert not confluent_client.is_being_fenced(KafkaError(KafkaError.UNKNOWN, "ProduceRequest failed: Unknown broker error"))
    ended = KafkaPythonError("Unhandled error in EndTxnResponse: [Error -1] UnknownError")
    assert kafka_python_client.is_being_fenced(ended)
    assert kafka_python_client.is_being_fenced(KafkaPythonError("Cannot perform send because of an error.", ended))
    assert not kafka_python_client.is_being_fenced(KafkaPythonError("Unhandled error in EndTxnResponse: [Error 14] Loading"))
    assert not kafka_python_client.is_being_fenced(KafkaPythonError("[Error -1] UnknownError"))


def test_what_is_to_be_done_meanwhile_is_done_before_an_append_returns(log: KafkaLog) -> None:
    done: list[str] = []
    producer = log.producer("relay")
    producer.append(messages(log.events, range(20)), Mark("relay", {"position": 20}), lambda: done.append("meanwhile"))
    assert done == (["meanwhile"] if log.open_client is ConfluentClient else [])
    producer.close()
