"""The comparison with the sectors' data, and the verdict on every hit."""

from typing import Any

from registry.household.comparison import CompareSectors, MismatchVerified, SectorCompared, VerifyMismatch
from tests.support.histories import (
    COMPARATOR,
    applied,
    appraised,
    checked,
    compared,
    compared_without_hits,
    do,
    exited,
    home_check,
    pre_exit,
    relapsed,
    vote,
)
from tests.support.scenario import Step, day, given, seen

ID = "IDENTIFICATION"
OWNER = {"sector": "VEHICLE", "rule": "VEHICLE_OWNER"}


def compare(on: int = 3, procedure: str = ID, **changes: Any) -> Step:
    fields = {"procedure": procedure, "comparator": COMPARATOR, "sectors": ("VEHICLE", "HOUSING"), "hits": ()} | changes
    return do(CompareSectors, day(on), **fields)


def verdict(hit_no: int, result: str = "FALSE_POSITIVE", on: int = 4) -> Step:
    return do(VerifyMismatch, day(on), procedure=ID, hit_no=hit_no, verdict=result)


def with_two_hits() -> list[Step]:
    return [*checked(), compared(day(3), ID, "VEHICLE_OWNER", "VEHICLE_OWNER")]


def test_a_comparison_without_hits_is_recorded() -> None:
    given(checked()).when(compare()).then(seen(SectorCompared, comparator=COMPARATOR, sectors=["VEHICLE", "HOUSING"], hits=[]))


def test_hits_are_numbered_from_one() -> None:
    hits = (OWNER, {"sector": "HOUSING", "rule": "COMMERCIAL_HOUSING_OWNER"})
    outcome = given(checked()).when(compare(hits=hits))
    outcome.then(
        seen(
            SectorCompared,
            hits=[
                {"hit_no": 1, "sector": "VEHICLE", "rule": "VEHICLE_OWNER"},
                {"hit_no": 2, "sector": "HOUSING", "rule": "COMMERCIAL_HOUSING_OWNER"},
            ],
        )
    )
    assert outcome.household.cases[ID].open_hits == [1, 2]


def test_the_hits_of_a_second_comparison_are_counted_on() -> None:
    outcome = given(with_two_hits()).when(compare(4, hits=(OWNER,)))
    outcome.then(seen(SectorCompared, hits=[{"hit_no": 3, "sector": "VEHICLE", "rule": "VEHICLE_OWNER"}]))


def test_a_re_entry_is_compared_too() -> None:
    given(relapsed(), home_check(day(301), "RE_ENTRY")).when(compare(302, "RE_ENTRY")).then(SectorCompared)


def test_who_checked_at_home_does_not_compare() -> None:
    outcome = given(checked()).when(compare(comparator="checker-2"))
    outcome.then_refuses("E-TWO-PERSON-RULE")
    assert outcome.violation("E-TWO-PERSON-RULE")["at"] == "comparator"


def test_sectors_are_named() -> None:
    given(checked()).when(compare(sectors=())).then_refuses("E-SECTORS-MISSING")


def test_a_hit_belongs_to_a_sector_that_was_compared() -> None:
    outcome = given(checked()).when(compare(sectors=("HOUSING",), hits=(OWNER,)))
    outcome.then_refuses("E-HIT-SECTOR")
    assert outcome.violation("E-HIT-SECTOR") == {"at": "hits[0].sector", "sector": "VEHICLE"}


def test_a_hit_has_a_rule_of_its_sector() -> None:
    outcome = given(checked()).when(compare(hits=({"sector": "HOUSING", "rule": "VEHICLE_OWNER"},)))
    outcome.then_refuses("E-CODE-UNKNOWN")
    assert outcome.violation("E-CODE-UNKNOWN") == {"at": "hits[0].rule", "table": "mismatch_rule"}


def test_nobody_can_verify_more_than_a_thousand_hits() -> None:
    given(checked()).when(compare(hits=(OWNER,) * 1001)).then_refuses("E-FIELD-RANGE")


def test_the_home_check_comes_first() -> None:
    outcome = given(applied()).when(compare())
    outcome.then_refuses("E-STEP-MISSING")
    assert outcome.violation("E-STEP-MISSING")["step"] == "HOME_CHECKED"


def test_the_home_check_comes_first_in_life_too() -> None:
    given(checked()).when(compare(1)).then_refuses("E-DATE-ORDER")


def test_after_the_appraisal_nothing_is_compared() -> None:
    given(appraised()).when(compare(5)).then_refuses("E-STEP-DONE")


def test_an_exit_is_not_compared() -> None:
    given(pre_exit()).when(compare(211, "EXIT")).then_refuses("E-STEP-UNKNOWN")


def test_without_a_case_nothing_is_compared() -> None:
    given(exited()).when(compare(245, "RE_ENTRY")).then_refuses("E-NO-CASE")


def test_every_fault_of_a_comparison_is_told_at_once() -> None:
    hits = ({"sector": "LAND", "rule": "VEHICLE_OWNER"},)
    faulty = compare(1, comparator="checker-1", hits=hits)
    given(checked()).when(faulty).then_refuses("E-DATE-ORDER", "E-TWO-PERSON-RULE", "E-HIT-SECTOR", "E-CODE-UNKNOWN")


def test_a_hit_gets_its_verdict() -> None:
    outcome = given(with_two_hits()).when(verdict(2, "TRUE_POSITIVE"))
    outcome.then(seen(MismatchVerified, hit_no=2, verdict="TRUE_POSITIVE"))
    assert outcome.household.cases[ID].open_hits == [1]


def test_the_same_verdict_again_is_silent() -> None:
    given(with_two_hits(), verdict(1)).when(verdict(1, on=5)).then_nothing_happens()


def test_a_verdict_does_not_turn() -> None:
    given(with_two_hits(), verdict(1)).when(verdict(1, "TRUE_POSITIVE")).then_refuses("E-STEP-DONE")


def test_a_hit_that_is_not_there_has_no_verdict() -> None:
    given(with_two_hits()).when(verdict(3)).then_refuses("E-HIT-UNKNOWN")


def test_a_verdict_comes_after_the_comparison() -> None:
    given(with_two_hits()).when(verdict(1, on=2)).then_refuses("E-DATE-ORDER")


def test_every_hit_has_a_verdict_before_the_appraisal() -> None:
    outcome = given(with_two_hits(), verdict(1)).when(vote(day(5)))
    outcome.then_refuses("E-HIT-OPEN")
    assert outcome.violation("E-HIT-OPEN")["hits"] == [2]


def test_with_all_verdicts_the_appraisal_is_held_whatever_they_are() -> None:
    outcome = given(with_two_hits(), verdict(1), verdict(2, "TRUE_POSITIVE")).when(vote(day(5)))
    assert outcome.refused is None


def test_a_case_without_hits_asks_for_no_verdict() -> None:
    given(compared_without_hits()).when(verdict(1)).then_refuses("E-HIT-UNKNOWN")
