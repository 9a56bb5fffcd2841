"""The weekly digests' pages: the same figures and bytes as the digest itself, what is behind them, and who is shown how much."""

import csv
import sys
from collections.abc import Callable, Iterator
from io import StringIO

import pytest
from flask.testing import FlaskClient

from deploy.composition.read_side import opened_views
from projections.database import snapshot
from projections.register.read_model import REGISTER
from projections.weekly.figures import tells_persons
from projections.weekly.files.pdf import pdf
from projections.weekly.files.workbook import XLSX, workbook
from projections.weekly.making import Document, canonical, fingerprint, make
from projections.weekly.teams import team_of
from projections.weekly.window import week
from schemas.access import Actor
from tests.integration.pages.conftest import Pages, pages_after, text_of
from tests.support.histories import applied
from tests.support.scenario import COUNTY, DAY_ONE, HOUSEHOLD

WEEK = "2018-W36"
PROVINCE = "460000000000"
SUPERVISOR = Actor("team-1", "SUPERVISOR", "office-1", PROVINCE)
OPERATOR = Actor("operator-1", "OPERATOR", "office-1", PROVINCE)
COUNTY_OFFICER = Actor("county-1", "COUNTY_OFFICER", "office-1", COUNTY)
TEAM = team_of(COUNTY, DAY_ONE)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with pages_after(tmp_path_factory.mktemp("digests"), applied()) as pages:
        yield pages


@pytest.fixture
def browser(pages: Pages) -> FlaskClient:
    return pages.signed_in(SUPERVISOR)


def made(pages: Pages, team: int | None = None) -> Document:
    with opened_views(pages.api.side.settings) as views, snapshot(views.open_live(REGISTER)) as connection:
        return make(connection, week(WEEK), team)


def test_one_goes_from_the_weeks_to_a_figure_and_to_the_household_behind_it(pages: Pages, browser: FlaskClient) -> None:
    assert f'href="/pages/digests/{WEEK}"' in text_of(browser.get("/pages/digests"))
    flows = made(pages)["flows"]
    counted = [code for code, cells in flows.items() if any(cell["events"] for cell in cells.values())]
    assert counted
    shown = text_of(browser.get(f"/pages/digests/{WEEK}"))
    for code in flows:
        assert f'href="/pages/digests/{WEEK}/{code}"' in shown
        figure = text_of(browser.get(f"/pages/digests/{WEEK}/{code}"))
        assert (f"/pages/households/{HOUSEHOLD}" in figure) == (code in counted), code


@pytest.mark.parametrize("team", [None, TEAM])
def test_the_file_has_the_digests_own_bytes_and_the_page_their_fingerprint(
    pages: Pages, browser: FlaskClient, team: int | None
) -> None:
    asked, document = "" if team is None else f"?team={team}", made(pages, team)
    assert browser.get(f"/pages/digests/{WEEK}.json{asked}").get_data() == canonical(document)
    assert fingerprint(document) in text_of(browser.get(f"/pages/digests/{WEEK}{asked}"))


@pytest.mark.parametrize("team", [None, TEAM])
def test_programs_are_told_the_same_digest(pages: Pages, team: int | None) -> None:
    asked, document = "" if team is None else f"?team={team}", made(pages, team)
    told = pages.api.get(f"/v1/digests/{WEEK}{asked}", SUPERVISOR).get_json()
    assert (told["digest"], told["fingerprint"]) == (document, fingerprint(document))
    assert told["labels"]["figure"]["E2"] == {"zh": "脱贫", "en": "Exited in the week"}
    weeks = pages.api.get("/v1/digests", SUPERVISOR).get_json()["weeks"]
    assert weeks[-1] == {"week": WEEK, "first_day": "2018-09-03", "last_day": "2018-09-09"}


@pytest.mark.parametrize(
    ("path", "who", "status", "code"),
    [
        (f"{WEEK}?team=99", SUPERVISOR, 404, "E-TEAM-UNKNOWN"),
        ("2030-W01", SUPERVISOR, 409, "E-WEEK-NOT-CLOSED"),
        ("2018-W99", SUPERVISOR, 422, "E-WEEK-MALFORMED"),
        (WEEK, OPERATOR, 403, "E-AUTH-ROLE"),
        (WEEK, COUNTY_OFFICER, 403, "E-AUTH-SCOPE"),
        (f"{WEEK}?team={TEAM}", COUNTY_OFFICER, 403, "E-AUTH-SCOPE"),
        (f"{WEEK}?colour=red", SUPERVISOR, 422, "E-FIELD-UNKNOWN"),
    ],
)
def test_a_program_that_cannot_be_told_learns_why(pages: Pages, path: str, who: Actor, status: int, code: str) -> None:
    refused = pages.api.get(f"/v1/digests/{path}", who)
    assert (refused.status_code, refused.get_json()["code"]) == (status, code)


