"""A hit is a lead: found once, verified, acted on, closed by another; it changes no status, and holds back an exit meanwhile."""

from typing import Any

import pytest

from registry.campaigns.finding import ComparisonMismatchFound
from registry.campaigns.handling import (
    ComparisonMismatchActed,
    ComparisonMismatchAssigned,
    ComparisonMismatchClosed,
    ComparisonMismatchVerified,
    RecordMismatchVerdict,
)
from registry.campaigns.mismatch import mismatch_id_of
from registry.household.exit import ProposeExit
from registry.household.obstacles import ClearObstacle, ObstacleCleared, ObstacleOpened, OpenObstacle
from tests.support.campaigns import (
    MISMATCH,
    RUN,
    VERIFIER,
    acted,
    assigned,
    found,
    mismatch_closed,
    run_closed,
    run_opened,
    verdict,
)
from tests.support.families import ledger_entry, members_known, opening
from tests.support.register import Register, a_register, on
from tests.support.scenario import COUNTY, HOUSEHOLD, TOWNSHIP, VILLAGE, by, day, person, ref, seen

HELD = seen(ObstacleOpened, kind="MISMATCH", ref=MISMATCH)
FREE = seen(ObstacleCleared, kind="MISMATCH", ref=MISMATCH)


def begun(*steps: Any) -> Register:
    """A registered household, a run, and what is said."""
    return a_register(opening(), run_opened(), *steps)


def test_what_is_found_holds_the_exit_back_and_changes_no_status() -> None:
    mismatch = seen(ComparisonMismatchFound, run_id=RUN, sector="VEHICLE", rule="VEHICLE_OWNER", division=VILLAGE, person_id=None)
    register = begun().when(found()).then(on(MISMATCH, mismatch), on(HOUSEHOLD, HELD))
    register.loaded = {}
    assert register.household(HOUSEHOLD).status == "REGISTERED"
    refused = register.when(ProposeExit(household_id=HOUSEHOLD, effective_on=day(300))).refused
    assert refused is not None
    assert "E-OPEN-MISMATCH" in {violation.code for violation in refused.violations}


def test_it_is_found_once_whatever_became_of_it_and_of_the_run() -> None:
    begun(found()).when(found(on=day(11))).then_nothing_happens()
    done = (found(), assigned(), verdict(), acted(), mismatch_closed(), run_closed())
    begun(*done).when(found(on=day(41))).then_nothing_happens()


def test_nothing_is_found_in_a_closed_run_or_in_none() -> None:
    begun(run_closed()).when(found(on=day(41))).then_refuses("E-RUN-CLOSED")
    a_register(opening()).when(found()).then_refuses("E-RUN-UNKNOWN")
    a_register(run_opened()).when(found()).then_refuses("E-HOUSEHOLD-UNKNOWN")


def test_every_violation_of_a_hit_is_told_at_once() -> None:
    hit = found(sector="LAND", rule="VEHICLE_OWNER", person_id=person(99))
    begun().when(hit).then_refuses("E-HIT-SECTOR", "E-CODE-UNKNOWN", "E-NOT-A-MEMBER")
    begun().today(day(6)).when(found()).then_refuses("E-DATE-FUTURE")


def test_the_register_has_to_bear_the_rule_out() -> None:
    missed = {"sector": "DIBAO", "rule": "DIBAO_NOT_REGISTERED"}
    begun().when(found(**missed)).then_nothing_happens()
    outside = a_register(ledger_entry(), members_known(), run_opened())
    outside.when(found()).then_nothing_happens()
    lead = mismatch_id_of(RUN, "DIBAO", "DIBAO_NOT_REGISTERED", HOUSEHOLD, None)
    outside.when(found(**missed)).then(on(lead, ComparisonMismatchFound), on(HOUSEHOLD, ObstacleOpened))


