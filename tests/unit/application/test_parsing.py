"""From JSON to a command: every violation at once, and nothing passes that an event could not hold."""

from decimal import Decimal
from typing import Any

import pytest

from registry.application.parsing import TEXT_MAX, WHOLE_MAX, parse
from registry.household.home_check import RecordHomeCheck
from registry.household.ledger import RecordLedgerHousehold
from registry.household.plan import AdoptAssistancePlan
from registry.reference.policy_document import ActivatePolicy
from registry.refusal import Refused
from tests.support.scenario import HOUSEHOLD, VILLAGE

LEDGER = {"household_id": str(HOUSEHOLD), "effective_on": "2018-09-04", "division": VILLAGE, "size": 3, "labour_count": 1}
PLAN = {"household_id": str(HOUSEHOLD), "effective_on": "2018-09-04", "year": 2018}
DOCUMENT = {"effective_on": "2018-09-04"}


def violations(command_class: type[Any], data: Any) -> list[tuple[str, str]]:
    """(code, field) of everything that is wrong; empty where the command is made."""
    try:
        parse(command_class, data)
    except Refused as refused:
        return [(v.code, v.field) for v in refused.violations]
    return []


def test_a_complete_body_makes_the_command() -> None:
    command = parse(RecordLedgerHousehold, {**LEDGER, "evidence": [{"kind": "OTHER", "sha256": "00" * 32}], "reason_code": None})
    assert (command.household_id, command.size, command.groups) == (HOUSEHOLD, 3, ())
    assert command.evidence == ({"kind": "OTHER", "sha256": bytes(32)},)


def test_every_violation_is_told_at_once() -> None:
    body = {"household_id": "7", "effective_on": "20180904", "size": "3", "labour_count": 1, "sizes": 3}
    assert violations(RecordLedgerHousehold, body) == [
        ("E-FIELD-UNKNOWN", "sizes"),
        ("E-FIELD-MISSING", "division"),
        ("E-FIELD-TYPE", "effective_on"),
        ("E-FIELD-TYPE", "household_id"),
        ("E-FIELD-TYPE", "size"),
    ]


def test_a_field_within_a_record_of_a_list_is_named_by_its_place() -> None:
    body = {**LEDGER, "evidence": [{"kind": "OTHER", "sha256": "00" * 32}, {"kind": "OTHER", "hash": 1}]}
    assert violations(RecordLedgerHousehold, body) == [
        ("E-FIELD-UNKNOWN", "evidence[1].hash"),
        ("E-FIELD-MISSING", "evidence[1].sha256"),
    ]


@pytest.mark.parametrize("name", ["46999919800101001X", "某某", "no field", "n" * 65])
def test_what_cannot_be_a_name_is_not_repeated(name: str) -> None:
    assert violations(RecordLedgerHousehold, {**LEDGER, name: 1}) == [("E-FIELD-UNKNOWN", "?")]


@pytest.mark.parametrize("text", ["", "  ", 7, None, ["x"], "one\ntwo", "nul\x00", "half \ud800"])
def test_a_text_is_one_line_that_every_database_can_hold(text: Any) -> None:
    assert violations(RecordLedgerHousehold, {**LEDGER, "division": text}) == [("E-FIELD-TYPE", "division")]


def test_a_text_is_short() -> None:
    assert violations(RecordLedgerHousehold, {**LEDGER, "division": "4" * (TEXT_MAX + 1)}) == [("E-FIELD-TOO-LONG", "division")]


@pytest.mark.parametrize("number", [True, "3", 3.5, Decimal("3.5"), Decimal("NaN"), None, [3]])
def test_what_is_no_whole_number_is_refused(number: Any) -> None:
    assert violations(RecordLedgerHousehold, {**LEDGER, "size": number}) == [("E-FIELD-TYPE", "size")]


@pytest.mark.parametrize("number", [WHOLE_MAX + 1, -WHOLE_MAX - 1, Decimal("1e999999999"), float("inf"), 10**4000])
def test_a_number_beyond_every_schema_is_refused_without_working_it_out(number: Any) -> None:
    assert violations(AdoptAssistancePlan, {**PLAN, "year": number}) == [("E-FIELD-RANGE", "year")]


@pytest.mark.parametrize("number", [3, 3.0, Decimal("3"), Decimal("3.0"), Decimal("3e0")])
def test_a_whole_number_may_be_written_in_any_way(number: Any) -> None:
    assert parse(RecordLedgerHousehold, {**LEDGER, "size": number}).size == 3


@pytest.mark.parametrize("amount", [Decimal("0.001"), 0.5, True, "x", Decimal("NaN"), Decimal("Infinity"), [0, [1, 2], -2]])
def test_what_is_no_amount_is_refused(amount: Any) -> None:
    assert violations(AdoptAssistancePlan, {**PLAN, "target_income_pc": amount}) == [("E-FIELD-TYPE", "target_income_pc")]


@pytest.mark.parametrize("amount", [Decimal("1e10"), "1e999999999", -(10**11)])
def test_an_amount_beyond_the_schema_is_refused(amount: Any) -> None:
    assert violations(AdoptAssistancePlan, {**PLAN, "target_income_pc": amount}) == [("E-FIELD-RANGE", "target_income_pc")]


@pytest.mark.parametrize("day", ["2018-9-4", "20180904", "2018-W36-2", "2018-02-30", "2018-09-04T00:00:00", 20180904])
def test_a_day_is_written_one_way(day: Any) -> None:
    assert violations(RecordLedgerHousehold, {**LEDGER, "effective_on": day}) == [("E-FIELD-TYPE", "effective_on")]


def deep(levels: int) -> Any:
    return [] if levels == 0 else {"within": deep(levels - 1)}


@pytest.mark.parametrize("document", [[], "x", None, {"a": "\x00"}, {"a": ["\ud800"]}, {"\x07": 1}, deep(200)])
def test_a_document_is_an_object_of_bounded_depth_and_plain_text(document: Any) -> None:
    assert violations(ActivatePolicy, {**DOCUMENT, "document": document}) == [("E-FIELD-TYPE", "document")]


def test_a_document_is_taken_as_it_is() -> None:
    document = {"division": "460000000000", "year": 2018, "lines": {"poverty": 3535}}
    assert parse(ActivatePolicy, {**DOCUMENT, "document": document}).document == document


def test_a_body_that_is_no_object_where_one_is_due() -> None:
    assert ("E-FIELD-TYPE", "income") in violations(RecordHomeCheck, {"income": 3})
