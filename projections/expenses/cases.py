"""What an event of a warning changes in the row of its case: as `registry/early_warning` has it, with less remembered."""

import json
from collections.abc import Mapping
from typing import Any, Final

from projections.event_reader import Event, fen

WATCHED: Final = "WATCHED"
BY_COUNTY: Final = "COUNTY"
"""Why a case was opened again by those who know nothing new of expenses: it rests on what it did."""
PREFIX: Final = "warning.early_warning_"
_STATES: Final[Mapping[str, str]] = {
    "watched": WATCHED,
    "raised": "RAISED",
    "assigned": "ASSIGNED",
    "reopened": "ASSIGNED",
    "visited": "VERIFYING",
    "verified": "VERIFIED",
    "outcome_recorded": "FOLLOWED",
    "closed": "CLOSED",
    "cancelled": "CANCELLED",
    "transferred": "TRANSFERRED",
}
"""The state that an event leads to; every other one leaves it as it was."""
KINDS: Final = frozenset({*_STATES, "level_changed", "basis_changed", "escalated"})
"""All there are, after the prefix."""
_BEGIN_ANEW: Final = frozenset({"assigned", "reopened"})
_ENDS: Final = frozenset({"closed", "cancelled", "transferred"})
_LEVELLED: Final = frozenset({"raised", "level_changed", "reopened"})
_RESTED: Final = frozenset({"watched", "raised", "level_changed", "basis_changed", "reopened"})
FIRST: Final = frozenset({"watched", "raised"})
"""They begin a case."""

_WORDS: Final[Mapping[str, str]] = {
    "assigned": "assignment",
    "reopened": "why",
    "verified": "finding",
    "outcome_recorded": "outcome",
    "closed": "outcome",
    "cancelled": "reason_code",
    "escalated": "escalated_to",
}

Case = dict[str, Any]
"""A row by name of column."""


def fold_case(case: Case | None, kind: str, event: Event) -> Case:
    """The case after an event of this kind. Raises KeyError where there is none and the event begins none."""
    if kind in FIRST:
        case = _begun(kind, event)
    elif case is None:
        raise KeyError("no such case")
    case["division"] = int(event["division"])
    case["changed_at"] = event["recorded_at"]
    if kind in _BEGIN_ANEW:
        _begin_anew(case, event["due_on"], event["recorded_at"])
    if kind in _LEVELLED:
        case["warning_level"], case["due_on"] = event["warning_level"], event["due_on"]
    if kind in _RESTED and event.get("why") != BY_COUNTY:
        case["basis"] = fen(event.get("basis"))
        case["fired"] = _json([_rule(rule) for rule in event["fired"]])
        case["expenses"] = _json(sorted(expense.hex() for expense in event["expenses"]))
    if kind == "verified":
        case["finding"], case["outcome_due_on"] = event["finding"], event["outcome_due_on"]
    elif kind == "outcome_recorded":
        case["outcome"], case["linked_case_id"] = event["outcome"], event["linked_case_id"]
        case["linked_household_id"] = event["household_id"]
    elif kind == "transferred":
        case["linked_household_id"] = event["household_id"]
    elif kind == "escalated":
        told = {tuple(passed) for passed in json.loads(case["escalated"])} | {(event["escalated_to"], event["due_on"])}
        case["escalated"] = _json(sorted(told))
    if kind in _ENDS:
        case["ended_on"], case["end_reason"] = event["effective_on"], event["reason_code"]
    if kind in _STATES:
        case["state"] = _STATES[kind]
    return case


def word_of(kind: str, event: Event) -> str | None:
    """What events of a kind are told apart by, if anything."""
    name = _WORDS.get(kind)
    word: str | None = None if name is None else event[name]
    return word


def _begun(kind: str, event: Event) -> Case:
    unset = ("basis", "begun_at", "due_on", "outcome_due_on", "finding", "outcome", "linked_household_id", "linked_case_id")
    none = dict.fromkeys(unset)
    return {
        "case_id": event["case_id"],
        "stream_id": event["aggregate_id"],
        "subject_kind": event["subject_kind"],
        "subject_id": event["subject_id"],
        "warning_group": event["group"],
        "warning_level": "BLUE",
        "raised_at": event["recorded_at"] if kind == "raised" else None,
        "escalated": "[]",
        "ended_on": None,
        "end_reason": None,
        **none,
    }


def _begin_anew(case: Case, due_on: int, at: int) -> None:
    case["due_on"], case["begun_at"] = due_on, at
    for name in ("finding", "outcome", "outcome_due_on", "linked_household_id", "linked_case_id", "ended_on", "end_reason"):
        case[name] = None


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    person_id = rule["person_id"]
    amounts = {name: fen(rule[name]) for name in ("amount", "threshold")}
    return {**rule, **amounts, "person_id": None if person_id is None else person_id.hex()}


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
