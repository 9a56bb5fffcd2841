"""Every page x role, by the table beside this file, written by hand like that of the API's routes."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from werkzeug.test import TestResponse

from schemas.access import Actor
from schemas.code_tables import table
from tests.integration.pages.conftest import Pages, send
from tests.support.early_warnings import CASE
from tests.support.scenario import COUNTY, HOUSEHOLD
from tests.support.supervision import FINDING

TABLE = Path(__file__).parent / "pages_and_roles.txt"
ROLES = tuple(table("role").codes)
PROVINCE, ELSEWHERE = "460000000000", "469024000000"


class Line(NamedTuple):
    method: str
    rule: str
    elsewhere: str
    roles: frozenset[str]

    @property
    def path(self) -> str:
        there = {
            "code": COUNTY,
            "household_id": str(HOUSEHOLD),
            "name": "0.pages.css",
            "missing": "nowhere",
            "label": "2018-W36",
            "figure": "I1",
            "case_id": str(CASE),
            "finding_id": str(FINDING),
        }
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: there[part[1]], self.rule)


def lines() -> list[Line]:
    found = []
    for text in TABLE.read_text("utf-8").splitlines():
        if text.strip() and not text.startswith("#"):
            method, rule, elsewhere, *marks = text.split()
            roles = [role for role, mark in zip(ROLES, marks, strict=True) if mark == "x"] if marks else []
            found.append(Line(method, rule, elsewhere, frozenset(roles)))
    return found


LINES = lines()
SHOWN = [line for line in LINES if line.roles]


def asked(pages: Pages, line: Line, role: str, division: str) -> TestResponse:
    organisation = f"H{division[:6]}00001" if role == "HOSPITAL" else "office-1"
    browser = pages.signed_in(Actor(f"{role.lower()}-{division}", role, organisation, division))
    return browser.open(line.path, method=line.method, buffered=True)


def named(line: Line) -> str:
    return f"{line.method} {line.rule}"


def test_every_page_has_its_line(pages: Pages) -> None:
    rules = [rule for rule in pages.api.app.url_map.iter_rules() if rule.rule.startswith("/pages")]
    there = {(method, rule.rule) for rule in rules for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    assert {(line.method, line.rule) for line in LINES} == there


@pytest.mark.parametrize("line", [line for line in LINES if line.elsewhere != "open"], ids=named)
def test_without_a_session_one_is_sent_to_sign_in(pages: Pages, line: Line) -> None:
    sent = pages.visitor().open(line.path, method=line.method)
    assert (sent.status_code, sent.location.partition("?")[0]) == (303, "/pages/sign-in")


@pytest.mark.parametrize("line", SHOWN, ids=named)
def test_just_the_roles_of_the_table_are_shown_it(pages: Pages, line: Line) -> None:
    answers = {role: asked(pages, line, role, PROVINCE).status_code for role in ROLES}
    assert answers == {role: 200 if role in line.roles else 403 for role in ROLES}


@pytest.mark.parametrize("line", SHOWN, ids=named)
def test_a_role_of_another_division_sees_nothing_of_it(pages: Pages, line: Line) -> None:
    for role in sorted(line.roles):
        answer = asked(pages, line, role, ELSEWHERE)
        assert answer.status_code == (200 if line.elsewhere == "own" else int(line.elsewhere)), role
        # Its own address is in the switch of the language, whether or not there is such a household.
        assert str(HOUSEHOLD) not in answer.get_data(as_text=True).replace(f"{line.path}?language=en", "")


def test_a_session_counts_on_the_pages_alone(pages: Pages) -> None:
    browser = pages.signed_in(Actor("team-9", "SUPERVISOR", "office-1", PROVINCE))
    secret = browser.get_cookie("registry_session", path="/pages")
    assert secret is not None
    browser.set_cookie("registry_session", secret.value)
    assert browser.get("/v1/households").status_code == 401
    assert send(browser, "/v1/divisions", {}).status_code == 401
