"""Our record headers are CloudEvents' Kafka binding, binary mode."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from schemas.cloud_events import cloud_event_headers

EVENT_ID = UUID("0d5b7a1e-63e5-4e5a-9d3f-0c2b8a917f55")
SUBJECT = b"7c9e6679-7425-40de-944b-e07fc1f90ae7"


def headers(recorded_at_us: int = 0) -> dict[str, bytes]:
    return dict(cloud_event_headers("household.exited", "/registries/hainan", EVENT_ID.bytes, SUBJECT, recorded_at_us, 4711))


def test_an_event_has_all_headers_of_the_binding_and_its_position() -> None:
    assert headers(1_536_019_200_000_123) == {
        "ce_specversion": b"1.0",
        "ce_id": str(EVENT_ID).encode(),
        "ce_type": b"household.exited",
        "ce_source": b"/registries/hainan",
        "ce_subject": SUBJECT,
        "ce_time": b"2018-09-04T00:00:00.000123Z",
        "content-type": b"application/avro",
        "registry_position": b"4711",
    }


@given(st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001
def test_the_time_reads_back_to_the_microsecond(instant: datetime) -> None:
    aware = instant.replace(tzinfo=UTC)
    micros = (aware - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1)
    assert datetime.fromisoformat(headers(micros)["ce_time"].decode()) == aware
