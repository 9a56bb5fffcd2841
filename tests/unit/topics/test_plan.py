"""What is planned for topics: whatever is there, the plan reaches what is wanted, and never touches what it must not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.topics.plan import Difference, FoundTopic, TopicPlan, plan_topics
from deploy.topics.wanted import settings_of, wanted_topic
from schemas.log_errors import PartitionsChanged
from schemas.topics import TopicSpec, catalogue, live_topics, topic_spec

SPECS = live_topics()
EVENTS = topic_spec("household.events")
CONCRETE = [spec for spec in catalogue() if not spec.is_template]


def found(spec: TopicSpec, brokers: int = 3, **settings: str) -> FoundTopic:
    """As wanted, but for these settings."""
    wanted = wanted_topic(spec, brokers)
    changed = {name.replace("_", "."): value for name, value in settings.items()}
    return FoundTopic(spec.name, wanted.partitions, wanted.copies, {**wanted.settings, "segment.index.bytes": "1", **changed})


def after(there: dict[str, FoundTopic], plan: TopicPlan) -> dict[str, FoundTopic]:
    """What is there once the plan was carried out."""
    made = {t.name: FoundTopic(t.name, t.partitions, t.copies, t.settings) for t in plan.create}
    changes = plan.changes()
    kept = {n: replace(t, settings={**t.settings, **changes.get(n, {})}) for n, t in there.items()}
    return kept | made


def test_what_is_missing_is_made_whole() -> None:
    plan = plan_topics(SPECS, {}, brokers=3)
    assert [topic.name for topic in plan.create] == [spec.name for spec in SPECS]
    assert not plan.change
    events = plan.create[0]
    assert (events.partitions, events.copies, events.settings["min.insync.replicas"]) == (12, 3, "2")


@pytest.mark.parametrize(("brokers", "copies", "in_sync"), [(1, 1, "1"), (2, 2, "2"), (3, 3, "2"), (5, 3, "2")])
def test_a_write_counts_when_most_copies_have_it(brokers: int, copies: int, in_sync: str) -> None:
    topic = wanted_topic(EVENTS, brokers)
    assert (topic.copies, topic.settings["min.insync.replicas"]) == (copies, in_sync)


def test_what_is_kept_for_ever_is_so_whatever_the_brokers_defaults_are() -> None:
    for spec in CONCRETE:
        settings = settings_of(spec, 3)
        days = None if settings["retention.ms"] == "-1" else int(settings["retention.ms"]) // 86_400_000
        assert (days, settings["retention.bytes"]) == (spec.retention_days, "-1")
        assert settings["cleanup.policy"] == spec.cleanup
        assert settings["unclean.leader.election.enable"] == "false"
        assert (settings["message.timestamp.type"] == "LogAppendTime") is (spec.timestamp == "append")


def test_another_setting_is_a_difference_and_others_are_left_alone() -> None:
    there = {spec.name: found(spec) for spec in SPECS} | {EVENTS.name: found(EVENTS, retention_ms="1000")}
    plan = plan_topics(SPECS, there, brokers=3)
    assert plan.change == (Difference("household.events", "retention.ms", "1000", "-1"),)
    assert plan.changes() == {"household.events": {"retention.ms": "-1"}}
    assert not plan.create


def test_other_numbers_of_partitions_are_all_told_and_nothing_is_planned() -> None:
    there = {name: replace(found(topic_spec(name)), partitions=7) for name in ("household.events", "person.events")}
    with pytest.raises(PartitionsChanged) as refused:
        plan_topics(SPECS, there, brokers=1)
    assert "household.events has 7 partitions and cannot have 12" in str(refused.value)
    assert "person.events has 7 partitions and cannot have 12" in str(refused.value)
    assert refused.value.code == "E-LOG-PARTITIONS-CHANGED"


def test_fewer_copies_are_told_and_never_more_asked_for_than_there_are() -> None:
    there = {spec.name: found(spec, brokers=1) for spec in SPECS}
    plan = plan_topics(SPECS, there, brokers=3)
    assert plan.nothing_to_do
    assert Difference("household.events", "copies", "1", "3") in plan.unchangeable


def test_what_the_catalogue_does_not_know_is_listed_and_left_alone() -> None:
    there = {spec.name: found(spec) for spec in SPECS} | {name: FoundTopic(name, 1, 1, {}) for name in ("b", "a", "known")}
    plan = plan_topics(SPECS, there, brokers=3, ours=["known"])
    assert plan.nothing_to_do
    assert plan.unknown == ("a", "b")


settings_there = st.dictionaries(
    st.sampled_from([*sorted(settings_of(EVENTS, 1)), "flush.ms"]), st.sampled_from(["-1", "1", "delete", "compact", "true"])
)


@given(
    st.dictionaries(
        st.sampled_from([spec.name for spec in CONCRETE]), st.tuples(settings_there, st.integers(1, 4)), max_size=len(CONCRETE)
    ),
    st.dictionaries(st.sampled_from(["stranger", "other.topic"]), settings_there),
    st.integers(1, 5),
)
def test_after_the_plan_there_is_nothing_to_do_and_strangers_are_untouched(
    ours: dict[str, tuple[dict[str, str], int]], strangers: dict[str, dict[str, str]], brokers: int
) -> None:
    there = {n: FoundTopic(n, topic_spec(n).partitions, copies, settings) for n, (settings, copies) in ours.items()}
    there |= {n: FoundTopic(n, 3, 1, settings) for n, settings in strangers.items()}
    plan = plan_topics(CONCRETE, there, brokers)
    then = after(there, plan)
    assert plan_topics(CONCRETE, then, brokers).nothing_to_do
    assert {spec.name for spec in CONCRETE} <= then.keys()
    for name in strangers:
        assert then[name] == there[name]
    for name in there:
        assert (then[name].partitions, then[name].copies) == (there[name].partitions, there[name].copies)
    for name in ours:
        assert int(then[name].settings.get("min.insync.replicas", "1")) <= then[name].copies
