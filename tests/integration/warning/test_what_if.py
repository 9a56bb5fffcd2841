"""What if: a period under another policy, beside what was raised and what the policy in force says now."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from consumers.warning.what_if import Verdict, WhatIf, counted
from registry.early_warning.warnings import case_id_of
from registry.policy.policy import PolicyBook
from schemas.division_codes import county_code
from tests.support.families import FATHER, MOTHER, NEIGHBOUR, OTHER_HOUSEHOLD, neighbours, opening
from tests.support.scenario import COUNTY, HOUSEHOLD, TOWNSHIP, day, person, shipped_policies
from tests.support.warning_bench import POLICY_FOR, PROVINCE, WarningBench, thresholds_times

ALONE, SMALL = person(40), person(41)
FIRST, LAST = day(0), day(60)
FACTOR = 3


def asked(bench: WarningBench, other: PolicyBook, first: date = FIRST, last: date = LAST) -> Sequence[Verdict]:
    bench.flow()
    what_if = WhatIf(POLICY_FOR, other.for_, first, last, PROVINCE)
    done: list[int] = []
    persons = what_if.persons(bench.expenses)
    found = list(what_if.verdicts(bench.expenses, bench.pipe.engine, persons, done.append))
    assert sum(done) == len(persons)
    return found


def told(verdicts: Sequence[Verdict]) -> dict[UUID, tuple[str, str, str]]:
    return {verdict.subject_id: (verdict.raised, verdict.in_force, verdict.then) for verdict in verdicts}


def a_spring(bench: WarningBench) -> None:
    """Two households and a man in none, all of them warned of; and a small bill."""
    bench.pipe.execute(opening(), neighbours())
    bench.spend(FATHER, 6000, day(10), 1)
    bench.spend(MOTHER, 21_000, day(12), 2)
    bench.spend(NEIGHBOUR, 6000, day(11), 3)
    bench.spend(ALONE, 13_000, day(13), 4)
    bench.spend(SMALL, 100, day(13), 5)
    bench.assess(FATHER, MOTHER, NEIGHBOUR, ALONE, SMALL)


def test_the_other_policy_stands_beside_what_was_raised(bench: WarningBench) -> None:
    a_spring(bench)
    before = [bench.pipe.store.recorder.head(), list(bench.cases())]
    found = asked(bench, thresholds_times(FACTOR))
    assert told(found) == {
        HOUSEHOLD: ("RED", "RED", "YELLOW"),
        OTHER_HOUSEHOLD: ("YELLOW", "YELLOW", "NONE"),
        ALONE: ("YELLOW", "YELLOW", "YELLOW"),
    }
    by_subject = {verdict.subject_id: verdict for verdict in found}
    assert {verdict.case_id for verdict in found} == {UUID(bytes=row.case_id) for row in bench.cases()}
    assert (by_subject[HOUSEHOLD].division, by_subject[HOUSEHOLD].rules) == (TOWNSHIP, ("P1", "P2"))
    assert (by_subject[ALONE].division, by_subject[ALONE].unclaimed) == (COUNTY, True)
    assert before == [bench.pipe.store.recorder.head(), list(bench.cases())], "nothing is changed"


def test_under_the_same_policy_the_same_is_found(bench: WarningBench) -> None:
    a_spring(bench)
    assert all(verdict.raised == verdict.in_force == verdict.then for verdict in asked(bench, shipped_policies()))


def test_who_was_not_raised_is_named_by_the_case_that_would_be(bench: WarningBench) -> None:
    bench.pipe.execute(opening())
    bench.spend(FATHER, 4000, day(10), 1)
    bench.assess(FATHER)
    (verdict,) = asked(bench, thresholds_times(0.5))
    assert (verdict.raised, verdict.in_force, verdict.then) == ("NONE", "NONE", "YELLOW")
    assert verdict.case_id == case_id_of(HOUSEHOLD, 1)


def test_only_windows_that_end_within_the_period_count(bench: WarningBench) -> None:
    """What was spent in the year before counts in a window of the period; what came after it does not."""
    bench.pipe.execute(opening())
    bench.spend(FATHER, 4000, day(10), 1)
    bench.spend(FATHER, 4000, day(30), 2)
    bench.spend(MOTHER, 50_000, day(50), 3)
    assert told(asked(bench, shipped_policies(), day(0), day(20))) == {}
    assert told(asked(bench, shipped_policies(), day(20), day(40))) == {HOUSEHOLD: ("NONE", "YELLOW", "YELLOW")}
    assert told(asked(bench, shipped_policies(), day(20), day(60))) == {HOUSEHOLD: ("NONE", "RED", "RED")}


def test_what_was_raised_and_taken_back_is_told_too(bench: WarningBench) -> None:
    a_spring(bench)
    bench.spend(NEIGHBOUR, 0, day(11), 3, kind="REVERSED", settlement_version=2)
    assert told(asked(bench, thresholds_times(FACTOR)))[OTHER_HOUSEHOLD] == ("YELLOW", "NONE", "NONE")


def test_counts_are_by_county_and_level(bench: WarningBench) -> None:
    a_spring(bench)
    counts = counted(list(asked(bench, thresholds_times(FACTOR))), county_code)
    assert counts == {(COUNTY, "RED"): (1, 1, 0), (COUNTY, "YELLOW"): (2, 2, 2)}
