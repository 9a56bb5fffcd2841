"""A real secure broker: each user may do what is its kind's, and the broker refuses all else."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from consumers.log.kafka import KafkaLogConsumer
from consumers.log.kafka_python_reader import PythonReader
from deploy.broker.layout import INTERNAL_OFFSET, Cluster, keep_cluster, new_cluster
from deploy.broker.security import address_of
from deploy.broker.users import make_own_users, opened_admin
from deploy.cli import registry
from deploy.commands.topics_command import NOTHING
from deploy.topics.rights_plan import Entry
from deploy.topics.wanted import wanted_topic
from registry.log.confluent_client import ConfluentClient
from registry.log.kafka import KafkaLogProducer, OpenClient
from registry.log.kafka_address import KafkaAddress
from registry.log.kafka_python_client import PythonClient
from registry.log.kafka_reading import partition_counts, read_mark
from registry.log.producer import Mark
from schemas.log_errors import LogUnavailable
from schemas.messages import Message
from schemas.topics import topic_spec
from tests.support.own_kafka import let_sockets_go, own_kafka

pytestmark = pytest.mark.kafka

HOSPITAL, OTHER = "hospital-H46999900001", "hospital-H46999900002"
AGENCY = "agency-11469999008174419M"
OWN, OTHERS = "hospital.H46999900001.expenses", "hospital.H46999900002.expenses"
PUBLIC = ("household.changes", "household.register")
UNUSED_YET = (*PUBLIC, "registry.checkpoints")
ALLOWED = "allowed"
UNSEEN = "not even seen"
"""Who may do nothing with a topic is not told that it is there."""
NO_WRITER = {"ClusterAuthorization failed", "TopicAuthorization failed"}
"""Who may write no topic at all may not even begin to: which of the two is heard first is chance."""


@dataclass(frozen=True)
class Broker:
    cluster: Cluster

    def run(self, *arguments: str, user: str = "admin", answer: str = "") -> Result:
        lines = CliRunner().invoke(registry, ["broker", "settings", "--dir", str(self.cluster.folder), "--user", user])
        settings = dict(line.split("=", 1) for line in lines.output.splitlines())
        command = ["--lang", "en", *arguments]
        return CliRunner().invoke(registry, command, input=answer, env=settings, standalone_mode=False)

    def user(self, *arguments: str) -> Result:
        return self.run("broker", "user", *arguments, "--dir", str(self.cluster.folder))

    def address(self, user: str) -> KafkaAddress:
        return replace(address_of(self.cluster, user), answer_s=2.0)

    def writing(self, user: str, topic: str, transactional_id: str | None = None) -> str:
        """As a stranger would: with the client's own defaults."""
        options = {"transactional_id": transactional_id} if transactional_id else {}
        producer = KafkaProducer(
            max_block_ms=5000, delivery_timeout_ms=8000, request_timeout_ms=4000, **options, **self.options(user)
        )
        try:
            return attempt(lambda: self._write(producer, topic, transactional_id is not None))
        finally:
            producer.close(timeout=0)

    def _write(self, producer: KafkaProducer, topic: str, transaction: bool) -> None:
        if transaction:
            producer.init_transactions()
            producer.begin_transaction()
        producer.send(topic, b"value", b"key").get(timeout=8)
        if transaction:
            producer.commit_transaction()

    def reading(self, user: str, topic: str, group: str | None = None) -> str:
        """In a group; without one, the first partition."""
        consumer = KafkaConsumer(
            group_id=group, auto_offset_reset="earliest", enable_auto_commit=False, consumer_timeout_ms=8000, **self.options(user)
        )
        try:
            if not consumer.partitions_for_topic(topic):
                return UNSEEN
            if group is None:
                consumer.assign([TopicPartition(topic, 0)])
            else:
                consumer.subscribe([topic])
            return attempt(lambda: [next(consumer)])
        finally:
            consumer.close(autocommit=False)

    def options(self, user: str) -> dict[str, object]:
        return self.address(user).python_options()


def attempt(work: Callable[[], object]) -> str:
    try:
        work()
    except KafkaError as error:
        # Some the client wraps up in others.
        found = re.search(r"(\w+Authorization)FailedError", repr(error))
        return f"{found[1]} failed" if found else repr(error)
    except StopIteration:
        return "nothing came"
    return ALLOWED


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with own_kafka(tmp_path_factory.mktemp("secure") / "kafka", secure=True) as cluster:
        make_own_users(cluster, "")
        broker = Broker(cluster)
        for kind, code in (user.split("-") for user in (HOSPITAL, OTHER, AGENCY)):
            made = broker.user("add", kind, code)
            assert made.exception is None, repr(made.exception)
        assert broker.run("topics", "apply").output.endswith("done\n")
        with opened_admin(cluster) as admin:
            there = admin.topics()
            admin.create([wanted_topic(topic_spec(name), 1) for name in UNUSED_YET if name not in there])
        for topic in ("household.events", *PUBLIC, OWN, OTHERS):
            assert broker.writing("admin", topic) == ALLOWED
        yield broker


