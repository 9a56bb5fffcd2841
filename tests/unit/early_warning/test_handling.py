"""What people do about a case: assign, visit, verify, say what was done; and who is told when they do not."""

from datetime import date

import pytest

from registry.early_warning.assess import EarlyWarningAssigned
from registry.early_warning.assign import AssignEarlyWarning
from registry.early_warning.cancel import CancelEarlyWarning, EarlyWarningCancelled
from registry.early_warning.escalate import EarlyWarningEscalated, EscalateEarlyWarning
from registry.early_warning.outcome import CloseEarlyWarning, EarlyWarningClosed, EarlyWarningOutcomeRecorded
from registry.early_warning.reopen import EarlyWarningReopened, ReopenEarlyWarning
from registry.early_warning.transfer import EarlyWarningTransferred, TransferEarlyWarning
from registry.early_warning.visit import EarlyWarningVerified, EarlyWarningVisited
from registry.early_warning.warnings import case_id_of, stream_id_of
from registry.household.case import case_id_of as household_case
from registry.household.obstacles import ObstacleCleared, ObstacleOpened
from tests.support.early_warnings import CASE, SECOND_CASE, WARNINGS, assessed, closed, ended, expense, verified, visited
from tests.support.families import opening
from tests.support.histories import RE_ENTERED_ON, RELAPSED_ON, re_entered, relapse_checked, relapsed
from tests.support.register import a_register, on
from tests.support.scenario import COUNTY, HOUSEHOLD, TOWNSHIP, day, paper, person, seen

ALONE = person(9)
UNCLAIMED = assessed(subject_kind="PERSON", subject_id=ALONE, division=COUNTY, unclaimed=True, group="OTHER_RURAL")


def assign(to: str = TOWNSHIP, number: int = 12, subject: object = HOUSEHOLD) -> AssignEarlyWarning:
    case = case_id_of(subject, 1)  # type: ignore[arg-type]
    return AssignEarlyWarning(subject_id=subject, case_id=case, effective_on=day(number), township=to)  # type: ignore[arg-type]


def escalate(to: str, on_day: date) -> EscalateEarlyWarning:
    return EscalateEarlyWarning(subject_id=HOUSEHOLD, case_id=CASE, effective_on=on_day, escalated_to=to)


def test_the_county_gives_an_unclaimed_case_to_a_township_and_the_clock_begins() -> None:
    claimed = seen(EarlyWarningAssigned, assignment="CLAIMED", division=TOWNSHIP, due_on=date(2018, 9, 25))
    a_register(UNCLAIMED).when(assign(number=13, subject=ALONE)).then(on(stream_id_of(ALONE), claimed))


def test_who_lives_elsewhere_is_moved_and_the_clock_begins_again() -> None:
    moved = seen(EarlyWarningAssigned, assignment="MOVED", division="469030101000", due_on=date(2018, 9, 25))
    a_register(opening(), assessed(), visited()).when(assign("469030101000", number=13)).then(on(WARNINGS, moved))


def test_moved_a_second_time_the_clock_goes_on_and_a_finding_counts_for_nothing_elsewhere() -> None:
    first, second = "469030101000", "469030102000"
    register = a_register(opening(), assessed(), visited(), assign(first, number=13), *verified_in(day(14)))
    again = seen(EarlyWarningAssigned, assignment="MOVED", division=second, due_on=date(2018, 9, 25))
    register.when(assign(second, number=15)).then(on(WARNINGS, again))
    register.when(ended(on=day(16))).then_refuses("E-WARNING-STATE")


def test_given_to_the_township_that_has_it_nothing_begins_anew() -> None:
    a_register(opening(), assessed(), visited(), verified()).when(assign(number=13)).then_nothing_happens()


def verified_in(when: date) -> tuple[object, object]:
    return visited(when), verified(when)


def test_only_a_township_is_given_a_case() -> None:
    a_register(opening(), assessed()).when(assign(COUNTY)).then_refuses("E-DIVISION-LEVEL")
    a_register(opening(), assessed()).when(assign("999999999000")).then_refuses("E-DIVISION-UNKNOWN")


def test_a_visit_and_a_finding() -> None:
    register = (
        a_register(opening(), assessed()).when(visited()).then(on(WARNINGS, seen(EarlyWarningVisited, visitors=["staff-1"])))
    )
    found = seen(EarlyWarningVerified, finding="HARDSHIP", outcome_due_on=date(2018, 9, 19))
    register.when(verified(finding="HARDSHIP")).then(on(WARNINGS, found))


def test_nobody_visits_before_it_is_assigned_and_nobody_finds_before_a_visit() -> None:
    visit = visited()
    alone = type(visit)(subject_id=ALONE, case_id=case_id_of(ALONE, 1), effective_on=day(11), visitors=("staff-1",))
    a_register(UNCLAIMED).when(alone).then_refuses("E-NOT-ASSIGNED-TOWNSHIP")
    a_register(opening(), assessed()).when(verified()).then_refuses("E-VISIT-MISSING")


