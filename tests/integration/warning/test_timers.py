"""What a day brings about: an overdue case is told to the county, then to the province, once each; a complete link closes it."""

from datetime import date, timedelta

from consumers.warning.timers import command_of_the_day
from projections.expenses.queries.open_cases import open_cases
from registry.early_warning.command import WarningCommand
from registry.early_warning.escalate import EscalateEarlyWarning
from registry.early_warning.outcome import CloseEarlyWarning
from registry.early_warning.visit import RecordWarningVisit, VerifyEarlyWarning
from registry.early_warning.warnings import case_id_of
from registry.household.case import case_id_of as household_case
from tests.support.early_warnings import assessed, ended, verified, visited
from tests.support.families import opening
from tests.support.histories import RE_ENTERED_ON, re_entered, relapse_checked
from tests.support.scenario import HOUSEHOLD, day
from tests.support.warning_bench import POLICY_FOR, WarningBench

DUE = date(2018, 9, 21)
"""Of an ORANGE case of day 10, a Friday: five working days later, a Friday too."""
CASE = case_id_of(HOUSEHOLD, 1)


def on(bench: WarningBench, today: date) -> list[WarningCommand]:
    """What the day brings; the register is told."""
    bench.flow()
    with bench.expenses.connect() as connection:
        commands = [due for case in open_cases(connection) if (due := command_of_the_day(case, POLICY_FOR, today)) is not None]
    bench.pipe.execute(*commands)
    bench.flow()
    return commands


def told(commands: list[WarningCommand]) -> list[str]:
    return [command.escalated_to for command in commands if isinstance(command, EscalateEarlyWarning)]


def test_the_county_is_told_the_day_after_and_the_province_five_working_days_later_once_each(bench: WarningBench) -> None:
    bench.pipe.execute(opening(), assessed())
    heard = {}
    for days in range(-3, 40):
        today = DUE + timedelta(days=days)
        if who := told(on(bench, today)):
            heard[today] = who
    # Monday the 24th is a holiday, and Saturday the 29th is worked instead of one.
    assert heard == {date(2018, 9, 22): ["COUNTY"], date(2018, 9, 30): ["PROVINCE"]}


def test_after_a_long_silence_both_are_told_at_once(bench: WarningBench) -> None:
    bench.pipe.execute(opening(), assessed())
    assert told(on(bench, date(2018, 11, 1))) == ["PROVINCE"]
    assert told(on(bench, date(2018, 11, 2))) == []
    (row,) = bench.cases()
    assert row.escalated.count("COUNTY") == row.escalated.count("PROVINCE") == 1


def test_the_day_of_the_outcome_is_another_day_that_can_pass(bench: WarningBench) -> None:
    bench.pipe.execute(opening(), assessed())
    assert told(on(bench, date(2018, 9, 22))) == ["COUNTY"]
    late = date(2018, 9, 25)
    bench.pipe.execute(
        RecordWarningVisit(subject_id=HOUSEHOLD, case_id=CASE, effective_on=late, visitors=("staff-1",)),
        VerifyEarlyWarning(subject_id=HOUSEHOLD, case_id=CASE, effective_on=late, finding="IN_NEED"),
    )
    assert told(on(bench, late)) == []
    assert told(on(bench, date(2018, 9, 29))) == ["COUNTY"]


def test_a_case_whose_link_is_complete_is_closed_and_not_before(bench: WarningBench) -> None:
    link = {"household_id": HOUSEHOLD, "linked_case_id": household_case(HOUSEHOLD, "RELAPSE", 1)}
    found = day(296)
    bench.pipe.execute(
        relapse_checked(), assessed(on=found, group="EXITED"), visited(found), verified(found, "IN_NEED"),
        ended("RE_ENTERED", found, **link),
    )  # fmt: skip
    (close,) = on(bench, found)
    assert isinstance(close, CloseEarlyWarning)
    assert [row.state for row in bench.cases()] == ["FOLLOWED"]
    bench.pipe.execute(re_entered()[len(relapse_checked()) :])
    on(bench, RE_ENTERED_ON)
    assert [row.state for row in bench.cases()] == ["CLOSED"]
    assert on(bench, RE_ENTERED_ON) == []
