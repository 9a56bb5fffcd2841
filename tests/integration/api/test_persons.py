"""Personal data over HTTP: into the vault and out of it, by whom, for what, and gone for ever."""

import dataclasses
from typing import Any
from uuid import UUID, uuid4

import pytest

from registry.household.ledger import RecordLedgerHousehold
from registry.household.members import AddMember, RegisterMembers, RemoveMember
from registry.household.relocation import RelocateHousehold
from registry.vault.refusal import VaultUnavailable
from tests.support.api_client import Api, a_person
from tests.support.hand_set_register import actor_of
from tests.support.histories import do, grown_up
from tests.support.planted_faults import Crash, failing
from tests.support.scenario import HOUSEHOLD, OTHER_VILLAGE, VILLAGE, actor, by, day

CLERK = actor("VILLAGE_CLERK")
COUNTY = actor("COUNTY_OFFICER")
STRANGER = {**actor("COUNTY_OFFICER", 7), "division": "469024000000"}
NEIGHBOUR = {**actor("VILLAGE_CLERK", 8), "division": OTHER_VILLAGE}
PROVINCE = {**actor("PROVINCE_OFFICER"), "division": "460000000000"}
AUDITOR = {**actor("AUDITOR"), "division": "460000000000"}
NAME = {"purpose": "HOME_VISIT", "fields": ["name"]}


def codes(response: Any) -> list[tuple[str, str]]:
    return [(v["code"], v["field"]) for v in response.get_json()["violations"]]


def read(api: Api, person_id: UUID, who: Any, **body: Any) -> Any:
    return api.post(f"/v1/persons/{person_id}/read", who, {**NAME, **body})


def live_person(api: Api, number: int = 1) -> UUID:
    """Somebody who is the head of the tests' household."""
    person_id = api.person(number)
    head = dataclasses.replace(grown_up(number, "HEAD"), person_id=person_id)
    api.give(
        do(RecordLedgerHousehold, day(0), division=VILLAGE, size=1, labour_count=1), do(RegisterMembers, day(0), members=(head,))
    )
    return person_id


class TestRegistering:
    def test_a_person_gets_an_id_and_what_the_register_may_keep_of_the_number(self, api: Api) -> None:
        response = api.post("/v1/persons", CLERK, a_person(33))
        document = response.get_json()
        assert response.status_code == 201
        assert document == {"person_id": document["person_id"], "new": True, "birth_month": "1980-05-01", "sex": "MALE"}
        assert UUID(document["person_id"]).version == 7

    def test_the_same_number_is_the_same_person_and_changes_nothing(self, api: Api) -> None:
        person_id = api.person(33)
        again = api.post("/v1/persons", CLERK, {**a_person(33), "name": "改名"})
        assert (again.status_code, again.get_json()["person_id"], again.get_json()["new"]) == (200, str(person_id), False)
        assert read(api, person_id, CLERK, unmasked=True).get_json()["fields"] == {"name": "某33"}

    def test_everything_that_is_wrong_is_told_at_once_and_no_value_is_repeated(self, api: Api) -> None:
        wrong = {"name": " ", "id_number": "469999198013450331", "phone": "1\n2", "address": "x" * 300}
        response = api.post("/v1/persons", CLERK, wrong)
        assert codes(response) == [
            ("E-FIELD-MISSING", "name"),
            ("E-FIELD-TYPE", "phone"),
            ("E-FIELD-TOO-LONG", "address"),
            ("E-ID-CHECKSUM", "id_number"),
            ("E-ID-BIRTHDATE", "id_number"),
        ]
        assert not any(str(value) in response.get_data(as_text=True) for value in wrong.values() if value.strip())

    @pytest.mark.parametrize("field", ["name", "id_number"])
    def test_what_is_no_text_is_refused(self, api: Api, field: str) -> None:
        assert codes(api.post("/v1/persons", CLERK, {**a_person(1), field: 7})) == [("E-FIELD-TYPE", field)]

    def test_a_purpose_that_is_none_is_refused_without_being_repeated(self, api: Api) -> None:
        response = api.post("/v1/persons", CLERK, {**a_person(1), "purpose": "好奇"})
        assert codes(response) == [("E-CODE-UNKNOWN", "purpose")]
        assert "好奇" not in response.get_data(as_text=True)