def test_a_case_that_there_is_not_and_a_state_that_does_not_allow_it() -> None:
    a_register(opening()).when(visited()).then_refuses("E-WARNING-UNKNOWN")
    a_register(opening(), assessed()).when(ended()).then_refuses("E-WARNING-STATE")
    a_register(opening(), *closed()).when(visited(day(14))).then_refuses("E-WARNING-STATE")


@pytest.mark.parametrize(
    "outcome", ["NO_RISK", "RELIEF_ONLY", "ALREADY_REGISTERED_ADJUSTED", "NOT_RURAL", "DECEASED_SETTLED", "DATA_ERROR"]
)
def test_an_outcome_without_a_link_closes_at_once(outcome: str) -> None:
    told = on(WARNINGS, seen(EarlyWarningOutcomeRecorded, outcome=outcome), seen(EarlyWarningClosed, outcome=outcome))
    register = a_register(opening(), assessed(), visited(), verified())
    register.when(ended(outcome)).then(told, on(HOUSEHOLD, seen(ObstacleCleared, ref=CASE)))


def test_an_outcome_that_names_a_case_names_one_that_there_is() -> None:
    register = a_register(opening(), assessed(), visited(), verified())
    link = {"household_id": HOUSEHOLD, "linked_case_id": household_case(HOUSEHOLD, "RELAPSE", 1)}
    register.when(ended("RE_ENTERED")).then_refuses("E-OUTCOME-LINK")
    register.when(ended("RE_ENTERED", **link)).then_refuses("E-OUTCOME-LINK")
    register.when(ended("NO_RISK", **link)).then_refuses("E-OUTCOME-LINK")
    register.when(ended("MOVED")).then_refuses("E-OUTCOME-LINK")


def warned(*history: object, number: int = 290) -> list[object]:
    """An exited household with a verified warning."""
    first = day(number)
    return [*history, assessed(on=first, group="EXITED"), visited(first), verified(first, "IN_NEED")]


def test_a_relapse_closes_the_warning_when_it_is_complete_and_not_before() -> None:
    link = {"household_id": HOUSEHOLD, "linked_case_id": household_case(HOUSEHOLD, "RELAPSE", 1)}
    close = CloseEarlyWarning(subject_id=HOUSEHOLD, effective_on=RELAPSED_ON)
    register = a_register(*warned(*relapse_checked(), number=296))  # type: ignore[arg-type]
    register.when(ended("RE_ENTERED", day(296), **link)).then(on(WARNINGS, EarlyWarningOutcomeRecorded))
    register.when(close).then_nothing_happens()
    for step in relapsed()[len(relapse_checked()) :]:
        register.take(step)  # type: ignore[arg-type]
    register.when(close).then_nothing_happens()
    for step in re_entered()[len(relapsed()) :]:
        register.take(step)  # type: ignore[arg-type]
    done = CloseEarlyWarning(subject_id=HOUSEHOLD, effective_on=RE_ENTERED_ON)
    register.when(done).then(on(WARNINGS, seen(EarlyWarningClosed, outcome="RE_ENTERED")), on(HOUSEHOLD, ObstacleCleared))
    register.when(done).then_nothing_happens()


def test_overdue_it_is_told_to_the_county_and_later_to_the_province_each_once() -> None:
    due, last_of_the_county = date(2018, 9, 21), date(2018, 9, 29)
    register = a_register(opening(), assessed())
    register.when(escalate("COUNTY", due)).then_refuses("E-NOT-OVERDUE")
    told = on(WARNINGS, seen(EarlyWarningEscalated, escalated_to="COUNTY", due_on=due))
    register.when(escalate("COUNTY", date(2018, 9, 22))).then(told)
    register.when(escalate("COUNTY", date(2018, 9, 23))).then_nothing_happens()
    register.when(escalate("PROVINCE", last_of_the_county)).then_refuses("E-NOT-OVERDUE")
    register.when(escalate("PROVINCE", date(2018, 9, 30))).then(
        on(WARNINGS, seen(EarlyWarningEscalated, escalated_to="PROVINCE"))
    )


def test_whoever_heard_of_a_late_visit_hears_of_a_late_outcome_too() -> None:
    late = date(2018, 9, 25)
    register = a_register(opening(), assessed())
    register.when(escalate("COUNTY", late)).then(on(WARNINGS, seen(EarlyWarningEscalated, due_on=date(2018, 9, 21))))
    for step in (visited(late), verified(late)):
        register.take(step)
    register.when(escalate("COUNTY", date(2018, 9, 28))).then_refuses("E-NOT-OVERDUE")
    again = seen(EarlyWarningEscalated, escalated_to="COUNTY", due_on=date(2018, 9, 28))
    register.when(escalate("COUNTY", date(2018, 9, 29))).then(on(WARNINGS, again))
    register.when(escalate("COUNTY", date(2018, 9, 30))).then_nothing_happens()


