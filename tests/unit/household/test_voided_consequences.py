"""What hangs together is not voided in part: an appeal and its obstacle, a stop and the end of the entitlement after it."""

from datetime import timedelta

from registry.household.appeal import AppealFiled, FileAppeal
from registry.household.corrections import FactVoided
from registry.household.measures import AssistanceMeasureStopped, StopMeasure
from registry.household.obstacles import ClearObstacle, ObstacleCleared, ObstacleOpened, OpenObstacle
from registry.household.publicity import PostPublicity, PublicityPosted, RaiseObjection, ResolveObjection
from registry.household.retention import EndRetention
from tests.support.corrected import broken, found_wrong, void
from tests.support.histories import RETENTION_UNTIL, appraised, do, exited, registered, rejected
from tests.support.register import a_register, on
from tests.support.scenario import HOUSEHOLD, Step, day, ref

ID = "IDENTIFICATION"


def appealed() -> list[Step]:
    return [*rejected(), do(FileAppeal, day(16), procedure=ID)]


def test_an_appeal_is_decided_and_not_voided() -> None:
    void(found_wrong(appealed()), AppealFiled).then_refuses("E-CORRECTION-NOT-ALLOWED")


def test_the_obstacle_of_an_appeal_goes_with_it() -> None:
    void(found_wrong(appealed()), ObstacleOpened).then_refuses("E-CORRECTION-NOT-ALLOWED")


def test_another_obstacle_is_voided() -> None:
    register = found_wrong(registered(), [do(OpenObstacle, day(30), kind="WARNING", ref=ref(1))])
    void(register, ObstacleOpened).then(on(HOUSEHOLD, FactVoided))
    assert not register.household(HOUSEHOLD).obstacles


def test_a_voided_clearing_leaves_the_obstacle_open() -> None:
    held = [do(OpenObstacle, day(30), kind="WARNING", ref=ref(1)), do(ClearObstacle, day(31), kind="WARNING", ref=ref(1))]
    register = found_wrong(registered(), held)
    void(register, ObstacleCleared).then(on(HOUSEHOLD, FactVoided))
    assert register.household(HOUSEHOLD).obstacles == {("WARNING", ref(1))}


def test_a_stop_is_not_voided_where_nothing_entitles_to_the_measure_any_more() -> None:
    stopped = do(StopMeasure, day(250), measure_id=ref(501), reason_code="REPLACED")
    ended = do(EndRetention, RETENTION_UNTIL + timedelta(days=1))
    register = a_register(*exited(), stopped, ended).today(RETENTION_UNTIL + timedelta(days=9))
    outcome = void(register, AssistanceMeasureStopped)
    assert set(broken(outcome).values()) == {"E-NOT-ENTITLED"}


def test_a_notice_that_somebody_objected_to_is_not_voided() -> None:
    objected = [
        do(PostPublicity, day(5), procedure=ID, posted_until=day(12)),
        do(RaiseObjection, day(6), procedure=ID),
        do(ResolveObjection, day(7), procedure=ID, objection_no=1, outcome="DISMISSED"),
    ]
    assert broken(void(found_wrong(appraised(), objected), PublicityPosted)) == {"household.objection_raised": "E-NO-PUBLICITY"}