def test_it_is_given_to_a_township_with_a_day() -> None:
    given = seen(ComparisonMismatchAssigned, division=TOWNSHIP, due_on=day(17))
    register = begun(found()).when(assigned(on=day(11))).then(on(MISMATCH, given))
    register.when(assigned(on=day(12))).then_nothing_happens()
    register.when(assigned(on=day(12), township=COUNTY)).then_refuses("E-DIVISION-LEVEL")
    register.when(assigned(on=day(12), township="999999999000")).then_refuses("E-DIVISION-UNKNOWN")
    moved = seen(ComparisonMismatchAssigned, division="469030101000")
    register.when(assigned(on=day(12), township="469030101000")).then(on(MISMATCH, moved))


def test_a_verdict_needs_a_paper() -> None:
    bare = RecordMismatchVerdict(mismatch_id=MISMATCH, effective_on=day(12), verdict="TRUE_POSITIVE")
    begun(found(), assigned()).when(bare).then_refuses("E-MISMATCH-EVIDENCE")
    said = seen(ComparisonMismatchVerified, verdict="TRUE_POSITIVE")
    begun(found(), assigned()).when(verdict()).then(on(MISMATCH, said))


@pytest.mark.parametrize(("said", "outcome"), [("TRUE_POSITIVE", "CORRECTION"), ("FALSE_POSITIVE", "NONE")])
def test_what_is_closed_holds_nothing_back(said: str, outcome: str) -> None:
    register = begun(found(), assigned(), verdict(said))
    register.when(acted(outcome)).then(on(MISMATCH, seen(ComparisonMismatchActed, outcome=outcome)))
    register.when(mismatch_closed()).then(on(MISMATCH, seen(ComparisonMismatchClosed, outcome=outcome)), on(HOUSEHOLD, FREE))


@pytest.mark.parametrize(("said", "outcome"), [("TRUE_POSITIVE", "NONE"), ("FALSE_POSITIVE", "CORRECTION")])
def test_what_was_done_fits_what_was_found(said: str, outcome: str) -> None:
    begun(found(), assigned(), verdict(said)).when(acted(outcome)).then_refuses("E-MISMATCH-OUTCOME")


def test_a_procedure_that_followed_is_named_and_exists() -> None:
    register = begun(found(), assigned(), verdict())
    register.when(acted("CLEAR_OUT")).then_refuses("E-MISMATCH-LINK")
    register.when(acted("CLEAR_OUT", linked_case_id=ref(9))).then_refuses("E-MISMATCH-LINK")
    register.when(acted("CORRECTION", linked_case_id=ref(9))).then_refuses("E-MISMATCH-LINK")


def test_nobody_closes_what_he_verified_himself() -> None:
    command = by(VERIFIER, mismatch_closed().command)
    begun(found(), assigned(), verdict(), acted()).when(command).then_refuses("E-TWO-PERSON-RULE")


def test_no_step_is_left_out_or_taken_twice() -> None:
    begun(found()).when(verdict()).then_refuses("E-MISMATCH-STATE")
    begun(found(), assigned()).when(acted()).then_refuses("E-MISMATCH-STATE")
    begun(found(), assigned(), verdict()).when(mismatch_closed()).then_refuses("E-MISMATCH-STATE")
    begun(found(), assigned(), verdict()).when(assigned(on=day(13))).then_refuses("E-MISMATCH-STATE")
    begun().when(assigned()).then_refuses("E-MISMATCH-UNKNOWN")
    begun(found()).today(day(10)).when(assigned()).then_refuses("E-DATE-FUTURE")


@pytest.mark.parametrize("command", [OpenObstacle, ClearObstacle])
def test_its_obstacle_is_nobodys_to_touch(command: Any) -> None:
    by_hand = command(household_id=HOUSEHOLD, effective_on=day(11), kind="MISMATCH", ref=MISMATCH)
    begun(found()).when(by_hand).then_refuses("E-OBSTACLE-KIND")
