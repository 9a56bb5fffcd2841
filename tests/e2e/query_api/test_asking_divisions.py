"""Divisions over HTTP: the tree, totals, balance and the village ledger."""

from typing import Any

import pytest

from tests.support.asked import FAR_HOUSEHOLD, NEIGHBOUR, Asked, somebody
from tests.support.histories import EXITED_ON, REGISTERED_ON
from tests.support.scenario import (
    CLOSED_VILLAGE,
    COUNTY,
    FAR_VILLAGE,
    HOUSEHOLD,
    OTHER_VILLAGE,
    PROVINCE,
    TOWNSHIP,
    VILLAGE,
    day,
    noon_of,
)

COUNTY_OFFICER = somebody("COUNTY_OFFICER", COUNTY)
NODE = "469000000000"


def path(code: str, part: str = "") -> str:
    return f"/v1/divisions/{code}{part}"


class TestTree:
    """One division, those above it, those below it: public, whoever asks."""

    def test_a_division_has_names_level_and_those_above_it(self, asked: Asked) -> None:
        county = asked.json(path(COUNTY))
        assert (county["zh"], county["level"], county["parent"]) == ("琼中黎族苗族自治县", "COUNTY", NODE)
        assert county["national_poverty_county"] is True
        assert [step["code"] for step in county["path"]] == [PROVINCE, NODE, COUNTY]
        assert (county["valid_from"], county["valid_to"]) == (None, None)

    def test_villages_come_from_the_log_and_say_their_last_day(self, asked: Asked) -> None:
        assert asked.json(path(VILLAGE))["zh"] == "示例村"
        assert asked.json(path(CLOSED_VILLAGE))["valid_to"] == "2017-12-31"

    def test_children_are_those_directly_below(self, asked: Asked) -> None:
        children = asked.json(path(PROVINCE, "/children"))["children"]
        assert [child["code"] for child in children] == [
            "460100000000",
            "460200000000",
            "460300000000",
            "460400000000",
            "469000000000",
        ]
        assert {child["code"] for child in asked.json(path(TOWNSHIP, "/children"))["children"]} == {VILLAGE, CLOSED_VILLAGE}
        assert asked.json(path(VILLAGE, "/children"))["children"] == []

    def test_anybody_may_know_who_may_know_anything(self, asked: Asked) -> None:
        assert asked.json(path(FAR_VILLAGE), COUNTY_OFFICER)["zh"] == "示例村"
        assert asked.json(path(FAR_VILLAGE), somebody("HOSPITAL", COUNTY))["zh"] == "示例村"

    @pytest.mark.parametrize("part", ["", "/children", "/totals", "/balance", "/ledger"])
    @pytest.mark.parametrize("code", ["469030100999", "469030", "nowhere", "４６００００００００００"])
    def test_what_is_no_division_is_not_found(self, asked: Asked, code: str, part: str) -> None:
        assert asked.refusal(path(code, part)) == (404, [("E-DIVISION-UNKNOWN", "code")])


