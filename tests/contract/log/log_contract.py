"""What every log must do, whichever it is: `LogContract` is subclassed once for each adapter.

The subclass gives the fixture `log`: an empty log with two topics. Nothing here knows which log it is.
"""

import multiprocessing
import random
import signal
import time
import warnings
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from multiprocessing.connection import Connection
from typing import Protocol
from uuid import UUID

import pytest

from consumers.log.consumer import LogConsumer
from registry.log.producer import LogProducer, Mark
from schemas.log_errors import OffsetOutOfRange, ProducerFenced, UnknownTopic
from schemas.messages import Message, Record, partition_for
from schemas.topics import TopicSpec

with warnings.catch_warnings():  # importing kafka-python 3.0 on Python 3.11 warns 218 times
    warnings.simplefilter("ignore")
    from kafka.partitioner.default import murmur2 as kafka_murmur2

PARTITIONS = 12
LOG_TIME_MS = 1_600_000_000_000  # where the log's clock begins, if the log's clock can be set
PATIENCE_S = 20.0
SPAWN = multiprocessing.get_context("spawn")


def topic_spec(name: str, *, partitions: int = PARTITIONS, append_time: bool = False) -> TopicSpec:
    return TopicSpec(
        name=name,
        key="any",
        partitions=partitions,
        cleanup="delete",
        timestamp="append" if append_time else "create",
        event_types=(),
        barrier=False,
        live=True,
        retention_days=800 if append_time else None,
    )


class Log(Protocol):
    """One log and how to open it. Goes to other processes, so it must be picklable."""

    events: str  # a topic of PARTITIONS partitions with its producers' time
    stamped: str  # a topic of 3 partitions with the log's time
    settle_s: float  # how long a poll must stay empty before nothing more is believed to be there

    def producer(self, name: str | None = None, owner: str = "") -> LogProducer: ...

    def consumer(self, group: str, topics: Collection[str], partitions: Collection[int] | None = None) -> LogConsumer: ...


def key(number: int) -> bytes:
    return str(UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128)).encode()


def message(topic: str, number: int, *, keys: int = 7, partition: int | None = None) -> Message:
    """The `number`th message of a test; its value is its number, its key one of `keys`."""
    headers = (("ce_id", b"%d" % number), ("ce_type", b"household.tested"))
    return Message(topic, key(number % keys), b"%d" % number, headers, 1_700_000_000_000 + number, partition)


def messages(topic: str, numbers: Iterable[int]) -> list[Message]:
    return [message(topic, number) for number in numbers]


def read(log: Log, consumer: LogConsumer, count: int, max_records: int = 500) -> list[Record]:
    """Read `count` records, however many polls that takes, and see that there are no more."""
    records: list[Record] = []
    deadline = time.monotonic() + PATIENCE_S
    while len(records) < count and time.monotonic() < deadline:
        polled = consumer.poll(max_records, 0.2)
        assert len(polled) <= max_records
        records += polled
    records += consumer.poll(max_records, log.settle_s)
    assert len(records) == count
    return records


def numbers(records: Iterable[Record]) -> list[int]:
    return [int(record.value or b"-1") for record in records]


def next_offsets(records: Iterable[Record]) -> dict[tuple[str, int], int]:
    """What to commit once `records`, in the order read, are done."""
    return {(record.topic, record.partition): record.offset + 1 for record in records}


def by_partition(records: Iterable[Record]) -> dict[tuple[str, int], list[Record]]:
    grouped = defaultdict(list)
    for record in records:
        grouped[record.topic, record.partition].append(record)
    return dict(grouped)


