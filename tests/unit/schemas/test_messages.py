"""Keys and partitions are Kafka's, so that strangers' producers agree with us."""

import warnings
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.messages import murmur2, partition_for, uuid_text

with warnings.catch_warnings():  # importing kafka-python 3.0 on Python 3.11 warns 218 times
    warnings.simplefilter("ignore")
    from kafka.partitioner.default import murmur2 as kafka_murmur2


@given(st.binary(max_size=100))
def test_murmur2_is_kafkas(data: bytes) -> None:
    assert murmur2(data) == kafka_murmur2(data)


@given(st.uuids(), st.integers(1, 200))
def test_a_key_goes_to_the_partition_that_kafka_gives_it(aggregate_id: UUID, partitions: int) -> None:
    key = uuid_text(aggregate_id.bytes)
    assert partition_for(key, partitions) == (kafka_murmur2(key) & 0x7FFFFFFF) % partitions


@pytest.mark.parametrize(
    ("data", "hashed"),
    [(b"21", -973932308), (b"foobar", -790332482), (b"a-little-bit-long-string", -985981536)],
)
def test_murmur2_gives_the_values_of_kafkas_own_test(data: bytes, hashed: int) -> None:
    assert murmur2(data) == hashed % 2**32


@given(st.uuids())
def test_a_key_is_the_canonical_text_of_an_id(aggregate_id: UUID) -> None:
    assert uuid_text(aggregate_id.bytes) == str(aggregate_id).encode()


@pytest.mark.parametrize("size", [0, 15, 17, 36])
def test_an_id_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        uuid_text(bytes(size))
