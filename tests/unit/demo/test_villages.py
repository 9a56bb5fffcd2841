"""The made-up villages under the real townships, and who works for them."""

from stdnum.cn import uscc

from deploy.demo.staff import enterprise, office_of
from deploy.demo.villages import COUNTY_SHARES, Neighbourhood, edition, make_villages
from registry.application.shape import STAFF_ID
from schemas.access import decide
from schemas.division_codes import reporting_unit
from schemas.divisions import Division, Level, hainan, parent_code


def test_villages_fit_into_the_tree_of_divisions() -> None:
    villages = make_villages(hainan(), 160)
    tree = hainan().with_added(
        Division(code=v.code, level=Level.VILLAGE, name_zh=v.name_zh, parent=parent_code(v.code) or "") for v in edition(villages)
    )
    assert len(tree) == len(hainan()) + len(villages)
    assert {reporting_unit(village.code) for village in villages} == set(COUNTY_SHARES)


def test_no_two_villages_of_a_township_have_one_name() -> None:
    villages = make_villages(hainan(), 600)
    assert len({(village.code[:9], village.name) for village in villages}) == len(villages)


def test_the_households_of_a_county_are_in_its_proportion() -> None:
    villages = make_villages(hainan(), 160)
    lingao = [village for village in villages if village.county == "469024000000"]
    assert sum(village.share for village in lingao) == 7_500


def test_every_place_has_its_village() -> None:
    villages = make_villages(hainan(), 24)[:3]
    homes = Neighbourhood(villages, [2, 0, 3])
    assert [homes.village_of(place) for place in range(5)] == [villages[0]] * 2 + [villages[2]] * 3
    assert [list(homes.places_of(number)) for number in range(3)] == [[0, 1], [], [2, 3, 4]]


def test_everybody_in_an_office_may_act_in_its_village_and_nowhere_else() -> None:
    here, elsewhere = office_of("469024101200"), "469025101200"
    for actor, action in (
        (here.clerk, "record_home_visit"),
        (here.team, "propose_exit"),
        (here.township, "review_by_township"),
        (here.county, "clear_out"),
        (here.acceptance, "accept_exit"),
        (here.helper(3), "record_home_visit"),
    ):
        assert decide(actor, action, here.village) is None
        assert decide(actor, action, elsewhere) == "E-AUTH-SCOPE"
        assert STAFF_ID.fullmatch(actor.user_id)
        assert uscc.is_valid(actor.organisation)


def test_a_made_up_enterprise_has_a_code_of_unified_form() -> None:
    assert uscc.is_valid(enterprise(12))
    assert enterprise(12) != enterprise(13)