def test_a_late_outcome_is_not_a_late_visit_of_the_case_opened_again() -> None:
    """Closed late on Thursday the 20th, opened again at once: RED is due in three working days, YELLOW was in seven."""
    late = date(2018, 9, 20)
    register = a_register(opening(), assessed("YELLOW", amount=6000), visited(), verified())
    register.take(escalate("COUNTY", late))
    register.take(ended(on=late))
    register.when(assessed("RED", on=late, amount=21_000)).then(
        on(WARNINGS, seen(EarlyWarningReopened, due_on=date(2018, 9, 26))), on(HOUSEHOLD, ObstacleOpened)
    )
    register.when(escalate("COUNTY", date(2018, 9, 27))).then(on(WARNINGS, seen(EarlyWarningEscalated, due_on=date(2018, 9, 26))))


def test_where_the_county_was_passed_over_it_is_told_before_the_province() -> None:
    told = [seen(EarlyWarningEscalated, escalated_to=to) for to in ("COUNTY", "PROVINCE")]
    a_register(opening(), assessed()).when(escalate("PROVINCE", date(2018, 9, 30))).then(on(WARNINGS, *told))


def test_what_follows_an_outcome_is_not_overdue() -> None:
    link = {"household_id": HOUSEHOLD, "linked_case_id": household_case(HOUSEHOLD, "RELAPSE", 1)}
    register = a_register(*warned(*relapse_checked(), number=296))  # type: ignore[arg-type]
    register.take(ended("RE_ENTERED", day(296), **link))
    register.when(escalate("COUNTY", day(330))).then_refuses("E-WARNING-STATE")


def test_after_the_finding_it_waits_for_the_outcome() -> None:
    register = a_register(opening(), assessed(), visited(), verified())
    register.when(escalate("COUNTY", date(2018, 9, 19))).then_refuses("E-NOT-OVERDUE")
    register.when(escalate("COUNTY", date(2018, 9, 20))).then(on(WARNINGS, seen(EarlyWarningEscalated, due_on=date(2018, 9, 19))))


def test_the_county_opens_a_closed_case_again_with_its_decision() -> None:
    reopen = {"subject_id": HOUSEHOLD, "case_id": CASE, "effective_on": day(20)}
    register = a_register(opening(), *closed())
    register.when(ReopenEarlyWarning(**reopen)).then_refuses("E-EVIDENCE-MISSING")  # type: ignore[arg-type]
    again = on(WARNINGS, seen(EarlyWarningReopened, why="COUNTY"))
    decided = ReopenEarlyWarning(**reopen, evidence=(paper("COUNTY_DECISION"),))  # type: ignore[arg-type]
    register.when(decided).then(again, on(HOUSEHOLD, ObstacleOpened))
    register.when(assessed(on=day(21))).then_nothing_happens()


def test_the_wrong_persons_case_is_cancelled_before_anybody_is_visited() -> None:
    cancel = CancelEarlyWarning(subject_id=HOUSEHOLD, case_id=CASE, effective_on=day(11), reason_code="WRONG_PERSON")
    cancelled = on(WARNINGS, seen(EarlyWarningCancelled, reason_code="WRONG_PERSON"))
    a_register(opening(), assessed()).when(cancel).then(cancelled, on(HOUSEHOLD, ObstacleCleared))
    a_register(opening(), assessed(), visited()).when(cancel).then_refuses("E-WARNING-STATE")
    elsewhere = assign("469030101000", number=11)
    a_register(opening(), assessed(), visited(), elsewhere).when(cancel).then_refuses("E-WARNING-VISITED")
    without = CancelEarlyWarning(subject_id=HOUSEHOLD, case_id=CASE, effective_on=day(11))
    a_register(opening(), assessed()).when(without).then_refuses("E-FIELD-MISSING")


def test_a_persons_case_goes_over_to_the_household_that_takes_him_in() -> None:
    transfer = TransferEarlyWarning(subject_id=ALONE, effective_on=day(20), household_id=HOUSEHOLD)
    stream = stream_id_of(ALONE)
    register = (
        a_register(opening(), UNCLAIMED).when(transfer).then(on(stream, seen(EarlyWarningTransferred, household_id=HOUSEHOLD)))
    )
    register.when(transfer).then_nothing_happens()


def test_a_second_episode_is_a_case_of_its_own() -> None:
    register = a_register(opening(), *closed(), assessed(on=day(13 + 366), expenses=(expense(2),)))
    register.when(visited(day(380))).then_refuses("E-WARNING-UNKNOWN")
    visit = type(visited())(subject_id=HOUSEHOLD, case_id=SECOND_CASE, effective_on=day(380), visitors=("staff-1",))
    register.when(visit).then(on(WARNINGS, EarlyWarningVisited))
