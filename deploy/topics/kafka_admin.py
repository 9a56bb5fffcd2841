"""A Kafka cluster's topics, users and rights, by kafka-python's admin client."""

import contextlib
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ConfigResource,
    ConfigResourceType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    ScramMechanism,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)
from kafka.errors import AuthorizationError, KafkaError, NoError, SecurityDisabledError, for_code

from deploy.topics.admin_client import open_admin_client
from deploy.topics.errors import TopicsRefused
from deploy.topics.plan import FoundTopic
from deploy.topics.rights_plan import Entry
from deploy.topics.wanted import WantedTopic
from registry.log.kafka_address import KafkaAddress
from registry.log.kafka_reading import unavailable

_ITERATIONS: Final = 8192
_HEARD_S: Final = 10.0
"""How long the brokers may take to hear of a change that the controller has made."""
_EVERYTHING: Final = ACLFilter(
    None, None, ACLOperation.ANY, ACLPermissionType.ANY, ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
)


class KafkaAdmin:
    """`TopicAdmin` on a cluster, as the principal of this address; and its users' passwords."""

    def __init__(self, address: KafkaAddress) -> None:
        self._address = address
        with self._errors():
            self._client: Any = open_admin_client(address)

    def brokers(self) -> int:
        return len(self._asked(self._client.describe_cluster)["brokers"])

    def topics(self) -> Mapping[str, FoundTopic]:
        described = [topic for topic in self._asked(self._client.describe_topics) if not topic["is_internal"]]
        if not described:
            return {}
        resources = [ConfigResource(ConfigResourceType.TOPIC, topic["name"]) for topic in described]
        configs = self._asked(lambda: self._client.describe_configs(resources, config_filter="all"))["topic"]
        return {topic["name"]: _found(topic, configs[topic["name"]]) for topic in described}

    def create(self, topics: Sequence[WantedTopic]) -> None:
        if not topics:
            return
        asked = {
            t.name: {"num_partitions": t.partitions, "replication_factor": t.copies, "configs": dict(t.settings)} for t in topics
        }
        answer = self._asked(lambda: self._client.create_topics(asked, raise_errors=False))
        wrong = {topic["name"]: _reason(topic) for topic in answer["topics"] if topic["error_code"]}
        self._refuse_if(wrong, "not made")
        self._asked(lambda: self._client.wait_for_topics(list(asked)))

    def change(self, settings: Mapping[str, Mapping[str, str]]) -> None:
        if not settings:
            return
        resources = [ConfigResource(ConfigResourceType.TOPIC, name, dict(values)) for name, values in settings.items()]
        answers = self._asked(lambda: self._client.alter_configs(resources))["topic"]
        self._refuse_if({name: answer for name, answer in answers.items() if answer != "OK"}, "not changed")

        def in_force() -> bool:
            there = self.topics()
            return all(settings[name].items() <= there[name].settings.items() for name in settings)

        _wait_until(in_force)

    def users(self) -> Collection[str]:
        return set(self._asked(self._client.describe_user_scram_credentials))

    def entries(self) -> Collection[Entry] | None:
        try:
            acls, _ = self._client.describe_acls(_EVERYTHING)
        except SecurityDisabledError:
            return None
        except KafkaError as error:
            raise self._told(error) from error
        return {_entry(acl) for acl in acls}

    def give(self, entries: Sequence[Entry]) -> None:
        wanted = set(entries)
        failed = self._asked(lambda: self._client.create_acls([_acl(entry) for entry in entries]))["failed"] if entries else ()
        if failed:
            raise TopicsRefused(f"rights not given: {', '.join(sorted({error.__name__ for error in failed}))}")
        _wait_until(lambda: wanted <= set(self.entries() or ()))

    def take(self, entries: Sequence[Entry]) -> None:
        gone = set(entries)
        answers = self._asked(lambda: self._client.delete_acls([_filter(entry) for entry in entries])) if entries else ()
        failed = {error.__name__ for _, _, error in answers if error is not NoError}
        if failed:
            raise TopicsRefused(f"rights not taken away: {', '.join(sorted(failed))}")
        _wait_until(lambda: gone.isdisjoint(self.entries() or ()))

    def set_password(self, user: str, password: str) -> None:
        """Let the user be who knows this password: a new user, or one known already. Only what is derived from it is sent."""
        self._alter_user(UserScramCredentialUpsertion(user, ScramMechanism.SCRAM_SHA_512, password, iterations=_ITERATIONS))
        _wait_until(lambda: user in self.users())

    def remove_user(self, user: str) -> None:
        """Nobody is this user any more."""
        self._alter_user(UserScramCredentialDeletion(user, ScramMechanism.SCRAM_SHA_512))

    def close(self) -> None:
        self._client.close()

    def _alter_user(self, alteration: Any) -> None:
        answers = self._asked(lambda: self._client.alter_user_scram_credentials([alteration]))
        self._refuse_if({user: reason for user, reason in answers.items() if reason}, "not changed")

    def _refuse_if(self, wrong: Mapping[str, str], what: str) -> None:
        if wrong:
            raise TopicsRefused("; ".join(f"{name} was {what}: {reason}" for name, reason in sorted(wrong.items())))

    def _asked(self, ask: Callable[[], Any]) -> Any:
        with self._errors():
            return ask()

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except KafkaError as error:
            raise self._told(error) from error

    def _told(self, error: KafkaError) -> Exception:
        if isinstance(error, AuthorizationError):
            who = self._address.user or "a client without a user"
            return TopicsRefused(f"{who} may not administer Kafka at {self._address.bootstrap}: {type(error).__name__}")
        return unavailable(self._address, error)


