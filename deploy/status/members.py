"""Who shares the partitions out on Kafka: the members of our groups, as the cluster knows them, on whatever machine they run."""

from collections.abc import Collection, Mapping
from contextlib import closing
from typing import Any

from kafka.errors import GroupAuthorizationFailedError, GroupIdNotFoundError, KafkaError

from deploy.topics.admin_client import open_admin_client
from registry.log.kafka_address import KafkaAddress
from registry.log.kafka_reading import unavailable
from schemas.log_errors import LogUnavailable


def group_members(address: KafkaAddress, groups: Collection[str]) -> Mapping[str, list[str] | None]:
    """Group -> the addresses of its members; None where this user may not ask. Raises LogUnavailable."""
    try:
        with closing(open_admin_client(address)) as client:
            found = client.describe_groups([address.prefix + group for group in groups])
    except KafkaError as error:
        raise unavailable(address, error) from error
    return {group: _members(address, found[address.prefix + group]) for group in groups}


def _members(address: KafkaAddress, about: Mapping[str, Any]) -> list[str] | None:
    error = about["error"] or ""
    if GroupAuthorizationFailedError.__name__ in error:
        return None
    if error and GroupIdNotFoundError.__name__ not in error:
        raise LogUnavailable(address.hint(f"Kafka at {address.bootstrap}: {error}"))
    return sorted(member["client_host"].lstrip("/") for member in about["members"])