def test_the_api_writes_for_every_hospital_and_reads_no_hospitals_topic(broker: Broker) -> None:
    for topic in (OWN, OTHERS):
        assert broker.writing("api", topic) == ALLOWED
        assert broker.reading("api", topic) == "TopicAuthorization failed"


def test_a_hospital_writes_its_own_topic_and_does_nothing_else(broker: Broker) -> None:
    assert broker.writing(HOSPITAL, OWN) == ALLOWED
    for topic in (OTHERS, "household.events", "hospital.expenses.dlq", "registry.positions", *PUBLIC):
        assert broker.writing(HOSPITAL, topic) == "TopicAuthorization failed", topic
    assert broker.reading(HOSPITAL, OWN) == "TopicAuthorization failed"
    for topic in (OTHERS, "household.events", *PUBLIC):
        assert broker.reading(HOSPITAL, topic) == UNSEEN, topic
    for transactional_id in ("relay", "feed", "intake", HOSPITAL):
        assert broker.writing(HOSPITAL, OWN, transactional_id) == "TransactionalIdAuthorization failed"
    refused = broker.run("topics", "apply", user=HOSPITAL)
    assert refused.output.startswith(f"E-TOPICS: {HOSPITAL} may not administer Kafka at")


def test_an_agency_reads_the_public_topics_in_groups_of_its_own_and_writes_nothing(broker: Broker) -> None:
    for topic in PUBLIC:
        assert broker.reading(AGENCY, topic, f"{AGENCY}.office") == ALLOWED
        assert broker.writing(AGENCY, topic) in NO_WRITER
    for topic in ("household.events", "person.events", "reference.events", OWN):
        assert broker.reading(AGENCY, topic, f"{AGENCY}.office") == UNSEEN
    for group in ("projector.register", f"{HOSPITAL}.office", "agency-11469999008174419"):
        assert broker.reading(AGENCY, PUBLIC[0], group) == "GroupAuthorization failed"


@pytest.mark.parametrize("client", [PythonClient, ConfluentClient])
def test_the_relay_writes_the_registrys_topics_in_its_transactions_and_nothing_of_the_hospitals(
    broker: Broker, client: OpenClient
) -> None:
    with_name = KafkaLogProducer(broker.address("relay"), client, name="relay")
    try:
        message = Message("household.events", uuid4().bytes, b"value", (), 1)
        with_name.append([message], Mark("relay", {"position": 1}))
        assert with_name.mark("relay") == Mark("relay", {"position": 1})
        with pytest.raises(LogUnavailable):
            KafkaLogProducer(broker.address("relay"), client, name="feed/1").append([message])
    finally:
        with_name.close()
    assert broker.writing("relay", OWN) == "TopicAuthorization failed"
    assert broker.writing("relay", PUBLIC[0]) == "TopicAuthorization failed"
    assert broker.reading("relay", "household.events") == "TopicAuthorization failed"
    assert broker.writing("relay", "household.events", "feed") == "TransactionalIdAuthorization failed"


def test_the_projector_reads_and_writes_nothing(broker: Broker) -> None:
    consumer = KafkaLogConsumer(
        broker.address("projector"), PythonReader, group="projector.register", topics=["household.events"], partitions=range(12)
    )
    try:
        records = consumer.poll(10, 10.0)
        assert records
        consumer.commit({(records[0].topic, records[0].partition): records[0].offset + 1})
    finally:
        consumer.close()
    for topic in ("household.events", "registry.positions", OWN):
        assert broker.writing("projector", topic) in NO_WRITER
    assert broker.writing("projector", "household.events", "relay") == "TransactionalIdAuthorization failed"


def test_rights_are_given_once_and_what_is_beyond_them_is_shown_and_taken(broker: Broker) -> None:
    assert NOTHING in broker.run("topics", "apply").output
    beyond = Entry(f"User:{HOSPITAL}", "topic", "household.events", "READ")
    with opened_admin(broker.cluster) as admin:
        admin.give([beyond])
    shown = broker.run("topics", "apply", answer="n\n")
    assert [line.split() for line in shown.output.splitlines() if HOSPITAL in line] == [
        [f"User:{HOSPITAL}", "READ", "topic", "household.events", "ALLOW", "-"]
    ]
    with opened_admin(broker.cluster) as admin:
        assert beyond in (admin.entries() or ())
        assert broker.run("topics", "apply", "--yes").output.endswith("done\n")
        assert beyond not in (admin.entries() or ())


