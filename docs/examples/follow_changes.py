"""Keeps an agency's own table of households up to date: python follow_changes.py BROKER REGISTRY_URL FILE.db [--once]

Nothing of the registry's is needed: pip install 'confluent-kafka[avro,schemaregistry]'. How far it has read is kept beside the
rows, in the same transaction: killed at any moment, it goes on without a gap and without doing anything twice.
"""

import sqlite3
import sys
import uuid

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

TOPIC = "household.changes"
TABLES = """
    CREATE TABLE IF NOT EXISTS household (id TEXT PRIMARY KEY, change_no INTEGER, status TEXT, overlay TEXT, division TEXT);
    CREATE TABLE IF NOT EXISTS reached (partition INTEGER PRIMARY KEY, next_offset INTEGER);
"""


def take_in(table, change):
    """One change: a repeat is passed over, a gap is an error."""
    household = str(uuid.UUID(bytes=change["household_id"]))
    known = table.execute("SELECT change_no FROM household WHERE id = ?", (household,)).fetchone() or (0,)
    if change["change_no"] <= known[0]:
        return
    if change["change_no"] != known[0] + 1:
        sys.exit(f"household {household}: change {change['change_no']} follows {known[0]}")
    row = (household, change["change_no"], change["status_after"], change["overlay_after"], change["division"])
    table.execute("INSERT OR REPLACE INTO household VALUES (?, ?, ?, ?, ?)", row)
    print(change["effective_on"], household, change["kind"], change["status_before"], "->", change["status_after"], flush=True)


def main(broker, registry_url, file, once):
    table = sqlite3.connect(file)
    table.executescript(TABLES)
    read = AvroDeserializer(SchemaRegistryClient({"url": registry_url}))
    # Our offsets are in the table, so the group's are not used; only what is committed is read (read_committed is the default).
    consumer = Consumer(
        {"bootstrap.servers": broker, "group.id": "example", "enable.auto.commit": False, "enable.partition.eof": True}
    )
    partitions = consumer.list_topics(TOPIC).topics[TOPIC].partitions
    reached = dict(table.execute("SELECT partition, next_offset FROM reached"))
    consumer.assign([TopicPartition(TOPIC, number, reached.get(number, 0)) for number in partitions])
    at_end = set()
    while not (once and at_end == set(partitions)):
        record = consumer.poll(1.0)
        if record is None:
            continue
        if record.error():
            if record.error().code() != KafkaError._PARTITION_EOF:
                raise KafkaException(record.error())
            at_end.add(record.partition())
            continue
        with table:
            take_in(table, read(record.value(), SerializationContext(TOPIC, MessageField.VALUE)))
            table.execute("INSERT OR REPLACE INTO reached VALUES (?, ?)", (record.partition(), record.offset() + 1))
    consumer.close()


if __name__ == "__main__":
    main(*sys.argv[1:4], once="--once" in sys.argv)
