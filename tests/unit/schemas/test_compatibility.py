"""Which changes of a schema its readers survive, and which rules every schema keeps."""

from typing import Any

import pytest

from schemas.compatibility import MONEY, incompatibilities, violations
from schemas.envelope import ENVELOPE, ENVELOPE_FIELDS, starts_with_envelope, without_docs
from tests.support.meter import definition

DATE = {"type": "int", "logicalType": "date"}
INSTANT = {"type": "long", "logicalType": "timestamp-micros"}
STEP = {"type": "record", "name": "Step", "fields": [{"name": "units", "type": "int"}]}
STATUS = {"type": "enum", "name": "Status", "symbols": ["OPEN", "CLOSED"], "default": "OPEN"}


def field(name: str, kind: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, **more}


def record(*fields: dict[str, Any]) -> dict[str, Any]:
    return definition("MeterRead", list(fields))


def wider(schema: dict[str, Any], *symbols: str) -> dict[str, Any]:
    return schema | {"symbols": [*schema["symbols"], *symbols]}


A = field("a", "string")
NULLABLE = field("d", ["null", DATE])
MAY_FOLLOW = {
    "nothing changes": ([A], [A]),
    "an optional field comes": ([A], [A, field("b", ["null", "int"], default=None)]),
    "a field with a default comes": ([A], [A, field("b", "int", default=0)]),
    "a field with a default goes": ([A, field("b", "int", default=0)], [A]),
    "a field with a default moves": ([field("b", "int", default=0), A], [A, field("b", "int", default=0)]),
    "a default changes": ([field("b", "int", default=0)], [field("b", "int", default=1)]),
    "documentation comes": ([A], [A | {"doc": "explained"}]),
    "a nullable date stays beside a new field": ([NULLABLE], [NULLABLE, field("b", "int", default=0)]),
    "a list of records stays": ([field("s", {"type": "array", "items": STEP})], [field("s", {"type": "array", "items": STEP})]),
}  # fmt: skip
MAY_NOT_FOLLOW = {
    "a field comes without a default": ([A], [A, field("b", "int")], "backward"),
    "a field goes that had no default": ([A, field("b", "int")], [A], "forward"),
    "a field is renamed": ([A], [field("z", "string")], "backward"),
    "an int becomes a long": ([field("b", "int")], [field("b", "long")], "forward"),
    "a long becomes an int": ([field("b", "long")], [field("b", "int")], "backward"),
    "a text becomes a number": ([A], [field("a", "int")], "backward"),
    "an optional field becomes required": ([field("b", ["null", "int"], default=None)],
                                           [field("b", "int", default=0)], "backward"),
    "a union gets a branch": ([field("b", ["null", "int"])], [field("b", ["null", "int", "string"])], "forward"),
    "a fixed grows": ([field("b", {"type": "fixed", "name": "F", "size": 4})],
                      [field("b", {"type": "fixed", "name": "F", "size": 5})], "backward"),
    "a day becomes a plain number": ([field("d", DATE)], [field("d", "int")], "means a plain value, and meant date"),
    "a plain number becomes a day": ([field("d", "int")], [field("d", DATE)], "means date, and meant a plain value"),
    "a nullable day becomes a plain number": ([field("d", ["null", DATE])], [field("d", ["null", "int"])], "meant date"),
    "an instant becomes coarser": ([field("d", INSTANT)], [field("d", INSTANT | {"logicalType": "timestamp-millis"})],
                                   "means timestamp-millis, and meant timestamp-micros"),
    "an amount gets another scale": ([field("m", MONEY)], [field("m", MONEY | {"scale": 3})],
                                     "decimal 12 3, and meant decimal 12 2"),
    "something changes deep inside": ([field("s", {"type": "array", "items": STEP})],
                                      [field("s", {"type": "array", "items": STEP | {"fields": []}})], "forward"),
}  # fmt: skip


@pytest.mark.parametrize("case", MAY_FOLLOW)
def test_may_follow_when(case: str) -> None:
    old, new = MAY_FOLLOW[case]
    assert incompatibilities(record(*new), [record(*old)]) == []


@pytest.mark.parametrize("case", MAY_NOT_FOLLOW)
def test_may_not_follow_when(case: str) -> None:
    old, new, said = MAY_NOT_FOLLOW[case]
    reasons = incompatibilities(record(*new), [record(*old)])
    assert any(said in reason for reason in reasons), reasons
    assert all("v1" in reason for reason in reasons)


