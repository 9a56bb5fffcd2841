"""One household over HTTP: now, at a moment, its timeline, spells and measures; who sees it; reading one's own write."""

import re
import threading
import time
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.support.api_client import Api
from tests.support.asked import FAR_HOUSEHOLD, NEIGHBOUR, NOBODY, OF_THE_PROVINCE, Asked, somebody
from tests.support.hand_set_register import give
from tests.support.histories import EXITED_ON, HELPER, REGISTERED_ON, RELAPSED_ON
from tests.support.lived_register import enter, until
from tests.support.scenario import COUNTY, HOUSEHOLD, OTHER_VILLAGE, TOWNSHIP, VILLAGE, day, noon_of

PATH = f"/v1/households/{HOUSEHOLD}"
PARTS = ("", "/timeline", "/spells", "/measures")
ELSEWHERE = somebody("COUNTY_OFFICER", "469024000000")


class TestNow:
    """Everything that is known of it."""

    def test_it_is_what_its_life_has_made_of_it(self, asked: Asked) -> None:
        household = asked.json(PATH)
        expected = {
            "household_id": str(HOUSEHOLD),
            "division": VILLAGE,
            "status": "REGISTERED",
            "overlay": "NONE",
            "size": 3,
            "spell_no": 2,
            "entry_kind": "RELAPSE",
            "spell_started_on": RELAPSED_ON.isoformat(),
            "attribute": "DIBAO",
            "main_cause": "ILLNESS",
            "other_causes": [],
            "helper_id": HELPER,
            "live_measures": 1,
            "live_categories": ["HEALTH"],
            "income_per_head": "3000.00",
            "unmet_guarantees": [],
        }
        assert {name: household[name] for name in expected} == expected
        assert household["head_id"] in {person["person_id"] for person in household["members"]}
        assert [place["code"] for place in household["place"]] == ["460000000000", COUNTY, TOWNSHIP, VILLAGE]
        assert [spell["end_kind"] for spell in household["spells"]] == ["EXITED", None]
        assert household["former_members"] == []
        assert household["ledger_entry"]["size"] == 3

    def test_its_codes_have_their_words_in_both_languages(self, asked: Asked) -> None:
        labels = asked.json(PATH)["labels"]
        assert labels["register_status"] == {"REGISTERED": {"zh": "在册未脱贫", "en": "Registered, not yet exited"}}
        assert labels["relation"]["SPOUSE"]["zh"] == "配偶"
        assert labels["measure_state"]["LIVE"]["en"] == "Live"

    def test_nothing_of_it_is_an_id_number(self, asked: Asked) -> None:
        for part in PARTS:
            text = asked.get(PATH + part).get_data(as_text=True)
            assert not re.search(r"469999\d{11}[\dX]", text)


class TestAtAMoment:
    """What was true on a day, by what was known at an instant."""

    @pytest.mark.parametrize(
        ("on", "status", "spell_no"),
        [
            (day(0), "NOT_REGISTERED", None),
            (REGISTERED_ON, "REGISTERED", 1),
            (EXITED_ON, "EXITED_WITH_POLICY", 1),
            (RELAPSED_ON, "RELAPSED", 2),
            (day(360), "REGISTERED", 2),
        ],
    )
    def test_as_of_a_day_it_was_what_it_was(self, asked: Asked, on: Any, status: str, spell_no: int | None) -> None:
        then = asked.json(PATH, as_of=on.isoformat())
        assert (then["status"], then["spell_no"], then["division"]) == (status, spell_no, VILLAGE)
        assert (then["as_of"], then["known_at"]) == (on.isoformat(), None)
        assert status in then["labels"]["register_status"]

    def test_before_it_was_in_the_register_it_has_no_status(self, asked: Asked) -> None:
        then = asked.json(PATH, as_of="2018-01-01")
        assert (then["status"], then["division"], then["place"], then["size"]) == ("NONE", None, [], 0)

    def test_known_at_alone_asks_about_its_own_day(self, asked: Asked) -> None:
        then = asked.json(PATH, known_at=f"{EXITED_ON.isoformat()}T09:00:00+08:00")
        assert (then["as_of"], then["status"]) == (EXITED_ON.isoformat(), "PRE_EXIT")  # it was recorded at noon
        assert then["known_at"] == f"{EXITED_ON.isoformat()}T01:00:00.000000Z"

    def test_what_was_not_known_yet_is_not_told(self, asked: Asked) -> None:
        earlier = noon_of(day(230)).isoformat()
        assert asked.json(PATH, as_of=day(225).isoformat(), known_at=earlier)["status"] == "PRE_EXIT"
        assert asked.json(PATH, as_of=day(225).isoformat())["status"] == "PRE_EXIT"
        assert asked.json(PATH, known_at=noon_of(day(-1)).isoformat())["status"] == "NONE"

    def test_a_day_that_has_not_come_is_refused(self, asked: Asked) -> None:
        tomorrow = day(361).isoformat()
        assert asked.refusal(PATH, as_of=tomorrow) == (422, [("E-DATE-FUTURE", "as_of")])
        assert asked.json(PATH, as_of=day(360).isoformat())

    def test_a_day_that_had_not_come_by_then_is_refused_too(self, asked: Asked) -> None:
        known_at = noon_of(day(100)).isoformat()
        assert asked.refusal(PATH, as_of=day(101).isoformat(), known_at=known_at) == (422, [("E-DATE-FUTURE", "as_of")])
        assert asked.json(PATH, as_of=day(100).isoformat(), known_at=known_at)

    def test_beyond_what_is_known_is_refused_with_what_is_known(self, asked: Asked) -> None:
        known_before = asked.json("/v1/ready", None)["known_before"]
        response = asked.get(PATH, known_at=known_before)
        assert response.status_code == 422
        (fault,) = response.get_json()["violations"]
        assert (fault["code"], fault["params"]["known"]) == ("E-KNOWN-AT", known_before)
        just_before = datetime.fromisoformat(known_before) - timedelta(microseconds=1)
        assert asked.json(PATH, known_at=just_before.isoformat())["status"] == "REGISTERED"

    def test_both_faults_are_told_at_once(self, asked: Asked) -> None:
        status, faults = asked.refusal(PATH, as_of="2030-01-01", known_at="2029-01-01T00:00:00Z", min_version="x")
        assert status == 422
        assert faults == [("E-FIELD-TYPE", "min_version"), ("E-KNOWN-AT", "known_at"), ("E-DATE-FUTURE", "as_of")]


