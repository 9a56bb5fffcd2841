"""What the pages show: the API's own figures, in two languages, at a moment, and what cannot be shown."""

import re

import pytest
from flask.testing import FlaskClient

from projections.pages.shell import LANGUAGES
from projections.pages.tiles import positions, short_name
from registry.reference.exit_plan import SetAnnualExitPlan
from registry.reference.sample import RecordSampleCheck
from schemas.access import Actor
from schemas.divisions import hainan
from tests.integration.pages.conftest import Pages, text_of
from tests.support.a_sample import a_sample
from tests.support.campaigns import found, listed, run_opened, sweep_opened
from tests.support.early_warnings import CASE
from tests.support.hand_set_register import give
from tests.support.scenario import COUNTY, HOUSEHOLD, actor, by, day, ref
from tests.support.supervision import FINDING

SUPERVISOR = Actor("team-1", "SUPERVISOR", "office-1", "460000000000")
PLANNED_PERSONS = 1_234
WARNED = ("/pages/warnings", f"/pages/warnings/{CASE}")
FOUND = ("/pages/findings", f"/pages/findings/{FINDING}")
TOWNSHIP, VILLAGE = COUNTY[:6] + "100000", COUNTY[:6] + "100201"


@pytest.fixture
def browser(pages: Pages) -> FlaskClient:
    return pages.signed_in(SUPERVISOR)


def test_one_goes_down_from_the_province_to_the_household(browser: FlaskClient) -> None:
    address = "/pages/"
    for step in (COUNTY, TOWNSHIP):
        shown = text_of(browser.get(address))
        address = f"/pages/divisions/{step}"
        assert f'href="{address}"' in shown
    (village,) = {code for code in re.findall(r"/pages/divisions/(\d{12})", text_of(browser.get(address))) if code == VILLAGE}
    shown = text_of(browser.get(f"/pages/divisions/{village}"))
    assert f"/pages/register?division={village}" in shown
    listed = text_of(browser.get(f"/pages/register?division={village}"))
    assert f"/pages/households/{HOUSEHOLD}" in listed
    household = text_of(browser.get(f"/pages/households/{HOUSEHOLD}"))
    assert "记入" in household or "台账" in household


def test_the_figures_are_those_of_the_api(pages: Pages, browser: FlaskClient) -> None:
    told = pages.api.get(f"/v1/divisions/{COUNTY}/totals", SUPERVISOR).get_json()["total"]
    shown = text_of(browser.get(f"/pages/divisions/{COUNTY}"))
    assert f"<strong>{told['households']:,}</strong>" in shown
    assert f"<strong>{told['persons']:,}</strong>" in shown
    assert told["households"] == 1


def test_the_language_is_switched_and_kept(pages: Pages) -> None:
    browser = pages.signed_in(SUPERVISOR)
    assert 'lang="zh-CN"' in text_of(browser.get("/pages/register?status=REGISTERED"))
    switched = browser.get("/pages/register?status=REGISTERED&language=en")
    assert (switched.status_code, switched.location) == (303, "/pages/register?status=REGISTERED")
    english = text_of(browser.get("/pages/register"))
    assert '<html lang="en">' in english
    assert "Register status" in english
    assert browser.get("/pages/register.csv", buffered=True).get_data(as_text=True).lstrip("\ufeff").startswith("Household")


def test_a_moment_before_the_household_shows_none(browser: FlaskClient) -> None:
    shown = text_of(browser.get(f"/pages/divisions/{COUNTY}?as_of=2018-08-01"))
    assert "<strong>0</strong>" in shown
    assert f"/pages/register?division={COUNTY}&amp;as_of=2018-08-01" in shown


def test_what_cannot_be_shown_says_why(browser: FlaskClient) -> None:
    wrong = browser.get("/pages/register?as_of=2999-01-01&status=KING")
    assert wrong.status_code in (400, 422)
    assert "E-DATE-FUTURE" in text_of(wrong)
    assert "E-CODE-UNKNOWN" in text_of(wrong)
    assert browser.get("/pages/divisions/469999000000").status_code == 404
    missing = browser.get("/pages/nowhere")
    assert (missing.status_code, missing.mimetype) == (404, "text/html")


def test_strange_parameters_do_no_harm(browser: FlaskClient) -> None:
    shown = browser.get('/pages/register?endpoint=x&_external=1&status="><script>alert(1)</script>')
    assert shown.status_code in (400, 422)
    assert "<script" not in text_of(shown)