def test_the_sheet_has_a_line_for_each_figure_and_county_of_the_team(pages: Pages, browser: FlaskClient) -> None:
    answer = browser.get(f"/pages/digests/{WEEK}.csv?team={TEAM}")
    headings, *lines = csv.reader(StringIO(answer.get_data(as_text=True).lstrip("\ufeff")))
    assert headings[0] == "代码"
    assert {line[5] for line in lines if line[0] == "A4"} == {""}
    assert {line[5] for line in lines if line[0] == "H1"} == {"0"}
    told = made(pages, TEAM)
    assert {line[2] for line in lines} == set(told["stocks"]["H1"])
    assert len(lines) == (len(told["stocks"]) + len(told["flows"])) * len(told["stocks"]["H1"])
    of_all = sum(cell["events"] for cells in told["flows"].values() for cell in cells.values())
    assert sum(int(line[4]) for line in lines if line[0] in told["flows"]) == of_all > 0


@pytest.mark.parametrize("team", [None, TEAM])
@pytest.mark.parametrize(("kind", "make", "media"), [("XLSX", workbook, XLSX), ("PDF", pdf, "application/pdf")])
def test_the_digest_is_had_as_a_workbook_and_as_pdf(
    pages: Pages, browser: FlaskClient, kind: str, make: Callable[[Document, str], bytes], media: str, team: int | None
) -> None:
    asked = "" if team is None else f"?team={team}"
    path = f"/pages/digests/{WEEK}.{kind.lower()}{asked}"
    assert f'<a href="{path}">{kind}</a>' in text_of(browser.get(f"/pages/digests/{WEEK}{asked}"))
    answer = browser.get(path)
    assert (answer.content_type, answer.get_data()) == (media, make(made(pages, team), "zh"))
    name = f"digest-{WEEK}-{'province' if team is None else f'team-{team}'}.{kind.lower()}"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'


def test_without_what_makes_pdfs_none_is_offered_and_the_refusal_says_what_to_install(
    browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    assert f"{WEEK}.pdf" not in text_of(browser.get(f"/pages/digests/{WEEK}"))
    refused = browser.get(f"/pages/digests/{WEEK}.pdf")
    assert (refused.status_code, "E-PDF-NOT-INSTALLED" in text_of(refused)) == (501, True)


def test_who_may_not_see_households_is_told_no_small_figure_and_no_countys(pages: Pages) -> None:
    shown = text_of(pages.signed_in(OPERATOR).get(f"/pages/digests/{WEEK}"))
    assert f"/pages/digests/{WEEK}/" not in shown
    assert f"/pages/digests/{WEEK}." not in shown
    document, small = made(pages), 0
    for kind, names in (("stocks", ("households", "persons")), ("flows", ("events", "persons", "earlier"))):
        for code, cells in document[kind].items():
            told = [name for name in names if name != "persons" or tells_persons(code)]
            small += sum(0 < sum(cell[name] for cell in cells.values()) < 3 for name in told)
    assert shown.count(">&lt; 3<") == small > 0


def test_a_county_sees_no_digest_beyond_it(pages: Pages) -> None:
    officer = pages.signed_in(COUNTY_OFFICER)
    assert officer.get("/pages/digests").status_code == 200
    refused = officer.get(f"/pages/digests/{WEEK}?team={TEAM}")
    assert (refused.status_code, "E-AUTH-SCOPE" in text_of(refused)) == (403, True)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("2018-W99", 422, "E-WEEK-MALFORMED"),
        ("2030-W01", 409, "E-WEEK-NOT-CLOSED"),
        (f"{WEEK}?team=77", 404, "E-TEAM-UNKNOWN"),
        (f"{WEEK}?team=x", 404, "E-TEAM-UNKNOWN"),
        (f"{WEEK}/Z9", 404, "E-FIGURE-UNKNOWN"),
    ],
)
def test_what_there_is_not_is_said(browser: FlaskClient, path: str, status: int, code: str) -> None:
    refused = browser.get(f"/pages/digests/{path}")
    assert (refused.status_code, code in text_of(refused)) == (status, True)