class TestParts:
    """Timeline, spells and measures."""

    def test_the_timeline_says_what_was_corrected(self, asked: Asked) -> None:
        timeline = asked.json(f"{PATH}/timeline")
        events = timeline["events"]
        assert [event["version"] for event in events] == list(range(1, timeline["version"] + 1))
        wrong = next(event for event in events if event["replaced_by"] is not None)
        right = events[wrong["replaced_by"] - 1]
        assert right["corrects"] == wrong["event_id"]
        assert wrong["event_type"] == right["event_type"] == "household.home_checked"
        assert (wrong["body"]["medical_self_paid"], right["body"]["medical_self_paid"]) == ("0.00", "1500.00")
        assert wrong["effective_on"] == right["effective_on"] == day(2).isoformat()
        assert right["recorded_at"] > wrong["recorded_at"]

    def test_the_timeline_has_the_words_of_its_codes(self, asked: Asked) -> None:
        timeline = asked.json(f"{PATH}/timeline")
        identified = next(event for event in timeline["events"] if event["event_type"] == "household.household_identified")
        assert identified["event_label"] == {"zh": "公告纳入", "en": "Household identified"}
        assert identified["body"]["main_cause"] == "ILLNESS"
        assert timeline["labels"]["poverty_cause"]["ILLNESS"] == {"zh": "因病", "en": "Illness"}
        assert timeline["labels"]["role"]["COUNTY_OFFICER"]["en"]
        assert timeline["labels"]["register_status"]["IN_IDENTIFICATION"]

    def test_pages_of_the_timeline_make_it_up(self, asked: Asked) -> None:
        whole = asked.json(f"{PATH}/timeline")["events"]
        paged, after = [], 0
        while after is not None:
            page = asked.json(f"{PATH}/timeline", after_version=after, limit=10)
            paged += page["events"]
            after = page["next"]
        assert paged == whole

    def test_spells_are_those_of_its_life(self, asked: Asked) -> None:
        spells = asked.json(f"{PATH}/spells")["spells"]
        first, second = ({name: spell[name] for name in ("entry_kind", "started_on", "ended_on")} for spell in spells)
        assert first == {"entry_kind": "NEW", "started_on": REGISTERED_ON.isoformat(), "ended_on": EXITED_ON.isoformat()}
        assert second == {"entry_kind": "RELAPSE", "started_on": RELAPSED_ON.isoformat(), "ended_on": None}

    def test_measures_can_be_asked_for_by_state(self, asked: Asked) -> None:
        assert len(asked.json(f"{PATH}/measures")["measures"]) == 1
        assert asked.json(f"{PATH}/measures", state="LIVE,COMPLETED")["measures"][0]["category"] == "HEALTH"
        assert asked.json(f"{PATH}/measures", state="STOPPED")["measures"] == []
        assert asked.refusal(f"{PATH}/measures", state="ASLEEP") == (422, [("E-CODE-UNKNOWN", "state")])


