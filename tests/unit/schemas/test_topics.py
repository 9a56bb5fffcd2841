"""The topic catalogue says where each event goes."""

import pytest

from schemas.topics import UnknownEventType, barrier_topics, catalogue, is_barrier, live_topics, spec_of, topic_of, topic_spec


@pytest.mark.parametrize(
    ("event_type", "topic"),
    [
        ("household.identification_applied", "household.events"),
        ("person.registered", "person.events"),
        ("reference.policy_version_activated", "reference.events"),
        ("supervision.finding_recorded", "supervision.events"),
        ("campaign.sweep_opened", "campaign.events"),
    ],
)
def test_an_event_goes_to_the_topic_of_its_prefix(event_type: str, topic: str) -> None:
    assert topic_of(event_type) == topic


@pytest.mark.parametrize("event_type", ["households.exited", "registry.period_closed", "", "sweep.opened"])
def test_an_event_that_no_live_topic_takes_is_refused(event_type: str) -> None:
    with pytest.raises(UnknownEventType, match=repr(event_type)):
        topic_of(event_type)


def test_a_topic_is_found_by_its_name_and_a_hospitals_by_the_template() -> None:
    assert spec_of("household.events") is topic_spec("household.events")
    hospital = spec_of("hospital.H46902400001.expenses")
    assert hospital is not None
    assert (hospital.name, hospital.partitions, hospital.retention_days) == ("hospital.H46902400001.expenses", 1, 800)
    assert spec_of("hospital.expenses.dlq") is topic_spec("hospital.expenses.dlq")
    for stranger in ("", "hospital.", "hospital..expenses", "hospital.H1.expenses.more", "somebody.elses"):
        assert spec_of(stranger) is None


def test_a_closed_period_goes_to_the_events_topics_in_use() -> None:
    assert is_barrier("registry.period_closed")
    assert not is_barrier("household.exited")
    kinds = ("household", "person", "reference", "warning", "supervision", "campaign")
    assert [spec.name for spec in barrier_topics()] == [f"{kind}.events" for kind in kinds]


def test_names_and_prefixes_are_unique() -> None:
    names = [spec.name for spec in catalogue()]
    prefixes = [prefix for spec in catalogue() for prefix in spec.event_types]
    assert len(set(names)) == len(names)
    assert not [(a, b) for a in prefixes for b in prefixes if a != b and a.startswith(b)]
    assert all(prefix.endswith(".") for prefix in prefixes)


def test_what_a_rebuild_reads_is_kept_for_ever() -> None:
    for spec in catalogue():
        if spec.event_types:
            assert (spec.retention_days, spec.cleanup, spec.partitions) == (None, "delete", 12)


def test_strangers_clocks_are_not_believed() -> None:
    limited = {spec.name for spec in catalogue() if spec.retention_days is not None}
    assert limited == {"hospital.{institution}.expenses", "expenses.accepted", "hospital.expenses.dlq"}
    assert all(topic_spec(name).timestamp == "append" for name in limited)


def test_a_template_is_never_created_as_it_stands() -> None:
    assert topic_spec("agency.{uscc}.changes").is_template
    assert not any(spec.is_template for spec in live_topics())


def test_the_topic_of_marks_is_compacted() -> None:
    spec = topic_spec("registry.positions")
    assert (spec.cleanup, spec.partitions, spec.live) == ("compact", 1, True)
