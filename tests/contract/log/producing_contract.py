"""What every log promises its producers: marks, refusals, fences, and what a crash may leave."""

import random
import signal
import time

import pytest

from registry.log.producer import Mark
from schemas.log_errors import ProducerFenced, UnknownTopic
from schemas.messages import Message
from tests.contract.log.log_harness import (
    PARTITIONS,
    PATIENCE_S,
    SPAWN,
    Log,
    append_much,
    append_until_killed,
    by_partition,
    message,
    messages,
    numbers,
    read,
)


class ProducingContract:
    @pytest.fixture
    def log(self) -> Log:
        raise NotImplementedError("each adapter gives its own")

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
            time.sleep(moments.uniform(0.0, 0.1 + log.settle_s))
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
