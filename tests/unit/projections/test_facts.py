"""The register's facts: they are events that there are, and all that is a change of status is one."""

from projections.register.facts.catalogue import FACTS
from schemas.catalogue import registry_catalogue


def test_every_fact_is_an_event_of_the_registry() -> None:
    assert not set(FACTS) - set(registry_catalogue().event_types)


def test_every_change_of_status_or_overlay_is_a_fact_that_shapes_the_history() -> None:
    for event_type in registry_catalogue().event_types:
        fields = {field["name"] for field in registry_catalogue().latest(event_type).definition["fields"]}
        if event_type.startswith("household.") and fields & {"to_status", "to_overlay"}:
            assert FACTS[event_type].shapes, event_type
