"""What goes wrong in real life between a bill and a warning, each on the whole path: log, read models, assessor, register.

Other traps have their tests elsewhere: any order of arrival (`tests/property/test_expenses_projection.py`), a newborn, who is in
no household (`test_assessor.py`, `tests/unit/warning`), a killed warner (`test_warner.py`), a clock that goes wrong and a
poisoned record (`tests/unit/expenses`, `tests/integration/intake`), a silent hospital (`tests/integration/hospitals`).
"""

from datetime import date, timedelta
from uuid import UUID

import pytest

from consumers.log.embedded import EmbeddedConsumer
from consumers.warning.assessor import Assessor
from consumers.warning.warner import TOPICS, WARNER, Warner
from registry.early_warning.assess import AssessEarlyWarning
from registry.early_warning.command import WarningCommand
from registry.household.members import AddMember, RemoveMember
from registry.log.embedded import EmbeddedProducer
from schemas.catalogue import registry_catalogue
from schemas.clock import shanghai_date
from tests.support.early_warnings import WARNINGS, ended, verified, visited
from tests.support.expenses import HOSPITAL, OTHER_HOSPITAL
from tests.support.families import FATHER, MOTHER, NEIGHBOUR, OTHER_HOUSEHOLD, SON, neighbours, newcomer, opening
from tests.support.scenario import HOUSEHOLD, day, noon_of
from tests.support.warning_bench import PROVINCE, WarningBench, thresholds_times


def told(bench: WarningBench) -> dict[UUID, tuple[str, str, int]]:
    """Of each subject: the state of its last case, its level, and what it rests on, fen."""
    return {UUID(bytes=row.subject_id): (row.state, row.warning_level, row.basis) for row in bench.cases()}


def kinds(bench: WarningBench) -> list[str]:
    return [event.TOPIC.removeprefix("warning.early_warning_") for event in bench.pipe.stored(WARNINGS)]


def test_reversed_after_closing_nothing_is_undone_and_nothing_raised(bench: WarningBench) -> None:
    bench.pipe.execute(opening())
    bench.spend(FATHER, 11_000, day(10))
    bench.assess(FATHER)
    bench.pipe.execute(visited(), verified(), ended("RELIEF_ONLY"))
    bench.spend(FATHER, 0, day(10), kind="REVERSED", settlement_version=2)
    bench.assess(FATHER)
    assert told(bench) == {HOUSEHOLD: ("CLOSED", "ORANGE", 1_100_000)}


def test_two_hospitals_on_the_same_day_are_two_bills_of_one_case(bench: WarningBench) -> None:
    bench.pipe.execute(opening())
    bench.spend(FATHER, 6000, day(10), 1, institution=HOSPITAL)
    bench.spend(FATHER, 6000, day(10), 1, institution=OTHER_HOSPITAL)  # under the same number of its own
    bench.assess(FATHER)
    (case,) = bench.cases()
    assert (case.warning_level, case.basis, len(case.expenses.split(","))) == ("ORANGE", 1_200_000, 2)


def test_a_bill_of_the_wrong_person_goes_over_when_the_hospital_corrects_it(bench: WarningBench) -> None:
    bench.pipe.execute(opening(), neighbours())
    bench.spend(FATHER, 11_000, day(10))
    bench.assess(FATHER)
    bench.spend(NEIGHBOUR, 11_000, day(10), kind="CORRECTED", settlement_version=2)
    bench.assess(FATHER, NEIGHBOUR)
    assert told(bench) == {
        HOUSEHOLD: ("CANCELLED", "ORANGE", 1_100_000),
        OTHER_HOUSEHOLD: ("ASSIGNED", "ORANGE", 1_100_000),
    }


def test_what_a_visit_found_to_be_anothers_is_ended_as_wrong_data_and_stays_ended(bench: WarningBench) -> None:
    bench.pipe.execute(opening(), neighbours())
    bench.spend(FATHER, 11_000, day(10))
    bench.assess(FATHER)
    bench.pipe.execute(visited(), verified(), ended("DATA_ERROR"))
    bench.spend(NEIGHBOUR, 11_000, day(10), kind="CORRECTED", settlement_version=2)
    bench.assess(FATHER, NEIGHBOUR)
    assert told(bench)[HOUSEHOLD][0] == "CLOSED"
    assert told(bench)[OTHER_HOUSEHOLD][:2] == ("ASSIGNED", "ORANGE")


