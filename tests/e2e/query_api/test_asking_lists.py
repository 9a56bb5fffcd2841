"""Lists of households over HTTP: filters, scope, pages, moments, and the sheet."""

import csv
import io
from typing import Any

import pytest

from tests.support.asked import FAR_HOUSEHOLD, NEIGHBOUR, OF_THE_PROVINCE, Asked, somebody
from tests.support.histories import EXITED_ON, HELPER, RELAPSED_ON
from tests.support.scenario import COUNTY, FAR_VILLAGE, HOUSEHOLD, OTHER_VILLAGE, PROVINCE, TOWNSHIP, VILLAGE, day, noon_of

PATH = "/v1/households"
COUNTY_OFFICER = somebody("COUNTY_OFFICER", COUNTY)
ALL = {str(HOUSEHOLD), str(NEIGHBOUR), str(FAR_HOUSEHOLD)}


def ids(document: Any) -> list[str]:
    return [household["household_id"] for household in document["households"]]


class TestScope:
    """Within the actor's own division, and nowhere else."""

    def test_without_a_division_it_is_the_actors_own(self, asked: Asked) -> None:
        assert set(ids(asked.json(PATH))) == ALL
        of_the_county = asked.json(PATH, COUNTY_OFFICER)
        assert of_the_county["division"] == COUNTY
        assert set(ids(of_the_county)) == {str(HOUSEHOLD), str(NEIGHBOUR)}
        assert ids(asked.json(PATH, somebody("VILLAGE_CLERK", VILLAGE))) == [str(HOUSEHOLD)]

    def test_a_division_within_it_can_be_asked_for(self, asked: Asked) -> None:
        assert ids(asked.json(PATH, COUNTY_OFFICER, division=TOWNSHIP)) == [str(HOUSEHOLD)]
        assert ids(asked.json(PATH, division=FAR_VILLAGE)) == [str(FAR_HOUSEHOLD)]
        assert ids(asked.json(PATH, division="460100000000")) == []

    @pytest.mark.parametrize("place", [PROVINCE, "469024000000", FAR_VILLAGE])
    def test_a_division_outside_is_refused(self, asked: Asked, place: str) -> None:
        for more in ({}, {"as_of": "2019-01-01"}, {"Accept": "text/csv"}):
            assert asked.refusal(PATH, COUNTY_OFFICER, division=place, **more) == (403, [("E-AUTH-SCOPE", "division")])

    def test_a_division_that_there_is_not_is_refused(self, asked: Asked) -> None:
        assert asked.refusal(PATH, division="469030100999") == (422, [("E-DIVISION-UNKNOWN", "division")])
        assert asked.refusal(PATH, division="469030") == (422, [("E-FIELD-TYPE", "division")])

    def test_a_role_that_may_not_is_told_so_before_anything_else(self, asked: Asked) -> None:
        assert asked.refusal(PATH, somebody("HOSPITAL", PROVINCE), bad="1") == (403, [("E-AUTH-ROLE", "")])


class TestFilters:
    """What is asked for, and the words of the codes that come back."""

    @pytest.mark.parametrize(
        ("parameters", "found"),
        [
            ({"status": "REGISTERED"}, {str(HOUSEHOLD)}),
            ({"status": "NOT_REGISTERED,CLOSED"}, {str(NEIGHBOUR), str(FAR_HOUSEHOLD)}),
            ({"status": ["REGISTERED", "NOT_REGISTERED"]}, ALL),
            ({"overlay": "ACTIVE"}, set()),
            ({"spell_no": 2}, {str(HOUSEHOLD)}),
            ({"spell_no": 1}, set()),
            ({"entry_kind": "RELAPSE"}, {str(HOUSEHOLD)}),
            ({"cause": "ILLNESS,DISABILITY"}, {str(HOUSEHOLD)}),
            ({"attribute": "DIBAO"}, {str(HOUSEHOLD)}),
            ({"helper": HELPER}, {str(HOUSEHOLD)}),
            ({"helper": "nobody"}, set()),
            ({"visit_overdue_days": 30, "status": "REGISTERED"}, {str(HOUSEHOLD)}),
            ({"exited_from": day(0).isoformat(), "exited_to": day(360).isoformat()}, set()),  # it came back
            ({"status": "REGISTERED", "division": FAR_VILLAGE}, set()),
        ],
    )
    def test_every_condition_must_hold(self, asked: Asked, parameters: dict[str, Any], found: set[str]) -> None:
        assert set(ids(asked.json(PATH, **parameters))) == found

    def test_a_row_is_the_household_and_has_its_words(self, asked: Asked) -> None:
        listed = asked.json(PATH, division=VILLAGE)
        (row,) = listed["households"]
        household = asked.json(f"{PATH}/{HOUSEHOLD}")
        assert row == {name: household[name] for name in row}
        assert listed["labels"]["register_status"]["REGISTERED"]["zh"] == "在册未脱贫"
        assert listed["labels"]["division"][VILLAGE]["zh"] == "海南省 / 琼中黎族苗族自治县 / 营根镇 / 示例村"

    def test_every_fault_is_told_at_once(self, asked: Asked) -> None:
        faults = {"colour": "red", "status": "ASLEEP", "limit": "0", "sort": "name", "division": "469030100999"}
        status, told = asked.refusal(PATH, **faults, exited_from="2019-02-01", exited_to="2019-01-01", cursor="no")
        assert status == 422
        assert told == [
            ("E-FIELD-UNKNOWN", "colour"),
            ("E-CODE-UNKNOWN", "status"),
            ("E-CHOICE", "sort"),
            ("E-FIELD-RANGE", "limit"),
            ("E-DIVISION-UNKNOWN", "division"),
            ("E-DATE-ORDER", "exited_to"),
            ("E-CURSOR", "cursor"),
        ]

    def test_faults_are_told_in_the_clients_language_and_repeat_no_value(self, asked: Asked) -> None:
        for language, words in (("zh", "没有这个字段。"), ("en", "There is no such field.")):
            response = asked.get(PATH, Accept_Language=language, secret_of_somebody="13800000000")
            assert words in response.get_data(as_text=True)
            assert "13800000000" not in response.get_data(as_text=True)
            assert response.headers["Content-Language"] == language