class TestReading:
    def test_data_are_masked_unless_the_whole_is_asked_for(self, api: Api) -> None:
        person_id = api.person(33, phone="13800000000")
        fields = ["name", "id_number", "phone", "account"]
        masked = read(api, person_id, CLERK, fields=fields).get_json()
        assert masked["masked"] is True
        assert masked["fields"] == {
            "name": "某*3",
            "id_number": f"4{16 * '*'}{a_person(33)['id_number'][-1]}",
            "phone": "1*********0",
        }
        whole = read(api, person_id, CLERK, fields=fields, unmasked=True).get_json()
        assert whole["fields"] == {"name": "某33", "id_number": a_person(33)["id_number"], "phone": "13800000000"}

    def test_no_proxy_keeps_the_answer(self, api: Api) -> None:
        assert read(api, api.person(33), CLERK).headers["Cache-Control"] == "no-store"

    def test_a_purpose_is_needed(self, api: Api) -> None:
        path = f"/v1/persons/{api.person(33)}/read"
        assert codes(api.post(path, CLERK, {"fields": ["name"]})) == [("E-FIELD-MISSING", "purpose")]
        assert codes(api.post(path, CLERK, {"fields": ["name"], "purpose": "TEA"})) == [("E-CODE-UNKNOWN", "purpose")]

    def test_fields_are_named_and_exist(self, api: Api) -> None:
        path = f"/v1/persons/{api.person(33)}/read"
        assert codes(api.post(path, CLERK, {"purpose": "AUDIT", "fields": []})) == [("E-FIELD-MISSING", "fields")]
        wrong = {"purpose": "AUDIT", "fields": ["name", "46999919800101001X"]}
        assert codes(api.post(path, CLERK, wrong)) == [("E-FIELD-UNKNOWN", "fields[1]")]

    def test_whom_the_vault_does_not_know_is_not_found(self, api: Api) -> None:
        response = read(api, uuid4(), CLERK)
        assert (response.status_code, response.get_json()["code"]) == (404, "E-NOT-FOUND")

    def test_every_read_is_told_to_whoever_may_ask_who_looked(self, api: Api) -> None:
        person_id = live_person(api)
        read(api, person_id, COUNTY, purpose="COMPLAINT", fields=["phone", "name"])
        response = api.get(f"/v1/persons/{person_id}/accesses", AUDITOR)
        registered, looked = response.get_json()["accesses"]
        assert (registered["action"], registered["user_id"]) == ("REGISTER", CLERK["id"])
        assert looked == {
            "seq": 2,
            "at": "2018-09-04T04:00:00+00:00",
            "user_id": COUNTY["id"],
            "role": "COUNTY_OFFICER",
            "organisation": COUNTY["org"],
            "division": COUNTY["division"],
            "action": "READ",
            "purpose": "COMPLAINT",
            "fields": ["name", "phone"],
            "others": 0,
        }

    def test_a_refused_read_leaves_nothing_in_the_log(self, api: Api) -> None:
        person_id = live_person(api)
        read(api, person_id, STRANGER)
        assert len(api.side.vault.accesses_of(person_id)) == 1


