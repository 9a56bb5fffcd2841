"""Which records are in which topic."""

from registry.history.checkpoint import CHECKPOINT, TOPIC
from schemas.catalogue import registry_catalogue
from schemas.public import HOUSEHOLD_CHANGED, HOUSEHOLD_STATE
from schemas.record_topics import topics_of, types_by_topic
from schemas.topics import barrier_topics, catalogue, live_topics


def test_every_record_type_is_in_a_topic_that_is_live() -> None:
    live = {topic.name for topic in live_topics()} | {topic.name for topic in catalogue() if topic.is_template}
    for entry in registry_catalogue().entries:
        topics = topics_of(entry.event_type)
        assert topics, entry.event_type
        assert set(topics) <= live, entry.event_type


def test_every_live_topic_has_records_under_a_schema_but_marks_and_what_nobody_could_read() -> None:
    names = {topic.name for topic in live_topics()} - {"registry.positions", "hospital.expenses.dlq"}
    assert set(types_by_topic()) == names | {"hospital.{institution}.expenses"}


def test_each_is_where_it_is_published() -> None:
    assert topics_of("household.household_exited") == ("household.events",)
    assert topics_of("registry.period_closed") == tuple(topic.name for topic in barrier_topics())
    assert topics_of(HOUSEHOLD_CHANGED) == ("household.changes",)
    assert topics_of(HOUSEHOLD_STATE) == ("household.register",)
    assert topics_of(CHECKPOINT) == (TOPIC,)
    assert topics_of("expense.expense_accepted") == ("expenses.accepted",)
    assert topics_of("hospital.medical_expense_reversed") == ("hospital.{institution}.expenses",)


def test_a_type_that_no_topic_takes_is_in_none() -> None:
    assert topics_of("nothing.of_ours") == ()