class TestPages:
    """Cursors."""

    def test_pages_make_up_the_list(self, asked: Asked) -> None:
        for sort in ("division", "-division", "size", "-last_visit_on", "income_per_head"):
            whole = ids(asked.json(PATH, sort=sort))
            paged: list[str] = []
            more: dict[str, Any] = {}
            for _ in range(3):
                page = asked.json(PATH, sort=sort, limit=1, **more)
                paged += ids(page)
                more = {"cursor": page["next"]}
            assert page["next"] is None
            assert paged == whole
            assert set(whole) == ALL

    def test_a_cursor_belongs_to_its_question(self, asked: Asked) -> None:
        cursor = asked.json(PATH, limit=1)["next"]
        assert asked.json(PATH, limit=2, cursor=cursor)["households"]
        for other in ({"sort": "size"}, {"status": "REGISTERED"}, {"division": COUNTY}, {"as_of": "2019-01-01"}):
            assert asked.refusal(PATH, cursor=cursor, **other) == (422, [("E-CURSOR", "cursor")])

    def test_a_cursor_opens_no_scope(self, asked: Asked) -> None:
        cursor = asked.json(PATH, limit=1)["next"]
        assert str(FAR_HOUSEHOLD) not in ids(asked.json(PATH, COUNTY_OFFICER, cursor=cursor))


class TestMoments:
    """The list as it was."""

    def test_as_of_a_day(self, asked: Asked) -> None:
        listed = asked.json(PATH, as_of=EXITED_ON.isoformat(), status="EXITED_WITH_POLICY")
        assert ids(listed) == [str(HOUSEHOLD)]
        assert (listed["as_of"], listed["known_at"]) == (EXITED_ON.isoformat(), None)
        assert set(listed["households"][0]) == {"household_id", "division", "status", "overlay", "spell_no", "size"}
        assert ids(asked.json(PATH, as_of=RELAPSED_ON.isoformat(), spell_no=2)) == [str(HOUSEHOLD)]
        assert ids(asked.json(PATH, as_of="2018-01-01")) == []

    def test_as_known_at_an_instant(self, asked: Asked) -> None:
        before = noon_of(EXITED_ON).isoformat().replace("04:00:00", "03:59:59")
        assert ids(asked.json(PATH, known_at=before, status="PRE_EXIT")) == [str(HOUSEHOLD)]
        assert ids(asked.json(PATH, known_at=noon_of(EXITED_ON).isoformat(), status="EXITED_WITH_POLICY")) == [str(HOUSEHOLD)]
        assert asked.refusal(PATH, known_at="2030-01-01T00:00:00Z") == (422, [("E-KNOWN-AT", "known_at")])

    def test_what_history_does_not_know_cannot_be_asked_for(self, asked: Asked) -> None:
        now_only = {"cause": "ILLNESS", "attribute": "DIBAO", "helper": "u-1", "visit_overdue_days": 1, "sort": "size"}
        status, faults = asked.refusal(PATH, as_of="2019-01-01", **now_only)
        assert status == 422
        assert faults == [("E-FIELD-NOT-ALLOWED", name) for name in now_only]

    def test_pages_of_a_moment_make_up_its_list(self, asked: Asked) -> None:
        moment = {"as_of": "2019-01-01", "known_at": "2019-03-01T00:00:00Z"}
        first = asked.json(PATH, limit=2, **moment)
        second = asked.json(PATH, limit=2, cursor=first["next"], **moment)
        assert {*ids(first), *ids(second)} == ALL
        assert second["next"] is None