def test_who_moves_while_in_hospital_counts_where_he_was_on_the_day_of_discharge(bench: WarningBench) -> None:
    bench.pipe.execute(
        opening(),
        neighbours(),
        RemoveMember(household_id=HOUSEHOLD, effective_on=day(9), reason_code="MARRIED_OUT", person_id=SON),
        AddMember(
            household_id=OTHER_HOUSEHOLD,
            effective_on=day(9),
            reason_code="MARRIED_IN",
            member=newcomer(SON, "SON_IN_LAW", "MALE"),
        ),
    )
    bench.spend(SON, 11_000, day(10), admitted_on=day(3))
    bench.assess(SON)
    assert told(bench) == {OTHER_HOUSEHOLD: ("ASSIGNED", "ORANGE", 1_100_000)}


@pytest.mark.parametrize(("days", "level"), [(364, "ORANGE"), (365, "YELLOW")])
def test_a_window_goes_across_the_year_and_is_365_days_long(bench: WarningBench, days: int, level: str) -> None:
    """A rolling window, not the calendar's: a bill of last winter counts with one of this."""
    bench.pipe.execute(opening())
    last = date(2019, 12, 31)
    bench.spend(FATHER, 5000, last - timedelta(days=days), 1)
    bench.spend(MOTHER, 5000, last, 2)
    bench.spend(FATHER, 5000, last, 3)
    bench.assess(FATHER)
    assert told(bench)[HOUSEHOLD][1] == level


@pytest.mark.parametrize(("first", "level"), [(date(2019, 3, 1), "YELLOW"), (date(2019, 3, 2), "ORANGE")])
def test_a_leap_day_is_a_day_of_the_window(bench: WarningBench, first: date, level: str) -> None:
    """From 1 March 2019 to 29 February 2020 are 366 days."""
    bench.pipe.execute(opening())
    bench.spend(FATHER, 5000, first, 1)
    bench.spend(FATHER, 5000, date(2020, 2, 29), 2)
    bench.assess(FATHER)
    assert told(bench)[HOUSEHOLD][1] == level


@pytest.mark.parametrize(("days", "raised"), [(395, True), (396, False)])
def test_a_settlement_may_come_thirteen_months_late(bench: WarningBench, days: int, raised: bool) -> None:
    bench.pipe.execute(opening())
    bench.spend(FATHER, 11_000, day(0))
    bench.pipe.clock.at = noon_of(day(days))
    bench.assess(FATHER)
    assert bool(bench.cases()) is raised


def test_another_policy_alone_opens_nothing_again(bench: WarningBench) -> None:
    """Nobody is assessed because thresholds fell; and whoever is for another reason is not warned of what people have ended."""
    bench.pipe.execute(opening())
    bench.spend(FATHER, 11_000, day(10), 1)
    bench.assess(FATHER)
    bench.pipe.execute(visited(), verified(), ended("RELIEF_ONLY"))
    lower = thresholds_times(0.5)
    stricter = Assessor(
        bench.expenses, bench.pipe.engine, lower.for_, lambda some: some, lambda: shanghai_date(bench.pipe.clock.at), PROVINCE
    )
    before = kinds(bench)
    (again,) = [command for command in stricter.commands([FATHER]) if isinstance(command, AssessEarlyWarning)]
    assert again.level == "RED"
    bench.pipe.execute(again)
    assert kinds(bench) == before
    bench.spend(FATHER, 13_000, day(10), 1, kind="CORRECTED", settlement_version=2)  # more than it was about: that is new
    bench.flow()
    bench.pipe.execute(*stricter.commands([FATHER]))
    assert kinds(bench)[-1] == "reopened"


def test_a_replay_of_the_whole_topic_raises_nothing_and_tells_nobody_again(bench: WarningBench) -> None:
    bench.pipe.execute(opening(), neighbours())
    bench.spend(FATHER, 11_000, day(10), 1)
    bench.spend(NEIGHBOUR, 6000, day(11), 2)
    bench.assess(FATHER, NEIGHBOUR)
    cases, head = list(bench.cases()), bench.pipe.store.recorder.head()
    commands: list[WarningCommand] = []
    warner = _warner(bench, bench.assessor, commands)  # one that never heard anything
    while warner.step():
        pass
    warner.close()
    bench.flow()
    assert {command.subject_id for command in commands} == {HOUSEHOLD, OTHER_HOUSEHOLD}
    assert list(bench.cases()) == cases
    assert bench.pipe.store.recorder.head() == head, "no event, so that nobody is told of one"


def _warner(bench: WarningBench, assessor: Assessor, told_to: list[WarningCommand]) -> Warner:
    """One that begins at the log's beginning and tells the bench's register."""

    def tell(commands: object, cause: UUID) -> None:
        assert isinstance(commands, list)
        told_to.extend(commands)
        bench.pipe.execute(*commands)

    consumer = EmbeddedConsumer(bench.pipe.log, group=WARNER, topics=TOPICS)
    producer = EmbeddedProducer(bench.pipe.log, now_ms=lambda: 0, name=WARNER)
    return Warner(consumer, producer, bench.expenses, assessor, tell, catalogue=registry_catalogue())