def test_a_new_symbol_is_no_break_where_the_enum_has_a_default() -> None:
    old, new = record(field("s", STATUS)), record(field("s", wider(STATUS, "PAUSED")))
    assert incompatibilities(new, [old]) == []


def test_a_new_symbol_breaks_old_readers_where_it_has_none() -> None:
    bare = {key: value for key, value in STATUS.items() if key != "default"}
    old, new = record(field("s", bare)), record(field("s", wider(bare, "PAUSED")))
    assert any(reason.startswith("forward") for reason in incompatibilities(new, [old]))


def test_every_older_version_is_asked_not_just_the_last() -> None:
    first, second = record(A, field("b", "int", default=0)), record(A)
    third = record(A, field("b", "string", default=""))
    assert incompatibilities(third, [second]) == []
    reasons = incompatibilities(third, [first, second])
    assert {reason.split(":")[0] for reason in reasons} == {"backward with v1", "forward with v1"}


BROKEN_RULES = {
    "a float": (field("x", "double"), "x: a double is not exact"),
    "a float in a union": (field("x", ["null", "float"], default=None), "x: a float is not exact"),
    "a float in a list": (field("x", {"type": "array", "items": "double"}), "x[]: a double is not exact"),
    "a float in a record in a list": (
        field("x", {"type": "array", "items": STEP | {"fields": [field("y", "float")]}}),
        "x[].y: a float is not exact",
    ),
    "an enum without a default": (field("x", {"type": "enum", "name": "E", "symbols": ["A"]}), "x: an enum needs a default"),
    "an enum with a strange default": (field("x", STATUS | {"default": "GONE"}), "x: an enum needs a default"),
    "another decimal": (field("x", MONEY | {"precision": 10}), "x: an amount is decimal(12,2)"),
    "a decimal on a fixed": (
        field("x", {"type": "fixed", "name": "F", "size": 8, "logicalType": "decimal", "precision": 12, "scale": 2}),
        "x: an amount is decimal(12,2)",
    ),
    "bytes with a default": (field("x", "bytes", default="ÿ"), "x: bytes take no default"),
    "a fixed with a default": (field("x", {"type": "fixed", "name": "F", "size": 1}, default="ÿ"), "x: bytes take no default"),
}


@pytest.mark.parametrize("case", BROKEN_RULES)
def test_no_schema_may_have(case: str) -> None:
    broken, said = BROKEN_RULES[case]
    (violation,) = violations(record(broken))
    assert violation.startswith(said)


def test_a_schema_that_keeps_every_rule_breaks_none() -> None:
    optional = field("o", ["null", DATE], default=None)
    assert violations(record(A, field("m", MONEY), field("s", STATUS), optional, field("t", "string", default=""))) == []


def test_all_broken_rules_are_told_at_once() -> None:
    schema = record(field("x", "double"), field("y", {"type": "enum", "name": "E", "symbols": ["A"]}))
    schema["fields"] = schema["fields"][1:]
    assert len(violations(schema)) == 3


def test_the_envelope_has_the_fields_of_the_design_in_their_order() -> None:
    assert ENVELOPE_FIELDS == (
        "event_id", "recorded_at", "aggregate_id", "version", "effective_on", "actor", "source", "correlation_id", "causation_id",
        "policy_version", "reason_code", "evidence", "corrects_event_id", "division", "previous_hash",
    )  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        lambda fields: fields[1:],
        lambda fields: [fields[1], fields[0], *fields[2:]],
        lambda fields: [fields[0] | {"type": "string"}, *fields[1:]],
        lambda fields: [*fields[:10], {"name": "reason_code", "type": ["null", "string"]}, *fields[11:]],
        lambda fields: fields[: len(ENVELOPE) - 1],
    ],
)
def test_another_beginning_is_not_the_envelope(change: Any) -> None:
    schema = record(A)
    assert starts_with_envelope(schema)
    assert not starts_with_envelope(schema | {"fields": change(schema["fields"])})


def test_documentation_is_no_part_of_a_schema() -> None:
    documented = record(A | {"doc": "explained"}) | {"doc": "A reading."}
    assert without_docs(documented) == record(A)
    assert starts_with_envelope(documented)


def test_only_events_begin_with_the_envelope() -> None:
    about_events = {"type": "record", "name": "Checkpoint", "namespace": "registry.history.v1", "fields": [A]}
    assert violations(about_events) == []
    assert violations(about_events | {"namespace": "registry.household.v1"}) == ["its first fields are not the envelope"]
