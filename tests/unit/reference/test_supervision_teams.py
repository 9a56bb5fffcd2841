"""Which team has which county, and until when."""

from registry.reference.supervision_team import CountyTeams, SupervisionTeamAssigned
from tests.support.register import a_register, on
from tests.support.scenario import COUNTY, TOWNSHIP, day, seen
from tests.support.supervision import ORG, TEAM, TEAMS, team_assigned


def test_a_county_is_given_to_a_team() -> None:
    told = seen(SupervisionTeamAssigned, county=COUNTY, team=TEAM, organisation=ORG, until=None, division=COUNTY)
    register = a_register().when(team_assigned()).then(on(TEAMS, told))
    register.when(team_assigned()).then_nothing_happens()


def test_the_last_day_may_be_said_later_and_holds_from_then_on() -> None:
    register = a_register(team_assigned())
    register.when(team_assigned(until=day(30))).then(on(TEAMS, seen(SupervisionTeamAssigned, until=day(30))))
    teams = register.aggregate(CountyTeams, TEAMS)
    assert [teams.has(TEAM, ORG, day(n)) for n in (-1, 0, 30, 31)] == [False, True, True, False]
    assert not teams.has(TEAM + 1, ORG, day(1))


def test_two_teams_may_have_a_county_at_once() -> None:
    teams = a_register(team_assigned(), team_assigned(team=4)).aggregate(CountyTeams, TEAMS)
    assert teams.has(3, ORG, day(1))
    assert teams.has(4, ORG, day(1))


def test_all_that_is_wrong_is_said_at_once() -> None:
    wrong = team_assigned(5, county=TOWNSHIP, organisation="somebody", until=day(4))
    a_register().when(wrong).then_refuses("E-DIVISION-LEVEL", "E-USCC", "E-UNTIL")
    a_register().when(team_assigned(county="469999000000", team=0)).then_refuses("E-FIELD-RANGE")