def sheet(response: Any) -> list[dict[str, str]]:
    """The rows of a sheet by their headings."""
    assert response.status_code == 200, response.get_data(as_text=True)
    text = response.get_data().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


class TestSheet:
    """The whole list as CSV."""

    def test_it_has_chinese_headings_and_words(self, asked: Asked) -> None:
        response = asked.get(PATH, Accept="text/csv")
        rows = {row["户编号"]: row for row in sheet(response)}
        assert set(rows) == ALL
        row = rows[str(HOUSEHOLD)]
        assert (row["在册状态代码"], row["在册状态"]) == ("REGISTERED", "在册未脱贫")
        place = [row[heading] for heading in ("区划代码", "县（市、区）", "乡镇", "村")]
        assert place == [VILLAGE, "琼中黎族苗族自治县", "营根镇", "示例村"]
        assert (row["人均纯收入（元）"], row["家庭人口"], row["实施中措施类别"]) == ("3000.00", "3", "健康扶贫")
        assert rows[str(NEIGHBOUR)]["帮扶责任人编号"] == ""
        assert response.headers["Content-Language"] == "zh"
        assert {name.lower() for name in response.vary} == {"accept", "accept-language"}

    def test_or_english_ones(self, asked: Asked) -> None:
        response = asked.get(PATH, Accept="text/csv", Accept_Language="en-GB,en;q=0.9,zh;q=0.1", division=VILLAGE)
        (row,) = sheet(response)
        assert (row["Status code"], row["Status"], row["Main cause"]) == ("REGISTERED", "Registered, not yet exited", "Illness")
        assert row["County"] == "Qiongzhong Li and Miao Autonomous County"
        assert response.headers["Content-Disposition"] == f'attachment; filename="households-{VILLAGE}.csv"'

    def test_it_says_how_long_it_is_and_begins_with_a_mark(self, asked: Asked) -> None:
        response = asked.get(PATH, Accept="text/csv")
        data = response.get_data()
        assert data.startswith(b"\xef\xbb\xbf")
        assert response.content_length == len(data)
        assert response.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"

    def test_it_is_filtered_ordered_and_of_a_moment_like_any_list(self, asked: Asked) -> None:
        rows = sheet(asked.get(PATH, Accept="text/csv", as_of=EXITED_ON.isoformat(), status="EXITED_WITH_POLICY"))
        told = [(row["户编号"], row["在册状态代码"], row["家庭人口"]) for row in rows]
        assert told == [(str(HOUSEHOLD), "EXITED_WITH_POLICY", "3")]
        listed = ids(asked.json(PATH, sort="-size"))
        assert [row["户编号"] for row in sheet(asked.get(PATH, Accept="text/csv", sort="-size"))] == listed

    def test_it_is_whole_and_has_no_pages(self, asked: Asked) -> None:
        cursor = asked.json(PATH, limit=1)["next"]
        refused = asked.refusal(PATH, Accept="text/csv", limit=1, cursor=cursor)
        assert refused == (422, [("E-FIELD-NOT-ALLOWED", "limit"), ("E-FIELD-NOT-ALLOWED", "cursor")])

    def test_what_can_be_had_is_offered(self, asked: Asked) -> None:
        for accept in ("application/json", "*/*", "text/html, */*;q=0.1", "text/csv;q=0.5, application/json"):
            assert asked.get(PATH, Accept=accept).mimetype == "application/json"
        assert asked.get(PATH, Accept="text/csv, application/json;q=0.5").mimetype == "text/csv"
        response = asked.get(PATH, Accept="application/xml")
        assert (response.status_code, response.get_json()["code"]) == (406, "E-ACCEPT")
        assert "text/csv" in response.get_json()["detail"]

    def test_the_ledger_is_a_sheet_too(self, asked: Asked) -> None:
        (row,) = sheet(asked.get(f"/v1/divisions/{OTHER_VILLAGE}/ledger", OF_THE_PROVINCE, Accept="text/csv"))
        assert (row["户编号"], row["台账登记人口"], row["户籍类型"]) == (str(NEIGHBOUR), "2", "农村")
