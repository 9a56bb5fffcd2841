"""What every command about a household must satisfy, whichever it is."""

from registry.household.closing import CloseHousehold
from registry.household.exit_rejection import WithdrawExit
from registry.household.identification import ApplyForIdentification
from registry.household.obstacles import ObstacleOpened, OpenObstacle
from tests.support.histories import do, in_ledger, pre_exit, registered, rejected
from tests.support.scenario import Step, by, day, given, ref


def warning(on: int) -> Step:
    return do(OpenObstacle, day(on), kind="WARNING", ref=ref(1))


def test_tomorrow_has_not_happened_yet() -> None:
    outcome = given(registered()).on(day(30)).when(warning(31))
    outcome.then_refuses("E-DATE-FUTURE")
    assert outcome.violation("E-DATE-FUTURE") == {"at": "effective_on", "today": day(30)}


def test_the_township_records_what_is_sixty_days_old() -> None:
    given(registered()).on(day(90)).when(by("TOWNSHIP_OFFICER", warning(30))).then(ObstacleOpened)


def test_what_is_older_is_recorded_by_the_county() -> None:
    outcome = given(registered()).on(day(90)).when(by("TOWNSHIP_OFFICER", warning(29)))
    outcome.then_refuses("E-DATE-TOO-OLD")
    assert outcome.violation("E-DATE-TOO-OLD") == {"at": "effective_on", "days": 60}


def test_the_county_records_a_late_fact() -> None:
    given(registered()).on(day(90)).when(by("COUNTY_OFFICER", warning(29))).then(ObstacleOpened)


def test_a_status_does_not_change_before_its_last_change() -> None:
    outcome = given(pre_exit()).when(do(WithdrawExit, day(209), reason_code="PROPOSED_BY_MISTAKE"))
    outcome.then_refuses("E-DATE-BEFORE-LAST")
    assert outcome.violation("E-DATE-BEFORE-LAST") == {"at": "effective_on", "last": day(210)}


def test_two_changes_may_fall_on_one_day() -> None:
    application = do(ApplyForIdentification, day(15), application_source="SURVEY")
    assert given(rejected()).when(application).refused is None


def test_a_status_that_forbids_the_command_is_the_only_answer() -> None:
    outcome = given(registered()).on(day(30)).when(do(WithdrawExit, day(40), reason_code=None))
    outcome.then_refuses("E-STATE")
    assert outcome.violation("E-STATE") == {"at": "", "status": "REGISTERED", "allowed": ["PRE_EXIT"]}


def test_nothing_happens_to_a_closed_household() -> None:
    closed = do(CloseHousehold, day(5), reason_code="MOVED_OUT_OF_PROVINCE")
    given(in_ledger(), closed).when(warning(6)).then_refuses("E-STATE")


def test_nothing_happens_to_an_unknown_household() -> None:
    given().when(warning(6)).then_refuses("E-STATE")