class LogContract:
    @pytest.fixture
    def log(self) -> Log:
        raise NotImplementedError("each adapter gives its own")

    # What goes in comes out

    def test_a_record_is_what_was_appended(self, log: Log) -> None:
        headers = (
            ("ce_type", b"household.exited"),
            ("reason", "超过 the line\x00\x01".encode()),
            ("reason", b""),
            ("content-type", b"application/avro"),
            ("ce_id", b"\x01s\x00\x01e"),
        )
        appended = Message(log.events, key(1), b"\x00\x00\x00\x00\x07value", headers, 1_536_019_200_123)
        log.producer().append([appended])

        [record] = read(log, log.consumer("g", [log.events]), 1)

        assert record == Record(
            topic=log.events,
            partition=partition_for(key(1), PARTITIONS),
            offset=record.offset,
            key=key(1),
            value=b"\x00\x00\x00\x00\x07value",
            headers=headers,
            timestamp_ms=1_536_019_200_123,
        )

    def test_no_headers_and_headers_without_own_values_come_back(self, log: Log) -> None:
        all_headers = [(), (("ce_type", b"household.exited"),), (("x", b""),), (("ce_type", b"\xff\x00"),)]
        log.producer().append([Message(log.events, key(1), b"", headers, 1) for headers in all_headers])
        assert [r.headers for r in read(log, log.consumer("g", [log.events]), 4)] == all_headers

    def test_no_value_is_not_an_empty_value(self, log: Log) -> None:
        log.producer().append([Message(log.events, key(1), None, (), 1), Message(log.events, key(1), b"", (), 2)])
        assert [record.value for record in read(log, log.consumer("g", [log.events]), 2)] == [None, b""]

    def test_a_message_needs_no_key_where_it_names_its_partition(self, log: Log) -> None:
        log.producer().append([Message(log.events, None, b"barrier", (), 1, partition=5)])
        [record] = read(log, log.consumer("g", [log.events]), 1)
        assert (record.key, record.partition) == (None, 5)

    def test_a_barrier_reaches_every_partition_whatever_its_key(self, log: Log) -> None:
        log.producer().append([message(log.events, 1, partition=p) for p in range(PARTITIONS)])
        records = read(log, log.consumer("g", [log.events]), PARTITIONS)
        assert {record.partition for record in records} == set(range(PARTITIONS))
        assert {record.key for record in records} == {key(1)}

    def test_a_key_lies_where_kafka_would_put_it(self, log: Log) -> None:
        log.producer().append([message(log.events, number, keys=300) for number in range(300)])
        for record in read(log, log.consumer("g", [log.events]), 300):
            assert record.partition == (kafka_murmur2(record.key) & 0x7FFFFFFF) % PARTITIONS

    def test_the_log_stamps_the_records_of_a_topic_that_does_not_believe_its_producers(self, log: Log) -> None:
        log.producer().append([message(log.stamped, 1), message(log.events, 1)])
        stamped, believed = sorted(read(log, log.consumer("g", [log.stamped, log.events]), 2), reverse=True)
        assert (stamped.topic, believed.timestamp_ms) == (log.stamped, 1_700_000_000_001)
        assert stamped.timestamp_ms >= LOG_TIME_MS
        assert stamped.timestamp_ms != believed.timestamp_ms

    # Order

    def test_records_of_one_key_keep_their_order(self, log: Log) -> None:
        producer = log.producer()
        for start in (0, 100, 200):
            producer.append(messages(log.events, range(start, start + 100)))
        of_key = defaultdict(list)
        for record in read(log, log.consumer("g", [log.events]), 300):
            of_key[record.key].append(int(record.value or b""))
        assert [of_key[key(n)] for n in range(7)] == [list(range(n, 300, 7)) for n in range(7)]

    def test_offsets_rise_within_a_partition(self, log: Log) -> None:
        producer = log.producer()
        for start in range(0, 200, 20):
            producer.append(messages(log.events, range(start, start + 20)))
        for records in by_partition(read(log, log.consumer("g", [log.events]), 200)).values():
            offsets = [record.offset for record in records]
            assert offsets == sorted(set(offsets))

    def test_small_polls_add_up_to_a_big_one(self, log: Log) -> None:
        log.producer().append(messages(log.events, range(100)))
        at_once = read(log, log.consumer("g", [log.events]), 100)
        bit_by_bit = read(log, log.consumer("h", [log.events]), 100, max_records=3)
        assert by_partition(bit_by_bit) == by_partition(at_once)

    def test_no_partition_is_starved_by_a_busy_one(self, log: Log) -> None:
        producer = log.producer()
        producer.append([message(log.events, number, partition=3) for number in range(1000)])
        producer.append([message(log.events, 1000 + p, partition=p) for p in (0, 11)])
        consumer = log.consumer("g", [log.events])
        seen: set[int] = set()
        deadline = time.monotonic() + PATIENCE_S
        busy = 0
        while not {0, 11} <= seen and time.monotonic() < deadline:
            polled = consumer.poll(10, 0.2)
            seen |= {record.partition for record in polled}
            busy += sum(record.partition == 3 for record in polled)
        assert {0, 11} <= seen
        assert busy < 1000

    # Where a consumer goes on

    def test_uncommitted_records_are_delivered_again(self, log: Log) -> None:
        log.producer().append(messages(log.events, range(20)))
        first = log.consumer("g", [log.events])
        seen = read(log, first, 20)
        first.close()
        assert by_partition(read(log, log.consumer("g", [log.events]), 20)) == by_partition(seen)

    def test_a_group_goes_on_after_its_commit(self, log: Log) -> None:
        producer = log.producer()
        producer.append(messages(log.events, range(20)))
        first = log.consumer("g", [log.events])
        first.commit(next_offsets(read(log, first, 20)))
        first.close()
        producer.append(messages(log.events, range(20, 30)))
        assert sorted(numbers(read(log, log.consumer("g", [log.events]), 10))) == list(range(20, 30))

    def test_a_commit_counts_for_its_partitions_only(self, log: Log) -> None:
        log.producer().append(messages(log.events, range(20)))
        first = log.consumer("g", [log.events])
        halves = by_partition(read(log, first, 20))
        place, done = halves.popitem()
        first.commit(next_offsets(done))
        first.close()
        left = read(log, log.consumer("g", [log.events]), 20 - len(done))
        assert by_partition(left) == halves
        assert place not in by_partition(left)

    def test_a_commit_does_not_move_its_own_consumer(self, log: Log) -> None:
        log.producer().append(messages(log.events, range(20)))
        consumer = log.consumer("g", [log.events])
        some = list(consumer.poll(5, PATIENCE_S))
        consumer.commit({(some[0].topic, some[0].partition): some[0].offset})
        assert sorted(numbers(some + read(log, consumer, 20 - len(some)))) == list(range(20))

    def test_groups_are_independent(self, log: Log) -> None:
        log.producer().append(messages(log.events, range(20)))
        first = log.consumer("g", [log.events])
        first.commit(next_offsets(read(log, first, 20)))
        first.close()
        read(log, log.consumer("h", [log.events]), 20)

    def test_resume_from_beats_the_commit_and_none_falls_back_on_it(self, log: Log) -> None:
        log.producer().append(messages(log.events, range(40)))
        first = log.consumer("g", [log.events])
        records = by_partition(read(log, first, 40))
        first.commit(next_offsets(r for of_one in records.values() for r in of_one))
        first.close()
        place, of_one = max(records.items(), key=lambda item: len(item[1]))
        second_offset = of_one[1].offset

        again = log.consumer("g", [log.events])
        again.resume_from(lambda topic, partition: second_offset if (topic, partition) == place else None)

        assert read(log, again, len(of_one) - 1) == of_one[1:]

    def test_resume_from_reads_a_failed_batch_again(self, log: Log) -> None:
        log.producer().append(messages(log.events, range(20)))
        consumer = log.consumer("g", [log.events])
        seen = read(log, consumer, 20)
        consumer.resume_from(lambda topic, partition: 0)
        assert by_partition(read(log, consumer, 20)) == by_partition(seen)

    def test_an_offset_beyond_the_end_is_refused(self, log: Log) -> None:
        log.producer().append(messages(log.events, range(20)))
        consumer = log.consumer("g", [log.events])
        consumer.resume_from(lambda topic, partition: 1_000 if partition == 4 else None)
        with pytest.raises(OffsetOutOfRange):
            read(log, consumer, 20)

    def test_a_partition_of_others_cannot_be_committed(self, log: Log) -> None:
        consumer = log.consumer("g", [log.events], partitions=[0, 1])
        with pytest.raises(ValueError, match="not partitions of this consumer"):
            consumer.commit({(log.events, 2): 5})

    def test_consumers_that_share_the_partitions_out_read_everything_once(self, log: Log) -> None:
        log.producer().append(messages(log.events, range(100)))
        seen: list[Record] = []
        for worker in range(2):
            consumer = log.consumer("g", [log.events], partitions=range(worker, PARTITIONS, 2))
            while polled := consumer.poll(500, log.settle_s):
                assert {record.partition % 2 for record in polled} == {worker}
                seen += polled
        assert sorted(numbers(seen)) == list(range(100))

    def test_only_the_topics_asked_for_are_read(self, log: Log) -> None:
        log.producer().append([message(log.events, 1), message(log.stamped, 2)])
        assert numbers(read(log, log.consumer("g", [log.stamped]), 1)) == [2]
        assert sorted(numbers(read(log, log.consumer("h", [log.events, log.stamped]), 2))) == [1, 2]

    # The end of the log

    def test_a_poll_at_the_end_is_empty_and_does_not_wait_longer_than_asked(self, log: Log) -> None:
        consumer = log.consumer("g", [log.events])
        assert list(consumer.poll(10, 0.0)) == []
        log.producer().append([message(log.events, 1)])
        read(log, consumer, 1)
        before = time.monotonic()
        assert list(consumer.poll(10, 0.3)) == []
        assert 0.25 < time.monotonic() - before < PATIENCE_S

    def test_a_waiting_poll_wakes_up_when_another_process_appends(self, log: Log) -> None:
        consumer = log.consumer("g", [log.events])
        assert list(consumer.poll(10, 0.0)) == []
        process = SPAWN.Process(target=append_once, args=(log,))
        before = time.monotonic()
        process.start()
        polled = consumer.poll(10, 3 * PATIENCE_S)
        waited_s = time.monotonic() - before
        process.join()
        assert numbers(polled) == [1]
        assert waited_s < 2 * PATIENCE_S

    def test_the_lag_is_nothing_once_everything_is_read(self, log: Log) -> None:
        consumer = log.consumer("g", [log.events])
        assert set(consumer.end_offsets()) == {(log.events, p) for p in range(PARTITIONS)}
        start = consumer.end_offsets()
        log.producer().append(messages(log.events, range(50)))
        end = consumer.end_offsets()
        assert sum(end.values()) - sum(start.values()) >= 50
        for place, offset in next_offsets(read(log, consumer, 50)).items():
            assert start[place] < offset <= end[place]

    # Marks

    def test_a_mark_is_read_by_the_next_producer_of_its_name(self, log: Log) -> None:
        producer = log.producer("relay")
        assert producer.mark("relay") is None
        mark = Mark("relay", {"position": 3, "record_hash": "9f86d081"})
        producer.append(messages(log.events, range(3)), mark)
        assert producer.mark("relay") == mark
        producer.close()
        assert log.producer("relay").mark("relay") == mark

    def test_the_newest_mark_counts(self, log: Log) -> None:
        producer = log.producer("relay")
        for position in range(3):
            producer.append([message(log.events, position)], Mark("relay", {"position": position}))
        assert log.producer("relay").mark("relay") == Mark("relay", {"position": 2})

    def test_a_mark_can_be_stored_alone(self, log: Log) -> None:
        log.producer("relay").append([], Mark("relay", {"position": 9}))
        assert log.producer("relay").mark("relay") == Mark("relay", {"position": 9})
        read(log, log.consumer("g", [log.events]), 0)

    def test_an_append_without_a_mark_leaves_the_old_one(self, log: Log) -> None:
        producer = log.producer("relay")
        producer.append([message(log.events, 1)], Mark("relay", {"position": 1}))
        producer.append([message(log.events, 2)])
        assert producer.mark("relay") == Mark("relay", {"position": 1})

    def test_a_producer_keeps_several_marks_under_its_name(self, log: Log) -> None:
        producer = log.producer("intake")
        for partition in (0, 1):
            producer.append([], Mark(f"intake/expenses/{partition}", {"next_offset": 5 + partition}))
        assert producer.mark("intake/expenses/0") == Mark("intake/expenses/0", {"next_offset": 5})
        assert producer.mark("intake/expenses/1") == Mark("intake/expenses/1", {"next_offset": 6})

    @pytest.mark.parametrize("name", [None, "intake", "rel"])
    def test_a_mark_of_another_producer_is_refused(self, log: Log, name: str | None) -> None:
        producer = log.producer(name)
        with pytest.raises(ValueError, match="mark"):
            producer.append([message(log.events, 1)], Mark("relay", {"position": 1}))
        assert producer.mark("relay") is None
        read(log, log.consumer("g", [log.events]), 0)

    # What is refused is not stored

    def test_a_batch_with_one_bad_message_is_refused_whole(self, log: Log) -> None:
        producer = log.producer("relay")
        good = message(log.events, 1)
        bad = {
            "neither key nor partition": Message(log.events, None, b"", (), 1),
            "partitions, none numbered 12": message(log.events, 2, partition=PARTITIONS),
            "partitions, none numbered -1": message(log.events, 2, partition=-1),
        }
        for reason, second in bad.items():
            with pytest.raises(ValueError, match=reason):
                producer.append([good, second], Mark("relay", {"position": 2}))
        assert producer.mark("relay") is None
        producer.append([good])
        assert numbers(read(log, log.consumer("g", [log.events]), 1)) == [1]

    def test_a_topic_that_was_never_created_is_refused(self, log: Log) -> None:
        producer = log.producer("relay")
        with pytest.raises(UnknownTopic, match=r"no\.such\.topic"):
            producer.append([message(log.events, 1), message("no.such.topic", 2)], Mark("relay", {"position": 2}))
        with pytest.raises(UnknownTopic, match=r"no\.such\.topic"):
            log.consumer("g", [log.events, "no.such.topic"])
        read(log, log.consumer("g", [log.events]), 0)

    # Several producers

    def test_a_newer_producer_of_the_same_name_fences_the_older(self, log: Log) -> None:
        older = log.producer("relay", owner="host-a")
        older.append([message(log.events, 1)], Mark("relay", {"position": 1}))
        newer = log.producer("relay", owner="host-b")
        newer.append([message(log.events, 2)], Mark("relay", {"position": 2}))

        for mark in (Mark("relay", {"position": 9}), None):
            with pytest.raises(ProducerFenced, match="relay"):
                older.append([message(log.events, 9)], mark)

        newer.append([message(log.events, 3)], Mark("relay", {"position": 3}))
        assert newer.mark("relay") == Mark("relay", {"position": 3})
        assert sorted(numbers(read(log, log.consumer("g", [log.events]), 3))) == [1, 2, 3]

    def test_an_older_producer_is_fenced_before_the_newer_has_appended(self, log: Log) -> None:
        older = log.producer("relay")
        older.append([message(log.events, 1)], Mark("relay", {"position": 1}))
        newer = log.producer("relay")
        assert newer.mark("relay") == Mark("relay", {"position": 1})
        with pytest.raises(ProducerFenced):
            older.append([message(log.events, 2)], Mark("relay", {"position": 2}))
        assert newer.mark("relay") == Mark("relay", {"position": 1})

    def test_producers_of_other_names_or_none_are_not_fenced(self, log: Log) -> None:
        producers = [log.producer("relay"), log.producer("intake"), log.producer(), log.producer()]
        for number, producer in enumerate(producers):
            producer.append([message(log.events, number)])
        read(log, log.consumer("g", [log.events]), 4)

    def test_processes_that_append_at_the_same_time_lose_nothing_and_keep_their_order(self, log: Log) -> None:
        writers = 4
        processes = [SPAWN.Process(target=append_much, args=(log, writer, 25)) for writer in range(writers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join(3 * PATIENCE_S)
        assert [process.exitcode for process in processes] == [0] * writers

        records = read(log, log.consumer("g", [log.events]), writers * 500)
        for of_one in by_partition(records).values():
            assert [r.offset for r in of_one] == sorted({r.offset for r in of_one})
            for writer in range(writers):
                written = [n for n in numbers(of_one) if n // 500 == writer]
                assert written == sorted(written)
        assert sorted(numbers(records)) == list(range(writers * 500))

    # Crashes

    def test_a_killed_producer_leaves_batch_and_mark_both_or_neither(self, log: Log) -> None:
        moments = random.Random(20180904)
        for _ in range(6):
            told, tell = SPAWN.Pipe(duplex=False)
            process = SPAWN.Process(target=append_until_killed, args=(log, tell))
            process.start()
            assert told.poll(3 * PATIENCE_S)
            time.sleep(moments.uniform(0.0, 0.1))
            process.kill()
            process.join()
            assert process.exitcode == -signal.SIGKILL
        mark = log.producer("relay").mark("relay")
        assert mark is not None
        count = int(mark.value["position"])
        assert sorted(numbers(read(log, log.consumer("g", [log.events]), count))) == list(range(count))

    def test_closing_twice_does_nothing_and_commits_nothing(self, log: Log) -> None:
        producer = log.producer("relay")
        producer.append(messages(log.events, range(5)))
        producer.close()
        producer.close()
        consumer = log.consumer("g", [log.events])
        read(log, consumer, 5)
        consumer.close()
        consumer.close()
        read(log, log.consumer("g", [log.events]), 5)


def append_once(log: Log) -> None:
    log.producer().append([message(log.events, 1)])


def append_much(log: Log, writer: int, batches: int) -> None:
    producer = log.producer()
    for batch in range(batches):
        start = writer * 500 + batch * 20
        producer.append(messages(log.events, range(start, start + 20)))
    producer.close()


def append_until_killed(log: Log, tell: Connection) -> None:
    """Go on from the mark, as a relay does, for ever."""
    producer = log.producer("relay")
    mark = producer.mark("relay")
    position = 0 if mark is None else int(mark.value["position"])
    tell.send("ready")
    while True:
        batch: Sequence[Message] = messages(log.events, range(position, position + 50))
        position += len(batch)
        producer.append(batch, Mark("relay", {"position": position}))
