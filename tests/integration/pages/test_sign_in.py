"""Signing in, being kept out, and signing out."""

import logging
import re

import pytest

from registry.accounts.accounts import LOCKED_AFTER
from schemas.access import Actor
from tests.integration.pages.conftest import OWN, PASSWORD, Pages, send, text_of

SUPERVISOR = Actor("team-1", "SUPERVISOR", "office-1", "460000000000")


def form(user: str = "team-1", password: str = PASSWORD, **more: str) -> dict[str, str]:
    return {"user": user, "password": password, **more}


def test_the_right_password_leads_to_the_overview_or_where_one_was_going(pages: Pages) -> None:
    pages.account(SUPERVISOR)
    browser = pages.visitor()
    asked = browser.get("/pages/register?status=REGISTERED")
    then = text_of(browser.get(asked.location))
    (wanted,) = re.findall(r'name="then" value="([^"]*)"', then)
    assert send(browser, "/pages/sign-in", form(then=wanted)).location == "/pages/register?status=REGISTERED"
    assert send(pages.visitor(), "/pages/sign-in", form()).location == "/pages/"
    assert browser.get("/pages/").status_code == 200


@pytest.mark.parametrize("then", ["https://example.org/", "//example.org", "/pages/\\example.org", "/pages/@x", "/v1/live"])
def test_nobody_is_led_elsewhere(pages: Pages, then: str) -> None:
    pages.account(SUPERVISOR)
    assert send(pages.visitor(), "/pages/sign-in", form(then=then)).location == "/pages/"


def test_the_cookie_is_for_our_pages_alone_and_for_no_script(pages: Pages) -> None:
    pages.account(SUPERVISOR)
    cookie = send(pages.visitor(), "/pages/sign-in", form()).headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/pages"} <= set(cookie.split("; "))
    assert "Secure" not in cookie  # at home
    sent = pages.visitor().post(
        "/pages/sign-in", data=form(), base_url="https://registry.example", headers={"Origin": "https://registry.example"}
    )
    assert "Secure" in sent.headers["Set-Cookie"].split("; ")


def test_what_is_wrong_is_not_told_but_noted_without_what_was_typed(pages: Pages, caplog: pytest.LogCaptureFixture) -> None:
    pages.account(SUPERVISOR)
    with caplog.at_level(logging.INFO):
        refused = [send(pages.visitor(), "/pages/sign-in", form(user, "the wrong password")) for user in ("team-1", "王某")]
    assert [answer.status_code for answer in refused] == [401, 401]
    assert text_of(refused[0]) == text_of(refused[1])
    assert "Set-Cookie" not in refused[0].headers
    assert "the wrong password" not in caplog.text
    assert "王某" not in caplog.text


def test_it_locks(pages: Pages) -> None:
    pages.account(Actor("team-2", "SUPERVISOR", "office-1", "460000000000"))
    for _ in range(LOCKED_AFTER):
        send(pages.visitor(), "/pages/sign-in", form("team-2", "the wrong password"))
    assert send(pages.visitor(), "/pages/sign-in", form("team-2")).status_code == 401


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://example.org"}, {"Origin": "null"}])
def test_a_strangers_page_signs_nobody_in(pages: Pages, headers: dict[str, str]) -> None:
    pages.account(SUPERVISOR)
    refused = pages.visitor().post("/pages/sign-in", data=form(), headers=headers)
    assert (refused.status_code, "E-PAGE-STALE" in text_of(refused)) == (403, True)


def test_signing_out_needs_the_pages_own_form_and_ends_the_session(pages: Pages) -> None:
    browser = pages.signed_in(SUPERVISOR)
    secret = browser.get_cookie("registry_session", path="/pages")
    assert secret is not None
    (token,) = set(re.findall(r'name="form_token" value="([^"]+)"', text_of(browser.get("/pages/"))))
    assert secret.value not in token
    assert browser.post("/pages/sign-out", headers=OWN).status_code == 403
    assert browser.get("/pages/").status_code == 200
    assert send(browser, "/pages/sign-out", {"form_token": token}).location == "/pages/sign-in"
    assert pages.api.side.sessions.held(secret.value) is None
    assert browser.get("/pages/").status_code == 303
