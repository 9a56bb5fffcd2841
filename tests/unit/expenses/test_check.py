"""The one check of a hospital's record: each rule, all of them at once, and nothing of the record in the answer."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.intake.letters import EXPENSE_ACCEPTED
from registry.expenses.amounts import AMOUNTS, FUNDS, OWN, PARTS, PRECISION, SCALE, personal_in_scope
from registry.expenses.check import REPORTED, REVERSED, Door, check
from schemas.catalogue import registry_catalogue
from schemas.divisions import hainan
from tests.support.expenses import HOSPITAL, OTHER_HOSPITAL, amounts, reversal, settlement

NOW = datetime(2019, 3, 20, 12, tzinfo=UTC)
DOOR = Door(HOSPITAL, NOW, 800, hainan())


def found(values: dict[str, Any], record_type: str = REPORTED) -> list[tuple[str, str]]:
    return [(violation.code, violation.field) for violation in check(record_type, values, DOOR)]


def test_a_settlement_and_a_reversal_in_order_pass() -> None:
    assert found(settlement()) == []
    assert found(reversal(), REVERSED) == []


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"institution": OTHER_HOSPITAL}, "E-INSTITUTION-KEY", "institution"),
        ({"settlement_id": ""}, "E-RECORD-NUMBER", "settlement_id"),
        ({"settlement_id": "46999919850412001X"}, "E-RECORD-NUMBER", "settlement_id"),
        ({"encounter_id": "a b"}, "E-RECORD-NUMBER", "encounter_id"),
        ({"settlement_version": 0}, "E-FIELD-RANGE", "settlement_version"),
        ({"stage": "DONE"}, "E-CODE-UNKNOWN", "stage"),
        ({"insutype": "999"}, "E-CODE-UNKNOWN", "insutype"),
        ({"med_type": ""}, "E-CODE-UNKNOWN", "med_type"),
        ({"hukou_kind": "rural"}, "E-CODE-UNKNOWN", "hukou_kind"),
        ({"diagnosis_category": "I10"}, "E-CODE-UNKNOWN", "diagnosis_category"),
        ({"person_token": None}, "E-PERSON-REF", "sealed_id"),
        ({"sealed_id": b"x", "key_id": "a1b2c3d4"}, "E-PERSON-REF", "sealed_id"),
        ({"sealed_id": b"x", "person_token": None}, "E-FIELD-MISSING", "key_id"),
        ({"newborn_no": 10}, "E-FIELD-RANGE", "newborn_no"),
        ({"discharged_on": None}, "E-FIELD-MISSING", "discharged_on"),
        ({"discharged_on": date(2019, 3, 14)}, "E-DATE-ORDER", "discharged_on"),
        ({"discharged_on": date(2019, 3, 23)}, "E-DATE-FUTURE", "discharged_on"),
        ({"settled_at": NOW + timedelta(hours=25)}, "E-DATE-FUTURE", "settled_at"),
        ({"admitted_on": date(2017, 1, 1), "discharged_on": date(2017, 1, 5)}, "E-EXPENSE-TOO-OLD", "discharged_on"),
        ({"residence_division": "999999000000"}, "E-RESIDENCE-UNKNOWN", "residence_division"),
        ({"deductible": Decimal("-0.01")}, "E-AMOUNT-NEGATIVE", "deductible"),
        ({"deductible": Decimal(10) ** 10}, "E-FIELD-RANGE", "deductible"),
        ({"in_scope": Decimal("12430.98")}, "E-AMOUNT-BALANCE", "total_fee"),
        ({"basic_pay": Decimal("11188.02")}, "E-AMOUNT-BALANCE", "personal_pay"),
        ({"cash_pay": Decimal("1242.00")}, "E-AMOUNT-BALANCE", "cash_pay"),
    ],
)
def test_each_rule_names_its_field(changes: dict[str, Any], code: str, field: str) -> None:
    assert found(settlement(**changes)) == [(code, field)]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"institution": OTHER_HOSPITAL}, "E-INSTITUTION-KEY", "institution"),
        ({"settlement_version": 1001}, "E-FIELD-RANGE", "settlement_version"),
        ({"reversed_at": NOW + timedelta(days=2)}, "E-DATE-FUTURE", "reversed_at"),
        ({"person_token": None}, "E-PERSON-REF", "sealed_id"),
        ({"reversal_reason": "WHY"}, "E-CODE-UNKNOWN", "reversal_reason"),
    ],
)
def test_a_reversal_has_its_rules(changes: dict[str, Any], code: str, field: str) -> None:
    assert found(reversal(**changes), REVERSED) == [(code, field)]


def test_all_violations_are_said_at_once() -> None:
    wrong = settlement(settlement_id="", stage="?", med_type="?", person_token=None, deductible=Decimal(-1))
    assert len(found(wrong)) == 5


def test_a_cent_is_borne() -> None:
    assert found(settlement(in_scope=Decimal("12431.01"))) == []


def test_a_notice_has_no_discharge_and_need_not_add_up() -> None:
    unpaid = amounts() | {"basic_pay": Decimal(0), "personal_pay": Decimal(0), "cash_pay": Decimal(0)}
    assert found(settlement(stage="IN_HOSPITAL_NOTICE", discharged_on=None, **unpaid)) == []


def test_a_clock_that_goes_a_little_wrong_is_borne() -> None:
    assert found(settlement(settled_at=NOW + timedelta(hours=23))) == []


def test_no_violation_repeats_what_stands_in_a_field() -> None:
    values = settlement(
        settlement_id="46999919850412001X", encounter_id="secret secret", stage="secret", residence_division="secret"
    )
    assert "secret" not in str(check(REPORTED, values, DOOR))
    assert "469999" not in str(check(REPORTED, values, DOOR))


CENTS = st.integers(0, 10**8).map(lambda fen: Decimal(fen) / 100)


@given(parts=st.tuples(CENTS, CENTS, CENTS, CENTS), shares=st.lists(st.integers(0, 100), min_size=6, max_size=6), by=CENTS)
def test_amounts_that_add_up_pass_and_no_part_can_be_changed_alone(
    parts: tuple[Decimal, ...], shares: list[int], by: Decimal
) -> None:
    total = sum(parts, Decimal(0))
    paid = [(total * share / 600).quantize(Decimal("0.01")) for share in shares]
    personal = total - sum(paid, Decimal(0))
    values = {name: Decimal(0) for name in AMOUNTS}
    values |= dict(zip((*FUNDS, "hospital_pay"), paid, strict=True)) | dict(zip(PARTS, parts, strict=True))
    values |= {"total_fee": total, "personal_pay": personal, OWN[0]: personal}
    assert found(settlement(**values)) == []
    assert 0 <= personal_in_scope(values) <= personal
    if by > Decimal("0.01"):
        for name in (*PARTS, *FUNDS, "hospital_pay", "total_fee", "personal_pay", *OWN):
            changed = values | {name: values[name] + by}
            assert {code for code, _ in found(settlement(**changed))} <= {"E-AMOUNT-BALANCE"}
            assert found(settlement(**changed))


def test_every_amount_has_the_places_that_the_intake_writes() -> None:
    said = registry_catalogue().latest(REPORTED).definition["fields"]
    (settlement,) = [
        field for field in registry_catalogue().latest(EXPENSE_ACCEPTED).definition["fields"] if field["name"] == "settlement"
    ]
    accepted = settlement["type"][1]["fields"]
    for fields, names in ((said, AMOUNTS), (accepted, (*AMOUNTS, "personal_in_scope"))):
        types = {field["name"]: field["type"] for field in fields}
        assert {(types[name]["scale"], types[name]["precision"]) for name in names} == {(SCALE, PRECISION)}