class TestWhoSeesIt:
    """Whoever's division covers its village; for everybody else it does not exist."""

    @pytest.mark.parametrize("part", PARTS)
    def test_what_one_may_not_see_is_answered_like_what_does_not_exist(self, asked: Asked, part: str) -> None:
        answers = []
        for who, household_id in ((ELSEWHERE, HOUSEHOLD), (ELSEWHERE, NOBODY), (OF_THE_PROVINCE, NOBODY)):
            response = asked.get(f"/v1/households/{household_id}{part}", who)
            problem = response.get_json()
            assert problem.pop("instance") == f"urn:uuid:{response.headers['X-Correlation-ID']}"
            headers = sorted(name for name, _ in response.headers)
            answers.append((response.status_code, problem, headers))
        assert answers[0] == answers[1] == answers[2]
        assert answers[0][0] == 404
        assert answers[0][1]["code"] == "E-HOUSEHOLD-UNKNOWN"

    def test_a_version_that_it_has_is_no_way_to_find_out(self, asked: Asked) -> None:
        for household_id in (HOUSEHOLD, NOBODY):
            response = asked.get(f"/v1/households/{household_id}", ELSEWHERE, min_version=1, max_wait_s=0)
            assert (response.status_code, response.get_json()["code"]) == (503, "E-NOT-YET")

    def test_a_validator_is_no_way_to_find_out(self, asked: Asked) -> None:
        assert asked.get(PATH, ELSEWHERE, If_None_Match="*").status_code == 404

    def test_a_moment_is_no_way_to_find_out(self, asked: Asked) -> None:
        for household_id in (HOUSEHOLD, NOBODY):
            assert asked.refusal(f"/v1/households/{household_id}", ELSEWHERE, as_of="2019-01-01") == (
                404,
                [("E-HOUSEHOLD-UNKNOWN", "")],
            )

    @pytest.mark.parametrize(
        ("role", "division"),
        [("VILLAGE_CLERK", VILLAGE), ("TOWNSHIP_OFFICER", TOWNSHIP), ("COUNTY_OFFICER", COUNTY), ("AUDITOR", "460000000000")],
    )
    def test_those_whose_division_covers_it_see_it(self, asked: Asked, role: str, division: str) -> None:
        assert asked.json(PATH, somebody(role, division))["household_id"] == str(HOUSEHOLD)

    def test_an_agency_may_not_ask(self, asked: Asked) -> None:
        assert asked.refusal(PATH, somebody("AGENCY", "460000000000")) == (403, [("E-AUTH-ROLE", "")])

    def test_without_a_token_nobody_is_answered(self, asked: Asked) -> None:
        assert asked.refusal(PATH, None) == (401, ["E-AUTH-TOKEN"])


class TestValidators:
    """ETag is the household's version: 304 to who has it, and good for the commands' If-Match."""

    @pytest.mark.parametrize("part", PARTS)
    def test_who_has_the_version_gets_no_body(self, asked: Asked, part: str) -> None:
        response = asked.get(PATH + part)
        tag = response.headers["ETag"]
        assert tag == f'"{response.get_json()["version"]}"'
        for known in (tag, f"W/{tag}", f'"0", {tag}', "*"):
            again = asked.get(PATH + part, If_None_Match=known)
            assert (again.status_code, again.get_data(), again.headers["ETag"]) == (304, b"", tag)
        assert asked.get(PATH + part, If_None_Match='"1"').status_code == 200

    def test_answers_are_kept_by_nobody_between(self, asked: Asked) -> None:
        assert asked.get(PATH).headers["Cache-Control"] == "private, no-cache"


class TestReadingOnesOwnWrite:
    """`min_version` waits for the read model, as long as it may."""

    def test_it_waits_until_the_version_is_there(self, young: Api) -> None:
        asked, path = Asked(young), f"/v1/households/{NEIGHBOUR}"
        version = asked.json(path)["version"]
        until(young, 1)
        answers: list[Any] = []
        waits = threading.Thread(target=lambda: answers.append(asked.get(path, min_version=version + 1, max_wait_s=10)))
        waits.start()
        time.sleep(0.2)
        assert answers == []
        give(young.side, [enter(NEIGHBOUR, OTHER_VILLAGE, size=3)])
        young.flow()
        waits.join(10)
        assert answers[0].status_code == 200
        assert answers[0].get_json()["size"] == 3
        assert answers[0].get_json()["version"] == version + 1

    def test_it_waits_for_a_household_that_is_new(self, young: Api) -> None:
        asked, path = Asked(young), f"/v1/households/{FAR_HOUSEHOLD}"
        assert asked.refusal(path) == (404, [("E-HOUSEHOLD-UNKNOWN", "")])
        assert asked.refusal(path, min_version=1, max_wait_s=0) == (503, ["E-NOT-YET"])

    def test_it_gives_up_and_says_when_to_try_again(self, asked: Asked) -> None:
        version = asked.json(PATH)["version"]
        began = time.monotonic()
        response = asked.get(PATH, min_version=version + 1, max_wait_s=1)
        assert 0.9 < time.monotonic() - began < 5
        assert (response.status_code, response.get_json()["code"]) == (503, "E-NOT-YET")
        assert response.headers["Retry-After"] == "1"

    def test_what_is_there_is_not_waited_for(self, asked: Asked) -> None:
        version = asked.json(PATH)["version"]
        for part in PARTS:
            assert asked.json(PATH + part, min_version=version)

    def test_nobody_waits_for_ever(self, asked: Asked) -> None:
        assert asked.refusal(PATH, min_version=1, max_wait_s=11) == (422, [("E-FIELD-RANGE", "max_wait_s")])
