"""A timeline as it is read in the end: corrected facts in their old place, voided ones not at all."""

from typing import Any

from projections.register.anew import VOIDED, Told, facts_of, replaced_by
from projections.register.facts.fact import Fact

NOTHING = Fact(lambda household, event: None)


def told(version: int, corrects: int | None = None, voids: bool = False, **body: Any) -> Told:
    """An event whose id is its version."""
    event = {
        "event_id": bytes([version]),
        "version": version,
        "recorded_at": 1000 + version,
        "corrects_event_id": None if corrects is None else bytes([corrects]),
        "effective_on": version,
        "reason_code": None,
        "division": f"village of {version}",
        **body,
    }
    return Told(VOIDED if voids else "household.said", None if voids else NOTHING, _whole(event))


def _whole(event: dict[str, Any]) -> dict[str, Any]:
    rest = ("aggregate_id", "actor", "source", "correlation_id", "causation_id", "policy_version", "evidence")
    return dict.fromkeys(rest) | event


def said(*stream: Told) -> list[tuple[int, int, Any]]:
    return [(event["version"], event["effective_on"], event.get("said")) for _, event in facts_of(stream)]


def test_a_corrected_fact_is_said_in_its_old_place() -> None:
    assert said(told(1, said="a"), told(2, said="b"), told(3, corrects=1, said="A", effective_on=9)) == [(1, 9, "A"), (2, 2, "b")]


def test_who_recorded_it_first_stays() -> None:
    ((_, event),) = facts_of([told(1), told(2, corrects=1, reason_code="SLIP")])
    assert (event["recorded_at"], event["division"]) == (1001, "village of 1")
    assert event["reason_code"] == "SLIP"


def test_the_last_correction_counts() -> None:
    assert said(told(1, said="a"), told(2, corrects=1, said="b"), told(3, corrects=1, said="c")) == [(1, 3, "c")]


def test_a_voided_fact_is_gone_even_if_it_was_corrected_before() -> None:
    assert said(told(1, said="a"), told(2, corrects=1, said="b"), told(3, corrects=1, voids=True), told(4)) == [(4, 4, None)]


def test_a_correction_replaces_the_fact_and_its_earlier_corrections() -> None:
    stream = [told(1), told(2), told(3, corrects=1), told(4, corrects=1, voids=True), told(5)]
    assert list(replaced_by(stream, stream[2].event)) == [1]
    assert list(replaced_by(stream, stream[3].event)) == [1, 3]
