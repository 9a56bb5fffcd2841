"""Steps of an exit that no other procedure has: the verification at home, the household's signature."""

from decimal import Decimal

from registry.household.exit_steps import ExitVerified, HouseholdConsented, RecordConsent
from tests.support.histories import HELPER, RICH, do, findings, helped, pre_exit, verification, verified, vote
from tests.support.scenario import Step, day, given, paper, person, seen


def voted() -> list[Step]:
    return [*pre_exit(), vote(day(211), "EXIT")]


def sign(on: int = 213, number: int = 1) -> Step:
    return do(RecordConsent, day(on), signed_by=person(number), evidence=(paper("EXIT_CONSENT"),))


def test_a_verification_says_what_was_found() -> None:
    found = findings(day(212), RICH)
    outcome = given(voted()).when(verification(day(212)))
    outcome.then(
        seen(
            ExitVerified,
            procedure="EXIT",
            verifiers=["verifier-1"],
            housing_evidence="THIRD_PARTY_APPRAISAL",
            income=found["income"],
            income_to=found["income_to"],
            guarantees=found["guarantees"],
            size=3,
        )
    )
    need = outcome.household.need
    assert need is not None
    assert need.income_per_head == Decimal("10000.00")


def test_what_was_found_is_a_fact_whatever_it_is() -> None:
    given(voted()).when(verification(day(212), 300, "housing", "water")).then(ExitVerified)


def test_a_verification_may_be_repeated() -> None:
    outcome = given(verified()).when(verification(day(230), RICH - 3000)).then(ExitVerified)
    assert outcome.household.cases["EXIT"].need == outcome.household.need


def test_the_helper_does_not_verify() -> None:
    given(voted()).when(verification(day(212), verifiers=("verifier-1", HELPER))).then_refuses("E-VERIFIER-IS-HELPER")


def test_somebody_verified() -> None:
    given(voted()).when(verification(day(212), verifiers=())).then_refuses("E-CHECKERS")


def test_the_findings_are_checked_as_in_a_home_check() -> None:
    income = findings(day(212))["income"] | {"wage": Decimal("-1.00")}
    faulty = verification(day(212), verifiers=(HELPER, HELPER), income=income, income_to=day(213))
    given(voted()).when(faulty).then_refuses("E-CHECKERS", "E-VERIFIER-IS-HELPER", "E-FIELD-RANGE", "E-DATE-ORDER")


def test_the_appraisal_comes_before_the_verification() -> None:
    given(pre_exit()).when(verification(day(212))).then_refuses("E-STEP-MISSING")


def test_without_a_case_nothing_is_verified() -> None:
    given(helped()).when(verification(day(212))).then_refuses("E-NO-CASE")


def test_a_member_signs() -> None:
    given(verified()).when(sign()).then(
        seen(HouseholdConsented, procedure="EXIT", signed_by=person(1), evidence=[paper("EXIT_CONSENT")])
    )


def test_the_household_signs_once() -> None:
    given(verified(), sign()).when(sign(214, 2)).then_nothing_happens()


def test_a_stranger_does_not_sign() -> None:
    given(verified()).when(sign(number=9)).then_refuses("E-NOT-A-MEMBER")


def test_the_verification_comes_before_the_signature() -> None:
    given(voted()).when(sign()).then_refuses("E-STEP-MISSING")


def test_the_household_signs_after_the_verification_in_life_too() -> None:
    given(verified()).when(sign(211)).then_refuses("E-DATE-ORDER")
