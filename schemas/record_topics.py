"""Which topics have records of a type, and which types a topic has: of events, and of what is published about them."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from schemas.catalogue import registry_catalogue
from schemas.public import public_table
from schemas.topics import UnknownEventType, barrier_topics, is_barrier, topic_of

_OTHERS: Final = {
    "history.checkpoint": "registry.checkpoints",
    "expense.expense_accepted": "expenses.accepted",
    "hospital.medical_expense_reported": "hospital.{institution}.expenses",
    "hospital.medical_expense_corrected": "hospital.{institution}.expenses",
    "hospital.medical_expense_reversed": "hospital.{institution}.expenses",
}


def topics_of(record_type: str) -> tuple[str, ...]:
    """The live topics of records of this type, a template by its own name; none where no such topic is live."""
    if is_barrier(record_type):
        return tuple(topic.name for topic in barrier_topics())
    published = public_table().records.get(record_type)
    topic = published.topic if published is not None else _OTHERS.get(record_type)
    if topic is not None:
        return (topic,)
    try:
        return (topic_of(record_type),)
    except UnknownEventType:
        return ()


@cache
def types_by_topic() -> Mapping[str, tuple[str, ...]]:
    """Topic -> the types of its records, sorted; topics whose records are not Avro are left out."""
    found: dict[str, set[str]] = {}
    for entry in registry_catalogue().entries:
        for topic in topics_of(entry.event_type):
            found.setdefault(topic, set()).add(entry.event_type)
    return MappingProxyType({topic: tuple(sorted(types)) for topic, types in sorted(found.items())})
