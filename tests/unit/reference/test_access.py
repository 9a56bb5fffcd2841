"""Access: role and division, both needed, for every action alike."""

import importlib
import pkgutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

import registry.household
import registry.person
from registry.command import action_of, command_classes
from schemas.access import AccessTableInvalid, Actor, decide, parse, permissions
from schemas.code_tables import table
from schemas.divisions import hainan

PROVINCE, HAIKOU, DANZHOU = "460000000000", "460100000000", "460400000000"
LINGAO, LINCHENG, VILLAGE = "469024000000", "469024100000", "469024100201"
CODES = [d.code for d in hainan()]


def actor(role: str, division: str = PROVINCE) -> Actor:
    return Actor("u1", role, "o1", division)


def test_an_allowed_role_within_its_division_may_act() -> None:
    assert decide(actor("VILLAGE_TEAM", VILLAGE), "propose_exit", VILLAGE) is None
    assert decide(actor("COUNTY_OFFICER", LINGAO), "announce_exit", VILLAGE) is None


def test_outside_the_division_the_scope_is_refused() -> None:
    assert decide(actor("VILLAGE_TEAM", VILLAGE), "propose_exit", "469024100202") == "E-AUTH-SCOPE"
    assert decide(actor("COUNTY_OFFICER", LINGAO), "announce_exit", DANZHOU) == "E-AUTH-SCOPE"


def test_an_office_reaches_down_and_never_up() -> None:
    assert decide(actor("TOWNSHIP_OFFICER", LINCHENG), "query.totals", LINGAO) == "E-AUTH-SCOPE"
    assert decide(actor("COUNTY_OFFICER", LINGAO), "query.totals", PROVINCE) == "E-AUTH-SCOPE"


def test_a_role_without_the_action_is_refused_wherever_it_is() -> None:
    assert decide(actor("HELPER"), "accept_exit", VILLAGE) == "E-AUTH-ROLE"
    assert decide(actor("OPERATOR"), "vault.read", PROVINCE) == "E-AUTH-ROLE"
    assert decide(actor("HOSPITAL"), "query.household", VILLAGE) == "E-AUTH-ROLE"


def test_nobody_may_take_an_unknown_action_and_an_unknown_role_may_take_none() -> None:
    for role in table("role").codes:
        assert decide(actor(role), "query.everything", PROVINCE) == "E-AUTH-ROLE"
    assert decide(actor("ADMIN"), "query.totals", PROVINCE) == "E-AUTH-ROLE"


def test_without_a_place_only_the_role_is_asked() -> None:
    assert decide(actor("COUNTY_OFFICER", LINGAO), "announce_exit", None) is None
    assert decide(actor("HELPER", LINGAO), "announce_exit", None) == "E-AUTH-ROLE"


@pytest.mark.parametrize("scope", ["", "46", "469024", "000000000000", "4690241002011", "46902410020x"])
def test_a_malformed_scope_covers_nothing(scope: str) -> None:
    assert decide(actor("PROVINCE_OFFICER", scope), "query.totals", VILLAGE) == "E-AUTH-SCOPE"
    assert decide(actor("PROVINCE_OFFICER"), "query.totals", scope) == "E-AUTH-SCOPE"


@given(st.sampled_from(CODES), st.sampled_from(CODES))
def test_the_scope_is_the_path_of_divisions(office: str, place: str) -> None:
    allowed = office in hainan().path(place)
    assert (decide(actor("SUPERVISOR", office), "query.totals", place) is None) == allowed


def test_the_hands_that_decide_an_exit_differ_from_those_that_propose_it() -> None:
    assert not permissions()["propose_exit"] & permissions()["accept_exit"]
    assert not permissions()["propose_relapse"] & permissions()["confirm_relapse"]
    assert not permissions()["accept_exit"] & permissions()["announce_exit"]


def test_only_the_county_corrects_and_only_the_province_erases() -> None:
    assert permissions()["correct_fact"] == permissions()["void_fact"] == {"COUNTY_OFFICER"}
    assert permissions()["vault.erase"] == {"PROVINCE_OFFICER"}


def test_every_role_may_do_something_and_everybody_may_read_the_codes() -> None:
    assert permissions()["query.reference"] == set(table("role").codes)


def test_those_who_watch_write_no_household() -> None:
    writing = {action for action in permissions() if "." not in action}
    for action in writing:
        assert not permissions()[action] & {"AUDITOR", "AGENCY", "HOSPITAL"}


def test_every_command_of_the_program_has_its_roles() -> None:
    for package in (registry.household, registry.person):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    commands = {action_of(command) for command in command_classes()}
    assert len(commands) > 40
    assert not commands - set(permissions())


def test_an_action_in_two_sections_is_refused() -> None:
    with pytest.raises(AccessTableInvalid, match="add_member"):
        parse({"a": {"add_member": ["HELPER"]}, "b": {"add_member": ["HELPER"]}})


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(AccessTableInvalid, match="ADMIN"):
        parse({"a": {"add_member": ["HELPER", "ADMIN"]}})
