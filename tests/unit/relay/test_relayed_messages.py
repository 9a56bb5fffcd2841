"""What becomes of a stored event on its way into the log."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from registry.relay.relay import messages_of
from schemas.messages import Message
from schemas.topics import UnknownEventType, barrier_topics

STREAM = UUID("7c9e6679-7425-40de-944b-e07fc1f90ae7")
EVENT_ID = UUID("0d5b7a1e-63e5-4e5a-9d3f-0c2b8a917f55")
STATE = b"\x00\x00\x00\x00\x07" + EVENT_ID.bytes + b"the rest is never looked at"
RECORDED_AT_US = 1_536_019_200_123_456  # 2018-09-04T00:00:00.123456Z


def moved(event_type: str, position: int = 4711) -> list[Message]:
    return list(messages_of([(position, STREAM.bytes, event_type, STATE, RECORDED_AT_US)], "/registry/hainan"))


def test_an_event_is_one_message_with_its_own_bytes() -> None:
    (message,) = moved("household.household_exited")
    assert message.topic == "household.events"
    assert message.key == str(STREAM).encode()
    assert message.value == STATE
    assert message.partition is None, "it follows from the key"


def test_its_headers_are_those_of_cloud_events() -> None:
    (message,) = moved("household.household_exited")
    assert dict(message.headers) == {
        "ce_specversion": b"1.0",
        "ce_id": str(EVENT_ID).encode(),
        "ce_type": b"household.household_exited",
        "ce_source": b"/registry/hainan",
        "ce_subject": str(STREAM).encode(),
        "ce_time": b"2018-09-04T00:00:00.123456Z",
        "content-type": b"application/avro",
        "registry_position": b"4711",
    }


def test_its_timestamp_is_when_it_was_recorded() -> None:
    (message,) = moved("person.person_joined_household")
    assert message.timestamp_ms == int(datetime(2018, 9, 4, 0, 0, 0, 123_000, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("event_type", "topic"),
    [
        ("household.home_checked", "household.events"),
        ("person.person_left_household", "person.events"),
        ("reference.policy_version_activated", "reference.events"),
    ],
)
def test_the_event_type_gives_the_topic(event_type: str, topic: str) -> None:
    assert [message.topic for message in moved(event_type)] == [topic]


def test_a_barrier_goes_to_every_partition_of_every_barrier_topic() -> None:
    messages = moved("registry.period_closed")
    places = [(message.topic, message.partition) for message in messages]
    assert places == [(topic.name, number) for topic in barrier_topics() for number in range(topic.partitions)]
    assert len(set(places)) == len(places) >= 36
    assert {(m.key, m.value, m.headers, m.timestamp_ms) for m in messages} == {
        (str(STREAM).encode(), STATE, messages[0].headers, RECORDED_AT_US // 1000)
    }


def test_events_keep_their_order_around_a_barrier() -> None:
    kinds = ["household.home_checked", "registry.period_closed", "household.home_checked"]
    rows = [(position, STREAM.bytes, kind, STATE, RECORDED_AT_US) for position, kind in enumerate(kinds, 1)]
    positions = [int(dict(message.headers)["registry_position"]) for message in messages_of(rows, "/registry/hainan")]
    assert positions == sorted(positions)


def test_an_event_type_that_no_topic_takes_is_an_error() -> None:
    with pytest.raises(UnknownEventType):
        moved("meter.meter_read")