def test_a_browser_is_told_to_load_nothing_from_elsewhere_and_to_run_nothing(browser: FlaskClient) -> None:
    for address in (
        "/pages/",
        "/pages/register",
        f"/pages/households/{HOUSEHOLD}",
        *WARNED,
        *FOUND,
        "/pages/hospitals",
        "/pages/campaigns",
        "/pages/mismatches",
        "/pages/sign-in",
    ):
        answer = browser.get(address, buffered=True)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"
        shown = text_of(answer)
        assert not re.findall(r"<script|style=|\son\w+=", shown)
        assert not re.findall(r'(?:href|src|action)="(?!/pages/|#)', re.sub(r"<svg.*?</svg>", "", shown, flags=re.DOTALL))


def test_files_are_kept_for_a_year_under_a_name_of_their_content(browser: FlaskClient) -> None:
    (address,) = re.findall(r'href="(/pages/static/[^"]+\.css)"', text_of(browser.get("/pages/sign-in")))
    answer = browser.get(address, buffered=True)
    assert (answer.status_code, answer.mimetype) == (200, "text/css")
    assert "immutable" in answer.headers["Cache-Control"]
    assert browser.get("/pages/static/0000000000000000.pages.css").status_code == 404
    assert browser.get("/pages/static/..%2fwords.toml").status_code in (404, 303)


def test_a_warning_is_followed_from_the_worklist_to_its_household(browser: FlaskClient) -> None:
    listed = text_of(browser.get("/pages/warnings?level=ORANGE&overdue=false"))
    assert f'href="/pages/warnings/{CASE}"' in listed
    case = text_of(browser.get(f"/pages/warnings/{CASE}"))
    assert "11000.00" in case
    assert f'href="/pages/households/{HOUSEHOLD}"' in case
    assert str(CASE) not in text_of(browser.get("/pages/warnings?level=RED"))
    sheet = browser.get("/pages/warnings.csv?level=ORANGE", buffered=True)
    assert (sheet.mimetype, str(CASE) in sheet.get_data(as_text=True)) == ("text/csv", True)


def test_a_case_is_shown_as_it_was_known_before_it_was_raised(browser: FlaskClient) -> None:
    assert str(CASE) not in text_of(browser.get("/pages/warnings?as_of=2018-08-01"))
    assert browser.get(f"/pages/warnings/{CASE}?as_of=2018-08-01").status_code == 404


def test_a_finding_is_followed_from_the_worklist_to_its_household(browser: FlaskClient) -> None:
    listed = text_of(browser.get("/pages/findings?state=ASSIGNED&severity=GRAVE&team=3&overdue=&sort=due_on"))
    assert f'href="/pages/findings/{FINDING}"' in listed
    assert day(20).isoformat() in listed
    one = text_of(browser.get(f"/pages/findings/{FINDING}"))
    assert f'href="/pages/households/{HOUSEHOLD}"' in one
    assert one.count('<th scope="row">') == 2
    assert str(FINDING) not in text_of(browser.get("/pages/findings?section=CONDUCT"))
    assert str(FINDING) not in text_of(browser.get(f"/pages/findings?division={COUNTY}&overdue=true"))
    sheet = browser.get("/pages/findings.csv?state=ASSIGNED", buffered=True)
    assert (sheet.mimetype, str(FINDING) in sheet.get_data(as_text=True)) == ("text/csv", True)
    assert browser.get("/pages/findings?division=469999000000").status_code == 404


def test_the_worklist_of_findings_is_the_api_s_own(pages: Pages, browser: FlaskClient) -> None:
    told = pages.api.get(f"/v1/divisions/{COUNTY}/findings", SUPERVISOR).get_json()
    shown = text_of(browser.get(f"/pages/findings?division={COUNTY}"))
    for state, number in told["by_state"].items():
        assert f"{told['labels']['finding_state'][state]['zh']} <strong>{number}</strong>" in shown
    assert told["by_state"]["ASSIGNED"] == 1


def test_a_finding_is_shown_as_it_was_known_before_it_was_found(browser: FlaskClient) -> None:
    assert str(FINDING) not in text_of(browser.get("/pages/findings?as_of=2018-09-10"))
    assert browser.get(f"/pages/findings/{FINDING}?as_of=2018-09-10").status_code == 404


def test_the_board_of_the_hospitals_has_a_sheet_and_says_where_there_are_none(browser: FlaskClient) -> None:
    assert "没有符合条件的医院" in text_of(browser.get("/pages/hospitals?stopped=true"))
    sheet = browser.get("/pages/hospitals.csv?silent=true", buffered=True)
    assert (sheet.status_code, sheet.mimetype) == (200, "text/csv")