class TestTotals:
    """Households and persons by status and overlay, now and at any moment."""

    def test_they_count_households_and_persons(self, asked: Asked) -> None:
        total = asked.json(path(PROVINCE, "/totals"))["total"]
        assert (total["households"], total["persons"]) == (3, 7)
        assert total["by_status"]["REGISTERED"] == {"households": 1, "persons": 3}
        assert total["by_status"]["NOT_REGISTERED"] == {"households": 2, "persons": 4}
        assert total["by_status"]["CLOSED"] == {"households": 0, "persons": 0}
        assert total["by_overlay"]["NONE"] == {"households": 3, "persons": 7}
        assert {"status": "REGISTERED", "overlay": "NONE", "households": 1, "persons": 3} in total["cells"]

    @pytest.mark.parametrize("code", [PROVINCE, NODE, COUNTY, TOWNSHIP])
    @pytest.mark.parametrize("moment", [{}, {"as_of": "2019-01-01"}, {"known_at": "2019-06-01T00:00:00Z"}])
    def test_the_childrens_figures_add_up(self, asked: Asked, code: str, moment: dict[str, str]) -> None:
        totals = asked.json(path(code, "/totals"), **moment)
        assert totals["total"]["households"] > 0
        for figure in ("households", "persons"):
            assert sum(child[figure] for child in totals["children"]) == totals["total"][figure]
            for status, amount in totals["total"]["by_status"].items():
                assert sum(child["by_status"][status][figure] for child in totals["children"]) == amount[figure]
        assert [child["code"] for child in totals["children"]] == [
            child["code"] for child in asked.json(path(code, "/children"))["children"]
        ]

    def test_the_province_is_told_by_its_reporting_units(self, asked: Asked) -> None:
        totals = asked.json(path(PROVINCE, "/totals"), by="reporting_units")
        units = {child["code"]: child["households"] for child in totals["children"]}
        assert len(units) == 19
        assert (units[COUNTY], units["469024000000"], units["460100000000"]) == (2, 1, 0)
        assert asked.refusal(path(COUNTY, "/totals"), by="reporting_units") == (422, [("E-FIELD-NOT-ALLOWED", "by")])

    def test_a_village_has_no_children(self, asked: Asked) -> None:
        totals = asked.json(path(VILLAGE, "/totals"))
        assert (totals["total"]["households"], totals["children"]) == (1, [])

    @pytest.mark.parametrize(
        ("moment", "status"),
        [
            ({"as_of": day(1).isoformat()}, "IN_IDENTIFICATION"),
            ({"as_of": REGISTERED_ON.isoformat()}, "REGISTERED"),
            ({"as_of": EXITED_ON.isoformat()}, "EXITED_WITH_POLICY"),
            ({"as_of": EXITED_ON.isoformat(), "known_at": noon_of(day(330)).isoformat()}, "EXITED_WITH_POLICY"),
            ({"known_at": f"{EXITED_ON.isoformat()}T00:00:00+08:00"}, "PRE_EXIT"),
        ],
    )
    def test_at_a_moment_they_are_what_was_believed(self, asked: Asked, moment: dict[str, str], status: str) -> None:
        by_status = asked.json(path(VILLAGE, "/totals"), **moment)["total"]["by_status"]
        assert {word for word, amount in by_status.items() if amount["households"]} == {status}

    def test_they_are_refused_outside_the_scope_and_beyond_what_is_known(self, asked: Asked) -> None:
        assert asked.refusal(path(PROVINCE, "/totals"), COUNTY_OFFICER) == (403, [("E-AUTH-SCOPE", "code")])
        assert asked.json(path(VILLAGE, "/totals"), COUNTY_OFFICER)
        assert asked.refusal(path(COUNTY, "/totals"), as_of="2031-01-01", by="colour") == (
            422,
            [("E-CHOICE", "by"), ("E-DATE-FUTURE", "as_of")],
        )


def flows(document: Any, stock: str) -> dict[str, tuple[int, int]]:
    (found,) = (of for of in document["stocks"] if of["stock"] == stock)
    return {flow["kind"]: (flow["households"], flow["persons"]) for flow in found["flows"]}