class TestPlaces:
    """Who may: whose division covers where the person is on the register."""

    def test_of_a_member_where_the_household_is(self, api: Api) -> None:
        person_id = live_person(api)
        assert read(api, person_id, CLERK).status_code == 200
        assert read(api, person_id, COUNTY).status_code == 200
        for who in (STRANGER, NEIGHBOUR):
            response = read(api, person_id, who)
            assert (response.status_code, response.get_json()["code"]) == (403, "E-AUTH-SCOPE")

    def test_with_the_household_the_right_moves(self, api: Api) -> None:
        person_id = live_person(api)
        api.give(by(COUNTY, do(RelocateHousehold, day(1), to_division=OTHER_VILLAGE)))
        assert read(api, person_id, CLERK).status_code == 403
        assert read(api, person_id, NEIGHBOUR).status_code == 200

    def test_of_somebody_who_left_where_they_were_last(self, api: Api) -> None:
        person_id, other = live_person(api), api.person(2)
        second = dataclasses.replace(grown_up(2, "SPOUSE", sex="FEMALE"), person_id=other)
        api.give(
            by(CLERK, do(AddMember, day(1), member=second, reason_code="MARRIED_IN")),
            by(CLERK, do(RemoveMember, day(2), person_id=other, reason_code="MARRIED_OUT")),
        )
        assert read(api, other, CLERK).status_code == 200
        assert read(api, other, STRANGER).status_code == 403
        assert read(api, person_id, CLERK).status_code == 200

    def test_of_somebody_whom_no_household_has_taken_in_the_office_that_registered_them(self, api: Api) -> None:
        person_id = api.person(33, CLERK)
        assert read(api, person_id, CLERK).status_code == 200
        assert read(api, person_id, COUNTY).status_code == 200
        assert read(api, person_id, NEIGHBOUR).status_code == 403
        assert api.ask("PATCH", f"/v1/persons/{person_id}", NEIGHBOUR, {"changes": {"phone": None}}).status_code == 403

    def test_a_role_that_may_not_read_is_told_so_first(self, api: Api) -> None:
        response = read(api, uuid4(), PROVINCE)
        assert (response.status_code, response.get_json()["code"]) == (403, "E-AUTH-ROLE")

    def test_an_auditor_of_a_county_sees_the_reads_of_that_county(self, api: Api) -> None:
        person_id = live_person(api)
        assert api.get(f"/v1/persons/{person_id}/accesses", {**AUDITOR, "division": COUNTY["division"]}).status_code == 200
        assert api.get(f"/v1/persons/{person_id}/accesses", {**AUDITOR, "division": STRANGER["division"]}).status_code == 403


class TestCorrecting:
    def change(self, api: Api, person_id: UUID, changes: Any, **more: Any) -> Any:
        return api.ask("PATCH", f"/v1/persons/{person_id}", CLERK, {"changes": changes, **more})

    def test_fields_are_changed_and_taken_away_and_doing_it_again_changes_nothing(self, api: Api) -> None:
        person_id = api.person(33, phone="13800000000", address="某村1号")
        for _ in range(2):
            assert self.change(api, person_id, {"name": "某某某", "phone": None}).status_code == 204
        fields = read(api, person_id, CLERK, fields=["name", "phone", "address"], unmasked=True).get_json()["fields"]
        assert fields == {"name": "某某某", "address": "某村1号"}

    def test_what_is_wrong_is_told_by_its_place_in_the_body(self, api: Api) -> None:
        person_id = api.person(33)
        wrong = {"name": None, "phone": 7, "id_number": "1"}
        assert codes(self.change(api, person_id, wrong)) == [
            ("E-FIELD-MISSING", "changes.name"),
            ("E-FIELD-TYPE", "changes.phone"),
            ("E-ID-LENGTH", "changes.id_number"),
        ]
        assert codes(self.change(api, person_id, {})) == [("E-FIELD-MISSING", "changes")]
        unknown = codes(self.change(api, person_id, {"nickname": "x", "46999919800101001X": "x"}))
        assert unknown == [("E-FIELD-UNKNOWN", "changes.nickname"), ("E-FIELD-UNKNOWN", "changes.?")]
        assert codes(self.change(api, person_id, {"phone": "1"}, purpose="TEA")) == [("E-CODE-UNKNOWN", "purpose")]

    def test_somebody_elses_number_is_refused(self, api: Api) -> None:
        person_id, _ = api.person(33), api.person(35)
        assert codes(self.change(api, person_id, {"id_number": a_person(35)["id_number"]})) == [
            ("E-ID-TAKEN", "changes.id_number")
        ]