def test_only_what_one_may_see_is_offered(pages: Pages) -> None:
    clerk = text_of(pages.signed_in(Actor("clerk-1", "VILLAGE_CLERK", "office-1", VILLAGE)).get("/pages/"))
    assert "/pages/warnings" not in clerk
    assert "/pages/findings" not in clerk
    officer = text_of(pages.signed_in(Actor("officer-1", "COUNTY_OFFICER", "office-1", COUNTY)).get("/pages/"))
    assert "/pages/warnings" in officer
    assert "/pages/findings" in officer
    assert "/pages/hospitals" in officer


def section(shown: str, name: str) -> str:
    (found,) = re.findall(rf'<section aria-labelledby="{name}">.*?</section>', shown, re.DOTALL)
    return str(found)


def test_a_place_has_its_target_and_its_quality_beside_what_was_found(pages: Pages) -> None:
    plan = SetAnnualExitPlan(effective_on=day(12), place=COUNTY, year=2018, persons=PLANNED_PERSONS)
    found = RecordSampleCheck(
        sample_id=ref(1), effective_on=day(14), household_id=HOUSEHOLD, result="DISAPPROVES", persons=3, checker="staff-3"
    )
    drawn = a_sample(day(13), [HOUSEHOLD])
    give(pages.api.side, [by("PROVINCE_OFFICER", plan), by("SUPERVISOR", drawn), by("SUPERVISOR", found)])
    pages.api.flow()
    told = pages.api.get(f"/v1/divisions/{COUNTY}/exit-plan?year=2018", SUPERVISOR).get_json()["total"]
    assert told["persons"]["planned"] == PLANNED_PERSONS
    # Days have passed: whoever was signed in is so no more.
    shown = text_of(pages.signed_in(SUPERVISOR).get(f"/pages/divisions/{COUNTY}"))
    target, quality = (section(shown, name) for name in ("target", "quality"))
    assert f"{PLANNED_PERSONS:,}" in target
    assert "尚未下达" not in target
    assert re.search(r"群众认可度调查.*?0 / 1.*?0\.00.*?≥ 90 %.*?<strong>否</strong>", quality, re.DOTALL)
    assert re.search(r"错退抽查.*?0 / 0.*?≤ 2 %", quality, re.DOTALL)


def test_what_a_comparison_found_is_followed_from_its_run_to_the_household(pages: Pages) -> None:
    province = {**actor("PROVINCE_OFFICER"), "division": "460000000000"}
    opened = [by(province, command) for command in (run_opened(day(20)), sweep_opened(day(20)))]
    give(pages.api.side, [*opened, listed(on=day(21)), found(day(22), sector="DIBAO", rule="DIBAO_NOT_REGISTERED")])
    pages.api.flow()
    browser = pages.signed_in(SUPERVISOR)
    shown = text_of(browser.get(f"/pages/campaigns?division={COUNTY}"))
    (run,) = re.findall(r"<tr>.*?</tr>", shown[shown.index("<tbody>") :], re.DOTALL)[:1]
    assert re.search(r'href="([^"]+)"', run)
    assert "0 / 1" in shown
    (worklist,) = re.findall(r'href="(/pages/mismatches[^"]+)"', run)
    work = text_of(browser.get(worklist.replace("&amp;", "&")))
    assert f'href="/pages/households/{HOUSEHOLD}"' in work
    assert "低保未建档" in work
    assert str(HOUSEHOLD) not in text_of(browser.get("/pages/mismatches?state=CLOSED"))
    sheet = browser.get("/pages/mismatches.csv", buffered=True)
    assert (sheet.mimetype, str(HOUSEHOLD) in sheet.get_data(as_text=True)) == ("text/csv", True)
    clerk = pages.signed_in(Actor("operator-1", "OPERATOR", "office-1", "460000000000"))
    figures_alone = text_of(clerk.get(f"/pages/campaigns?division={COUNTY}"))
    assert "/pages/mismatches" not in figures_alone


def test_every_county_has_a_tile_of_its_own_and_a_short_name() -> None:
    units = hainan().reporting_units()
    assert set(positions()) == {unit.code for unit in units}
    assert len(set(positions().values())) == len(units)
    for language in LANGUAGES:
        names = [short_name(unit.name(language)) for unit in units]
        assert len(set(names)) == len(names)
    assert [short_name(name) for name in ("五指山市", "琼中黎族苗族自治县", "Ding'an County", "Baisha Li Autonomous County")] == [
        "五指山",
        "琼中",
        "Ding'an",
        "Baisha",
    ]