def _wait_until(in_force: Callable[[], bool]) -> None:
    """The controller answers before the brokers have heard of it. Raises TopicsRefused."""
    deadline = time.monotonic() + _HEARD_S
    while not in_force():
        if time.monotonic() > deadline:
            raise TopicsRefused(
                f"the brokers have not heard of the change within {_HEARD_S:.0f} s; do it again to see what is in force"
            )
        time.sleep(0.05)


def _found(topic: Mapping[str, Any], configs: Mapping[str, Mapping[str, Any]]) -> FoundTopic:
    partitions = topic["partitions"]
    copies = min((len(partition["replica_nodes"]) for partition in partitions), default=0)
    settings = {name: str(config["value"]) for name, config in configs.items() if config["value"] is not None}
    return FoundTopic(topic["name"], len(partitions), copies, settings)


def _reason(topic: Mapping[str, Any]) -> str:
    return str(topic.get("error_message")) if topic.get("error_message") else for_code(topic["error_code"]).__name__


def _entry(acl: ACL) -> Entry:
    pattern = acl.resource_pattern
    return Entry(
        acl.principal,
        pattern.resource_type.name.lower(),
        pattern.resource_name,
        acl.operation.name,
        pattern.pattern_type is ACLResourcePatternType.PREFIXED,
        acl.permission_type.name,
        acl.host,
    )


def _pattern(entry: Entry) -> tuple[ResourceType, str, ACLResourcePatternType]:
    kind = ACLResourcePatternType.PREFIXED if entry.prefixed else ACLResourcePatternType.LITERAL
    return ResourceType[entry.resource.upper()], entry.name, kind


def _acl(entry: Entry) -> ACL:
    return ACL(
        entry.principal,
        entry.host,
        ACLOperation[entry.operation],
        ACLPermissionType[entry.permission],
        ResourcePattern(*_pattern(entry)),
    )


def _filter(entry: Entry) -> ACLFilter:
    return ACLFilter(
        entry.principal,
        entry.host,
        ACLOperation[entry.operation],
        ACLPermissionType[entry.permission],
        ResourcePatternFilter(*_pattern(entry)),
    )