class TestErasing:
    body = {"reason": "PURPOSE_ENDED", "effective_on": "2018-09-04"}  # noqa: RUF012

    def erase(self, api: Api, person_id: UUID, who: Any = PROVINCE, **headers: str) -> Any:
        return api.post(f"/v1/persons/{person_id}/erase", who, self.body, **headers)

    def test_the_data_are_gone_the_event_tells_it_and_the_household_stays(self, api: Api) -> None:
        person_id = live_person(api)
        response = self.erase(api, person_id)
        assert (response.status_code, [e["type"] for e in response.get_json()["events"]]) == (
            200,
            ["person.personal_data_erased"],
        )
        gone = read(api, person_id, CLERK)
        assert (gone.status_code, codes(gone)) == (422, [("E-PERSON-ERASED", "person_id")])
        assert self.change_name(api, person_id) == [("E-PERSON-ERASED", "person_id")]
        assert api.side.service.new_loader().household(HOUSEHOLD).size == 1
        assert [a.access.action for a in api.side.vault.accesses_of(person_id)] == ["REGISTER", "ERASE", "READ"]

    def change_name(self, api: Api, person_id: UUID) -> list[tuple[str, str]]:
        return codes(api.ask("PATCH", f"/v1/persons/{person_id}", CLERK, {"changes": {"name": "某"}}))

    def test_somebody_who_never_was_a_member_is_erased_too(self, api: Api) -> None:
        assert self.erase(api, api.person(33)).status_code == 201

    def test_erasing_again_records_nothing_more(self, api: Api) -> None:
        person_id = live_person(api)
        self.erase(api, person_id)
        again = self.erase(api, person_id)
        assert (again.status_code, again.get_json()["events"]) == (200, [])

    def test_sent_again_under_its_key_it_gives_the_first_answer(self, api: Api) -> None:
        person_id = live_person(api)
        first, again = (self.erase(api, person_id, Idempotency_Key="erase-1") for _ in range(2))
        assert again.get_json() == first.get_json()
        assert again.headers["Idempotency-Replayed"] == "true"

    @pytest.mark.parametrize(
        ("change", "code"), [({"effective_on": "2018-09-05"}, "E-DATE-FUTURE"), ({"reason": "TIDINESS"}, "E-CODE-UNKNOWN")]
    )
    def test_what_refuses_it_refuses_before_anything_is_destroyed(self, api: Api, change: dict[str, str], code: str) -> None:
        person_id = live_person(api)
        response = api.post(f"/v1/persons/{person_id}/erase", PROVINCE, {**self.body, **change})
        assert (response.status_code, response.get_json()["code"]) == (422, code)
        assert read(api, person_id, CLERK).status_code == 200

    def test_only_the_province_may_and_only_within_its_division(self, api: Api) -> None:
        person_id = live_person(api)
        assert self.erase(api, person_id, COUNTY).get_json()["code"] == "E-AUTH-ROLE"
        elsewhere = {**PROVINCE, "division": STRANGER["division"]}
        assert self.erase(api, person_id, elsewhere).get_json()["code"] == "E-AUTH-SCOPE"
        assert read(api, person_id, CLERK).status_code == 200

    def test_a_stale_version_stops_it_before_anything_is_destroyed(self, api: Api) -> None:
        person_id = live_person(api)
        assert self.erase(api, person_id, If_Match='"7"').status_code == 412
        assert read(api, person_id, CLERK).status_code == 200

    def test_where_the_vault_fails_nothing_is_told(self, api: Api) -> None:
        person_id = live_person(api)
        with failing(api.side.vault, "erase", VaultUnavailable("locked")):
            response = self.erase(api, person_id)
        assert (response.status_code, response.get_json()["code"]) == (503, "E-VAULT-UNAVAILABLE")
        assert response.headers["Retry-After"] == "1"
        assert "person.personal_data_erased" not in [e.TOPIC for e in api.side.store.get(person_id)]
        assert self.erase(api, person_id).status_code == 200

    @pytest.mark.parametrize("key", ["erase-1", None])
    def test_cut_off_between_vault_and_event_it_is_mended_by_sending_it_again(self, api: Api, key: str | None) -> None:
        person_id = live_person(api)
        headers = {} if key is None else {"Idempotency_Key": key}
        with failing(api.side.application, "save", Crash()), pytest.raises(Crash):
            self.erase(api, person_id, **headers)
        assert api.side.vault.read([person_id], actor_of(CLERK), "AUDIT", ["name"]) == {}
        assert "person.personal_data_erased" not in [e.TOPIC for e in api.side.store.get(person_id)]
        mended = self.erase(api, person_id, **headers)
        assert [e["type"] for e in mended.get_json()["events"]] == ["person.personal_data_erased"]
