"""Trainings that members completed."""

from typing import Any

from registry.household.training import CompleteTraining, TrainingCompleted
from tests.support.helped_households import HEAD, marginal, registered
from tests.support.scenario import HOUSEHOLD, day, given, person, seen


def complete(**changes: Any) -> CompleteTraining:
    facts = {"household_id": HOUSEHOLD, "effective_on": day(20), "person_id": HEAD, "training": "FARMING", "hours": 24}
    return CompleteTraining(**(facts | changes))


def test_a_member_completed_a_training() -> None:
    given(registered()).when(complete()).then(seen(TrainingCompleted, person_id=HEAD, training="FARMING", hours=24))


def test_the_same_training_on_the_same_day_is_recorded_once() -> None:
    given(registered(), complete()).when(complete(hours=30)).then_nothing_happens()


def test_another_day_is_another_training() -> None:
    given(registered(), complete()).when(complete(effective_on=day(40))).then(TrainingCompleted)


def test_somebody_elses_training_is_refused() -> None:
    given(registered()).when(complete(person_id=person(9))).then_refuses("E-NOT-A-MEMBER")


def test_only_the_entitled_are_trained_by_the_programme() -> None:
    given(marginal()).when(complete()).then_refuses("E-NOT-ENTITLED")


def test_a_training_before_the_household_was_registered_is_not_the_programmes() -> None:
    given(registered()).when(complete(effective_on=day(9))).then_refuses("E-NOT-ENTITLED")


def test_a_training_without_hours_is_refused() -> None:
    given(registered()).when(complete(hours=0)).then_refuses("E-FIELD-RANGE")
