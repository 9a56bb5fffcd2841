"""What every log promises its consumers: what comes out, in which order, and where they go on."""

import time
import warnings
from collections import defaultdict

import pytest

from schemas.log_errors import OffsetOutOfRange
from schemas.messages import Message, Record, partition_for
from tests.contract.log.log_harness import (
    LOG_TIME_MS,
    PARTITIONS,
    PATIENCE_S,
    SPAWN,
    Log,
    append_once,
    by_partition,
    key,
    message,
    messages,
    next_offsets,
    numbers,
    read,
)

with warnings.catch_warnings():  # importing kafka-python 3.0 on Python 3.11 warns 218 times
    warnings.simplefilter("ignore")
    from kafka.partitioner.default import murmur2 as kafka_murmur2


class ConsumingContract:
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
        first = consumer.poll(10, PATIENCE_S)
        time.sleep(log.settle_s)  # whatever is fetched on the side has come by now
        seen = {record.partition for record in first}
        deadline = time.monotonic() + PATIENCE_S
        busy = sum(record.partition == 3 for record in first)
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

    def test_commits_of_one_partition_after_the_other_add_up(self, log: Log) -> None:
        log.producer().append([message(log.events, p, partition=p) for p in range(3)])
        first = log.consumer("g", [log.events])
        for place, offset in next_offsets(read(log, first, 3)).items():
            first.commit({place: offset})
        first.close()
        read(log, log.consumer("g", [log.events]), 0)

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
            share = [n for n in range(100) if partition_for(message(log.events, n).key or b"", PARTITIONS) % 2 == worker]
            mine = read(log, consumer, len(share))
            assert {record.partition % 2 for record in mine} == {worker}
            seen += mine
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