class TestBalance:
    """Opening, flows, closing."""

    def test_the_month_of_an_exit_shows_it_on_both_sides(self, asked: Asked) -> None:
        balance = asked.json(path(COUNTY, "/balance"), period="2019-05")
        assert (balance["period"]["kind"], balance["period"]["cut_off"]) == ("MONTH", "2019-05-31T16:00:00.000000Z")
        assert flows(balance, "H1") == {"EXITED": (-1, -3)}
        assert flows(balance, "EXITED_WITH_POLICY") == {"EXITED": (1, 3)}
        by_stock = {stock["stock"]: stock for stock in balance["stocks"]}
        assert by_stock["H1"]["opening"] == {"households": 1, "persons": 3}
        assert by_stock["H1"]["closing"] == {"households": 0, "persons": 0}
        assert all(stock["holds"] for stock in balance["stocks"])
        assert balance["labels"]["flow_kind"]["EXITED"] == {"zh": "脱贫退出", "en": "Exited"}

    def test_every_month_holds_and_goes_on_where_the_last_ended(self, asked: Asked) -> None:
        months = [f"{year}-{month:02}" for year, month in [(2018, m) for m in range(10, 13)] + [(2019, m) for m in range(1, 8)]]
        before = None
        for month in months:
            stocks = asked.json(path(PROVINCE, "/balance"), period=month)["stocks"]
            assert all(stock["holds"] for stock in stocks)
            assert before in (None, [stock["opening"] for stock in stocks])
            before = [stock["closing"] for stock in stocks]

    def test_unless_said_it_is_the_last_week(self, asked: Asked) -> None:
        period = asked.json(path(COUNTY, "/balance"), COUNTY_OFFICER)["period"]
        assert (period["kind"], period["period"]) == ("WEEK", "2019-W34")

    @pytest.mark.parametrize("period", ["2019-08", "2018-W01", "2030-W10"])
    def test_a_period_that_has_not_ended_is_not_found(self, asked: Asked, period: str) -> None:
        assert asked.refusal(path(COUNTY, "/balance"), period=period) == (404, [("E-PERIOD-UNKNOWN", "period")])

    @pytest.mark.parametrize("period", ["2019", "week", "2019-W3", "2019-13-01", ""])
    def test_what_is_no_period_is_told_so(self, asked: Asked, period: str) -> None:
        _, faults = asked.refusal(path(COUNTY, "/balance"), period=period)
        assert faults == [("E-PERIOD-UNKNOWN", "period")]

    def test_outside_the_scope_it_is_refused(self, asked: Asked) -> None:
        assert asked.refusal(path(FAR_VILLAGE, "/balance"), COUNTY_OFFICER) == (403, [("E-AUTH-SCOPE", "code")])


class TestLedger:
    """One view per village."""

    @pytest.mark.parametrize(
        ("village", "household_id", "size"),
        [(VILLAGE, HOUSEHOLD, 3), (OTHER_VILLAGE, NEIGHBOUR, 2), (FAR_VILLAGE, FAR_HOUSEHOLD, 2)],
    )
    def test_it_has_those_who_live_there(self, asked: Asked, village: str, household_id: Any, size: int) -> None:
        ledger = asked.json(path(village, "/ledger"))
        assert (ledger["division"]["code"], ledger["households"], ledger["persons"]) == (village, 1, size)
        (line,) = ledger["lines"]
        assert (line["household_id"], line["size"]) == (str(household_id), size)
        assert line["ledger_entry"]["hukou_kind"] == "RURAL"
        assert ledger["labels"]["hukou_kind"]["RURAL"]["zh"] == "农村"

    def test_only_villages_have_one(self, asked: Asked) -> None:
        assert asked.refusal(path(TOWNSHIP, "/ledger")) == (422, [("E-DIVISION-LEVEL", "code")])

    def test_it_is_for_whoever_may_see_the_village(self, asked: Asked) -> None:
        clerk, helper = somebody("VILLAGE_CLERK", VILLAGE), somebody("HELPER", VILLAGE)
        assert asked.json(path(VILLAGE, "/ledger"), clerk)
        assert asked.refusal(path(OTHER_VILLAGE, "/ledger"), clerk) == (403, [("E-AUTH-SCOPE", "code")])
        assert asked.refusal(path(VILLAGE, "/ledger"), helper) == (403, [("E-AUTH-ROLE", "")])


class TestVisitFigures:
    """Home visits between two days."""

    def test_whom_nobody_visited_is_told(self, asked: Asked) -> None:
        answer = asked.json(path(PROVINCE, "/visit-figures"))
        assert (answer["first_day"], answer["last_day"]) == (day(331).isoformat(), day(360).isoformat())
        total = answer["total"]
        assert (total["visits"], total["handbook"]["percent"]) == (0, None)
        assert total["reached"] == {"numerator": 0, "denominator": 1, "percent": "0.0"}
        assert {child["code"]: child["reached"]["denominator"] for child in answer["children"]}[COUNTY] == 1

    def test_days_have_an_order_and_have_come(self, asked: Asked) -> None:
        reversed_days = {"from": day(20).isoformat(), "to": day(10).isoformat()}
        assert asked.refusal(path(COUNTY, "/visit-figures"), **reversed_days) == (422, [("E-DATE-ORDER", "from")])
        future = {"to": day(361).isoformat()}
        assert asked.refusal(path(COUNTY, "/visit-figures"), **future) == (422, [("E-DATE-FUTURE", "to")])
