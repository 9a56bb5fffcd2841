"""What every kind of help asks for."""

from datetime import date
from decimal import Decimal

import pytest

from registry.command import Command
from registry.household.assistance import age_on
from registry.household.consolidation import RecordConsolidationMeasure
from registry.household.entity_links import LinkToEntity, UnlinkFromEntity
from registry.household.measure_progress import CompleteMeasure, RecordMeasureProgress
from registry.household.measures import StartMeasure, StopMeasure
from registry.household.plan import AdoptAssistancePlan
from registry.household.public_posts import EndPublicPost, GrantPublicPost
from registry.household.responsible_helper import AssignHelper
from registry.household.subsidies import PaySubsidy, ReverseSubsidy
from registry.household.training import CompleteTraining
from registry.household.visits import FlagVisit
from tests.support.helped_households import HEAD, OFFICE, exited, registered, stable
from tests.support.scenario import HOUSEHOLD, day, given, ref

ON = {"household_id": HOUSEHOLD, "effective_on": day(20)}
HELP: list[Command] = [
    AssignHelper(**ON, helper_id="staff-17", organisation=OFFICE),
    AdoptAssistancePlan(**ON, year=2018, categories=("HEALTH",)),
    StartMeasure(**ON, category="HEALTH", subtype="FAMILY_DOCTOR", unit=OFFICE),
    PaySubsidy(**ON, category="PRODUCTION", term="2018", amount=Decimal(100)),
    CompleteTraining(**ON, person_id=HEAD, training="FARMING", hours=8),
    GrantPublicPost(**ON, person_id=HEAD, post_type="CLEANER", monthly_wage=Decimal(900)),
    LinkToEntity(**ON, entity_uscc=OFFICE, link_kind="CONTRACT"),
]
LASTING = (AssignHelper, StartMeasure, GrantPublicPost, LinkToEntity)
AFTERWARDS: list[Command] = [
    RecordMeasureProgress(**ON, measure_id=ref(1), progress_pct=10),
    CompleteMeasure(**ON, measure_id=ref(1)),
    StopMeasure(**ON, measure_id=ref(1), reason_code="REPLACED"),
    ReverseSubsidy(**ON, subsidy_id=ref(1), amount=Decimal(1)),
    EndPublicPost(**ON, post_id=ref(1)),
    UnlinkFromEntity(**ON, entity_uscc=OFFICE),
    FlagVisit(**ON, visit_id=ref(1), rule="TOO_SHORT"),
    RecordConsolidationMeasure(**ON, plan_year=2018, category="HEALTH"),
]


def called(command: Command) -> str:
    return type(command).__name__


@pytest.mark.parametrize("command", [*HELP, *AFTERWARDS], ids=called)
def test_a_household_that_the_register_does_not_know_is_not_helped(command: Command) -> None:
    given().when(command).then_refuses("E-HOUSEHOLD-UNKNOWN")


@pytest.mark.parametrize("command", HELP, ids=called)
def test_an_entitled_household_is_helped(command: Command) -> None:
    assert given(registered()).when(command).refused is None


@pytest.mark.parametrize("command", HELP, ids=called)
def test_a_household_that_left_for_good_is_not_helped_any_more(command: Command) -> None:
    given(exited("EXITED_STABLE")).when(command).then_refuses("E-NOT-ENTITLED")


@pytest.mark.parametrize("command", HELP, ids=called)
def test_what_happened_while_it_was_entitled_may_be_told_later_but_nothing_lasting_begins_then(command: Command) -> None:
    outcome = given(exited(), stable(day(30))).on(day(31)).when(command)
    if isinstance(command, LASTING):
        outcome.then_refuses("E-NOT-ENTITLED")
        assert outcome.violation("E-NOT-ENTITLED") == {"at": "", "day": day(31), "status": ["EXITED_STABLE"]}
    else:
        assert outcome.refused is None


@pytest.mark.parametrize(("on", "status"), [(-5, "NOT_REGISTERED"), (15, "EXITED_WITH_POLICY"), (20, "EXITED_STABLE")])
def test_the_refusal_names_the_status_of_the_day_that_was_asked_about(on: int, status: str) -> None:
    command = AdoptAssistancePlan(household_id=HOUSEHOLD, effective_on=day(on), year=2018, categories=("HEALTH",))
    outcome = given(exited(), stable(day(18))).when(command)
    if status == "EXITED_WITH_POLICY":
        assert outcome.refused is None
    else:
        outcome.then_refuses("E-NOT-ENTITLED")
        assert outcome.violation("E-NOT-ENTITLED") == {"at": "effective_on", "day": day(on), "status": [status]}


@pytest.mark.parametrize(
    ("born", "age"),
    [(date(2002, 9, 1), 16), (date(2002, 10, 1), 15), (date(1948, 10, 1), 69), (date(1948, 9, 1), 70)],
)
def test_age_is_counted_by_months(born: date, age: int) -> None:
    assert age_on(born, date(2018, 9, 24)) == age
