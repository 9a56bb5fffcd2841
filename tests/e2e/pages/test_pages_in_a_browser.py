"""The pages in a real browser: signing in, going down, the other language, another moment; and what axe says of each.

Screenshots are kept in the test's folder, or in the one that PAGES_SCREENSHOTS names.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from deploy.composition.write_side import write_side
from deploy.settings import Settings
from registry.accounts.accounts import LOCKED_AFTER
from schemas.access import Actor
from tests.support.browser import browser
from tests.support.demonstrations import record_alone, settings_in
from tests.support.ports import free_port
from tests.support.served_api import served

PASSWORD = "correct horse battery"
PROVINCE = "460000000000"


@dataclass
class Site:
    """The served pages, and a browser."""

    settings: Settings
    browser: Browser
    folder: Path

    def visit(self, **options: object) -> Page:
        """A fresh window, in Chinese, in which nobody has signed in."""
        context = self.browser.new_context(base_url=f"http://127.0.0.1:{self.settings.port}", locale="zh-CN", **options)  # type: ignore[arg-type]
        return context.new_page()

    def looked_at(self, page: Page, name: str) -> None:
        """Keep a picture of it, and have axe find nothing serious."""
        page.screenshot(path=self.folder / f"{name}.png", full_page=True)
        found = Axe().run(page).response["violations"]
        assert not [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("pages")
    settings = replace(settings_in(folder / "data"), port=free_port())
    record_alone(settings)
    with write_side(settings) as side:
        for user in ("team-1", "team-2"):
            side.accounts.add(Actor(user, "SUPERVISOR", "office-1", PROVINCE), PASSWORD)
    pictures = Path(os.environ.get("PAGES_SCREENSHOTS", folder / "screenshots"))
    pictures.mkdir(parents=True, exist_ok=True)
    with browser() as started, served(settings):
        yield Site(settings, started, pictures)


def sign_in(page: Page, user: str = "team-1", password: str = PASSWORD) -> None:
    page.get_by_label("账号").fill(user)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()


def test_a_supervisor_goes_down_to_a_household_and_back_in_time(site: Site) -> None:
    page = site.visit()
    loaded, said = [], []
    page.on("request", lambda request: loaded.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto("/pages/")
    site.looked_at(page, "sign-in")
    sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("海南省")
    site.looked_at(page, "overview-province")
    now = page.locator(".figures strong").first.inner_text()
    for level in ("county", "township", "village"):
        rows = page.locator("section[aria-labelledby=stock] tbody tr")
        row = next(row for row in rows.all() if row.locator("td").nth(-2).inner_text() != "0")
        name = row.get_by_role("link").inner_text()
        row.get_by_role("link").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        site.looked_at(page, f"overview-{level}")
    page.get_by_role("link", name="查看本地方各户").click()
    site.looked_at(page, "register")
    page.locator("main table tbody a").first.click()
    expect(page.get_by_role("heading", name="全部事件")).to_be_visible()
    site.looked_at(page, "household")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="Every event")).to_be_visible()
    site.looked_at(page, "household-english")
    page.get_by_role("link", name="Weekly digests").click()
    page.locator("main .weeks a").first.click()
    site.looked_at(page, "digest")
    for kind in ("CSV", "XLSX", "PDF"):
        with page.expect_download() as download:
            page.get_by_role("link", name=kind).click()
        assert download.value.suggested_filename.endswith(f"-province.{kind.lower()}")
    page.get_by_role("link", name="Home visits").click()
    site.looked_at(page, "digest-figure")
    page.get_by_role("link", name="Overview").click()
    page.get_by_label("True on this day").fill("2018-12-31")
    page.get_by_role("button", name="Show").first.click()
    expect(page).to_have_url(re.compile("as_of=2018-12-31"))
    assert page.locator(".figures strong").first.inner_text() != now
    site.looked_at(page, "overview-as-of")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.goto("/pages/register")
    expect(page).to_have_url(re.compile("/pages/sign-in"))
    assert {url.split("/")[2] for url in loaded} == {f"127.0.0.1:{site.settings.port}"}
    assert said == []


def test_every_worklist_leads_to_what_it_lists(site: Site) -> None:
    page = site.visit()
    page.goto("/pages/sign-in")
    sign_in(page)
    page.get_by_role("link", name="English").click()
    page.get_by_role("link", name="Early warnings").click()
    site.looked_at(page, "warnings")
    page.get_by_role("link", name="Findings", exact=True).click()
    page.get_by_label("State", exact=True).select_option("VERIFIED")
    page.get_by_role("button", name="Show").click()
    site.looked_at(page, "findings")
    page.locator("main table tbody a").first.click()
    site.looked_at(page, "finding")
    page.get_by_role("link", name="Hospitals").click()
    site.looked_at(page, "hospitals")
    page.get_by_role("link", name="Comparisons and sweeps").click()
    site.looked_at(page, "campaigns")
    page.locator("main table tbody a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mismatches")
    site.looked_at(page, "mismatches")


def test_a_wrong_password_says_so_and_the_fifth_locks(site: Site) -> None:
    page = site.visit()
    page.goto("/pages/sign-in")
    for _ in range(LOCKED_AFTER):
        sign_in(page, "team-2", "the wrong password")
        expect(page.get_by_role("alert")).to_contain_text("锁定十五分钟")
    site.looked_at(page, "sign-in-refused")
    sign_in(page, "team-2")
    expect(page.get_by_role("alert")).to_be_visible()
    sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("海南省")


def test_it_can_be_used_by_keyboard_on_a_telephone_and_in_print(site: Site) -> None:
    page = site.visit(viewport={"width": 390, "height": 844})
    page.goto("/pages/sign-in")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.get_by_label("账号").focus()
    page.keyboard.type("team-1")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("海南省")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    site.looked_at(page, "telephone")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="导航")).to_be_hidden()
    page.screenshot(path=site.folder / "print.png", full_page=True)