def test_a_wrong_password_or_none_is_turned_away_and_the_password_is_named_as_a_reason(broker: Broker) -> None:
    right = broker.address("relay")
    right = replace(right, answer_s=1.0)  # what is expected is that nobody answers
    wrong = replace(right, password="wrong")
    with let_sockets_go():
        with pytest.raises(LogUnavailable, match="password"):
            KafkaLogProducer(wrong, PythonClient, name="relay")
        with pytest.raises(LogUnavailable, match="password"):
            KafkaLogConsumer(wrong, PythonReader, group="projector.x", topics=["household.events"], partitions=[0])
        for address in (
            KafkaAddress(right.bootstrap, answer_s=1.0),
            KafkaAddress(right.bootstrap, right.ca_file, answer_s=1.0),
            # The nodes' own door opens to their certificates alone.
            KafkaAddress(f"127.0.0.1:{broker.cluster.nodes[0].port + INTERNAL_OFFSET}", right.ca_file, answer_s=1.0),
        ):
            with pytest.raises(LogUnavailable):
                read_mark(address, "relay", wait_s=1.0)


def test_a_rotated_password_replaces_the_old_one_and_a_removed_user_may_do_nothing(broker: Broker) -> None:
    assert broker.user("add", "auditor", "nao").exception is None
    old = broker.address("auditor-nao")
    assert "auditor-nao" in broker.user("rotate", "auditor-nao").output
    new = broker.address("auditor-nao")
    assert new.password != old.password
    with let_sockets_go():
        with pytest.raises(LogUnavailable, match="password"):
            read_mark(old, "log", wait_s=1.0)
        partition_counts(new, ["registry.checkpoints"])
        assert broker.user("remove", "auditor-nao").output == "auditor-nao is gone\n"
        with pytest.raises(LogUnavailable, match="password"):
            read_mark(new, "log", wait_s=1.0)
    with opened_admin(broker.cluster) as admin:
        assert not [entry for entry in admin.entries() or () if "auditor-nao" in entry.principal]
    assert broker.user("rotate", "auditor-nao").output == "E-BROKER: there is no user auditor-nao\n"


def test_an_administrators_rotation_that_was_broken_off_locks_nobody_out(broker: Broker) -> None:
    file, next_file = broker.cluster.password_file("admin"), broker.cluster.next_password_file("admin")
    assert broker.user("rotate", "admin").exception is None
    # As if stopped between the broker's change and the file's: the old one is no longer right, the next one is.
    file.rename(next_file)
    file.touch(mode=0o600)
    file.write_text("outdated")
    with let_sockets_go(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(KafkaAddress, "answer_ms", 2000)
        listed = broker.user("list")
    assert "hospital-H46999900001" in listed.output, repr(listed.exception)
    assert not next_file.exists()
    assert file.read_text() != "outdated"


def test_no_password_is_shown_and_none_can_be_read_by_others(broker: Broker) -> None:
    folder = broker.cluster.folder
    secrets = [file for file in folder.rglob("*") if file.suffix in (".password", ".key") or file.name == "node.pem"]
    assert len(secrets) >= 10
    assert {file.stat().st_mode & 0o777 for file in secrets} == {0o600}
    passwords = [file.read_text().strip() for file in (folder / "users").iterdir()]
    others = [f.read_bytes() for f in folder.rglob("*") if f.is_file() and f not in secrets]
    shown = subprocess.run(["ps", "-eww", "-o", "args="], capture_output=True, check=True).stdout
    for password in passwords:
        assert len(password) >= 40
        assert not any(password.encode() in text for text in [*others, shown])
    assert (folder / "ca.pem").exists()
    assert os.stat(folder / "users").st_mode & 0o777 == 0o700


def test_a_user_that_is_none_of_a_kind_is_refused(broker: Broker) -> None:
    assert broker.user("add", "hospital", "46999900001").output.startswith("E-PRINCIPAL: a code of the kind hospital is")
    again = broker.user("add", "hospital", "H46999900001")
    assert again.output == f"E-BROKER: there is a user {HOSPITAL}: registry broker user rotate {HOSPITAL}\n"
    assert broker.user("remove", "admin").output.startswith("E-BROKER: without its administrator")


def test_an_open_broker_has_no_users(tmp_path: Path) -> None:
    keep_cluster(new_cluster(tmp_path, 1, 20000))
    refused = CliRunner().invoke(registry, ["broker", "user", "list", "--dir", str(tmp_path)], standalone_mode=False)
    assert refused.output.startswith("E-BROKER: the broker in")
