"""What follows from an assessment: a case where none is open, more of the open one, or nothing."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from registry.early_warning.assess import (
    EarlyWarningAssigned,
    EarlyWarningBasisChanged,
    EarlyWarningLevelChanged,
    EarlyWarningRaised,
    EarlyWarningWatched,
)
from registry.early_warning.assign import AssignEarlyWarning
from registry.early_warning.cancel import CancelEarlyWarning, EarlyWarningCancelled
from registry.early_warning.reopen import EarlyWarningReopened, ReopenEarlyWarning
from registry.early_warning.warnings import case_id_of, stream_id_of
from registry.household.corrections import CorrectFact, VoidFact
from registry.household.exit import ProposeExit
from registry.household.obstacles import ClearObstacle, ObstacleCleared, ObstacleOpened, OpenObstacle
from tests.support.early_warnings import (
    CASE,
    SECOND_CASE,
    WARNINGS,
    assessed,
    closed,
    ended,
    expense,
    fired,
    verified,
    visited,
)
from tests.support.families import opening
from tests.support.register import a_register, on
from tests.support.scenario import COUNTY, DAY_ONE, HOUSEHOLD, TOWNSHIP, day, paper, person, seen


def test_a_first_sign_is_watched_and_holds_nothing_back() -> None:
    register = (
        a_register(opening()).when(assessed("BLUE", amount=3500)).then(on(WARNINGS, seen(EarlyWarningWatched, case_id=CASE)))
    )
    register.when(assessed("BLUE", amount=3500)).then_nothing_happens()


@pytest.mark.parametrize(
    ("level", "due"), [("YELLOW", date(2018, 9, 26)), ("ORANGE", date(2018, 9, 21)), ("RED", date(2018, 9, 19))]
)
def test_a_case_is_raised_given_to_the_township_and_holds_back_the_exit(level: str, due: date) -> None:
    """Day 10 is Friday the 14th: seven, five and three working days later; the 24th is a holiday."""
    raised = seen(EarlyWarningRaised, case_id=CASE, episode=1, warning_level=level, group="REGISTERED", basis=Decimal(11000))
    given = seen(EarlyWarningAssigned, assignment="HOUSEHOLD_DIVISION", division=TOWNSHIP, due_on=due)
    outcome = a_register(opening()).when(assessed(level))
    outcome.then(on(WARNINGS, raised, given), on(HOUSEHOLD, seen(ObstacleOpened, kind="WARNING", ref=CASE)))


def test_the_same_assessment_twice_changes_nothing() -> None:
    register = a_register(opening(), assessed())
    register.when(assessed()).then_nothing_happens()
    register.when(assessed(on=day(11), amount=11_000)).then_nothing_happens()


def test_a_higher_level_keeps_the_case_and_takes_the_earlier_day() -> None:
    rises = seen(EarlyWarningLevelChanged, case_id=CASE, level_before="YELLOW", warning_level="RED", due_on=date(2018, 9, 19))
    a_register(opening(), assessed("YELLOW", amount=6000)).when(assessed("RED", amount=21_000)).then(on(WARNINGS, rises))
    later = seen(EarlyWarningLevelChanged, warning_level="RED", due_on=date(2018, 9, 26))
    register = a_register(opening(), assessed("YELLOW", amount=6000))
    register.when(assessed("RED", on=day(24), amount=21_000)).then(on(WARNINGS, later))


def test_a_lower_level_changes_what_it_rests_on_and_not_the_level() -> None:
    changes = seen(EarlyWarningBasisChanged, case_id=CASE, basis=Decimal(6000))
    register = (
        a_register(opening(), assessed("RED", amount=21_000)).when(assessed("YELLOW", amount=6000)).then(on(WARNINGS, changes))
    )
    register.when(assessed("RED", amount=21_000)).then(on(WARNINGS, EarlyWarningBasisChanged))


def test_another_settlement_joins_the_open_case() -> None:
    two = (expense(2), expense(1))
    changes = seen(EarlyWarningBasisChanged, expenses=[expense(1), expense(2)])
    a_register(opening(), assessed()).when(assessed(expenses=two)).then(on(WARNINGS, changes))


def test_reversed_before_the_first_visit_it_is_cancelled() -> None:
    cancelled = seen(EarlyWarningCancelled, case_id=CASE, reason_code="AMOUNTS_REDUCED")
    gone = on(HOUSEHOLD, seen(ObstacleCleared, kind="WARNING", ref=CASE))
    register = a_register(opening(), assessed()).when(assessed("NONE", on=day(11))).then(on(WARNINGS, cancelled), gone)
    register.when(assessed("NONE", on=day(11))).then_nothing_happens()


def test_reversed_to_a_first_sign_it_is_cancelled_and_watched() -> None:
    outcome = a_register(opening(), assessed()).when(assessed("BLUE", on=day(11), amount=3500))
    outcome.then(on(WARNINGS, EarlyWarningCancelled, EarlyWarningWatched), on(HOUSEHOLD, ObstacleCleared))


def test_reversed_after_a_visit_people_end_it() -> None:
    a_register(opening(), assessed(), visited()).when(assessed("NONE", on=day(12))).then_nothing_happens()


def test_reversed_after_a_visit_people_end_it_though_it_moved_or_was_opened_again() -> None:
    moved = AssignEarlyWarning(subject_id=HOUSEHOLD, case_id=CASE, effective_on=day(12), township="469030101000")
    a_register(opening(), assessed(), visited(), moved).when(assessed("NONE", on=day(13))).then_nothing_happens()
    decided = (paper("COUNTY_DECISION"),)
    again = ReopenEarlyWarning(subject_id=HOUSEHOLD, case_id=CASE, effective_on=day(20), evidence=decided)
    a_register(opening(), *closed(), again).when(assessed("NONE", on=day(21))).then_nothing_happens()


def test_reversed_after_closing_nothing_happens() -> None:
    a_register(opening(), *closed()).when(assessed("NONE", on=day(20))).then_nothing_happens()


def test_what_fires_after_a_cancelled_case_is_another_case() -> None:
    register = a_register(opening(), assessed(), assessed("NONE", on=day(11)))
    raised = on(WARNINGS, seen(EarlyWarningRaised, case_id=SECOND_CASE, episode=2), EarlyWarningAssigned)
    register.when(assessed(on=day(20))).then(raised, on(HOUSEHOLD, seen(ObstacleOpened, ref=SECOND_CASE)))


def test_what_was_another_persons_raises_nothing_again() -> None:
    wrong = CancelEarlyWarning(subject_id=HOUSEHOLD, case_id=CASE, effective_on=day(11), reason_code="WRONG_PERSON")
    register = a_register(opening(), assessed(), wrong)
    register.when(assessed(on=day(12))).then_nothing_happens()
    raised = on(WARNINGS, seen(EarlyWarningRaised, case_id=SECOND_CASE), EarlyWarningAssigned)
    register.when(assessed(on=day(12), expenses=(expense(1), expense(2)))).then(raised, on(HOUSEHOLD, ObstacleOpened))


def test_what_fired_before_it_was_closed_raises_nothing_again() -> None:
    register = a_register(opening(), *closed())
    register.when(assessed(on=day(20))).then_nothing_happens()
    register.when(assessed("YELLOW", on=day(21), amount=6000)).then_nothing_happens()


def test_a_higher_level_opens_a_closed_case_again_whatever_its_outcome() -> None:
    again = on(WARNINGS, seen(EarlyWarningReopened, case_id=CASE, why="LEVEL", warning_level="RED"))
    a_register(opening(), *closed()).when(assessed("RED", on=day(20), amount=21_000)).then(again, on(HOUSEHOLD, ObstacleOpened))


@pytest.mark.parametrize(("outcome", "after", "opens"), [("RELIEF_ONLY", 1, True), ("NO_RISK", 89, False), ("NO_RISK", 90, True)])
def test_a_much_higher_amount_opens_it_again_but_not_soon_after_no_risk(outcome: str, after: int, *, opens: bool) -> None:
    later = day(13 + after)
    register = a_register(opening(), *closed(outcome))
    register.when(assessed(on=later, amount=16_500)).then_nothing_happens()
    found = register.when(assessed(on=later, amount=16_501))
    if opens:
        found.then(on(WARNINGS, seen(EarlyWarningReopened, why="AMOUNT", basis=Decimal(16501))), on(HOUSEHOLD, ObstacleOpened))
    else:
        found.then_nothing_happens()


def test_long_after_closing_it_is_another_episode() -> None:
    register = a_register(opening(), *closed())
    register.when(assessed(on=day(13 + 365))).then_nothing_happens()
    register.when(assessed(on=day(13 + 366))).then_nothing_happens()
    raised = on(WARNINGS, seen(EarlyWarningRaised, case_id=SECOND_CASE, episode=2), EarlyWarningAssigned)
    register.when(assessed(on=day(13 + 366), expenses=(expense(2),))).then(raised, on(HOUSEHOLD, ObstacleOpened))


def test_a_person_in_no_household_has_a_case_of_his_own_that_waits_for_the_county() -> None:
    alone, stream = person(9), stream_id_of(person(9))
    raised = seen(EarlyWarningRaised, case_id=case_id_of(alone, 1), division=COUNTY, due_on=date(2018, 9, 19))
    unclaimed = assessed(subject_kind="PERSON", subject_id=alone, division=COUNTY, unclaimed=True, group="OTHER_RURAL")
    a_register().when(unclaimed).then(on(stream, raised))


def test_every_rule_that_fired_is_kept_with_its_numbers() -> None:
    two = (fired("ORANGE", 11_000, day(10)), fired("YELLOW", 11_000, day(10)))
    register = a_register(opening(), assessed(fired=two))
    kept = getattr(register.event(WARNINGS, EarlyWarningRaised), "fired")  # noqa: B009
    assert [(rule["rule"], rule["amount"], rule["threshold"]) for rule in kept] == [
        ("P3", Decimal(11000), Decimal(10000)),
        ("P2", Decimal(11000), Decimal(5000)),
    ]


def test_what_cannot_be_is_refused() -> None:
    a_register().when(assessed()).then_refuses("E-HOUSEHOLD-UNKNOWN")
    a_register(opening()).when(assessed(division="469999000000")).then_refuses("E-DIVISION-UNKNOWN")
    a_register(opening()).today(day(9)).when(assessed()).then_refuses("E-DATE-FUTURE")
    a_register(opening()).today(DAY_ONE + timedelta(days=365 * 12)).when(assessed()).then_refuses("E-CALENDAR-YEAR")


@pytest.mark.parametrize("command", [OpenObstacle, ClearObstacle])
def test_nobody_lets_an_exit_go_by_hand_for_which_a_case_is_open(command: type[OpenObstacle | ClearObstacle]) -> None:
    by_hand = command(household_id=HOUSEHOLD, effective_on=day(11), kind="WARNING", ref=CASE)
    a_register(opening(), assessed()).when(by_hand).then_refuses("E-OBSTACLE-KIND")
    a_register(opening(), *closed()).when(by_hand).then_refuses("E-OBSTACLE-KIND")
    another = command(household_id=HOUSEHOLD, effective_on=day(11), kind="WARNING", ref=SECOND_CASE)
    assert a_register(opening(), assessed()).when(another).refused is None


@pytest.mark.parametrize("command", [CorrectFact, VoidFact])
def test_nobody_corrects_what_holds_an_exit_back_or_lets_it_go(command: type[CorrectFact | VoidFact]) -> None:
    register = a_register(opening(), *closed())
    for event_class in (ObstacleOpened, ObstacleCleared):
        event = register.event(HOUSEHOLD, event_class)
        corrects = command(household_id=HOUSEHOLD, effective_on=day(12), corrects_event_id=event.event_id)
        register.when(corrects).then_refuses("E-CORRECTION-NOT-ALLOWED")


def test_an_exit_waits_until_the_case_is_closed() -> None:
    register = a_register(opening(), assessed())
    outcome = register.when(ProposeExit(household_id=HOUSEHOLD, effective_on=day(14)))
    assert outcome.refused is not None
    assert "E-OPEN-WARNING" in {violation.code for violation in outcome.refused.violations}
    register = a_register(opening(), assessed(), visited(), verified(), ended())
    outcome = register.when(ProposeExit(household_id=HOUSEHOLD, effective_on=day(14)))
    assert outcome.refused is None or "E-OPEN-WARNING" not in {violation.code for violation in outcome.refused.violations}
