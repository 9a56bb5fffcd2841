"""The schema registry: what is frozen is served, every name leads somewhere, nobody writes, strangers' bodies do no harm."""

import hashlib
import json
from typing import Any

import pytest

from projections.schema_registry.sent_schema import BODY_BYTES_MAX
from schemas.catalogue import EventSchema, registry_catalogue
from schemas.envelope import without_docs
from tests.support.api_client import Api

CATALOGUE = registry_catalogue()
CHANGED = CATALOGUE.latest("public.household_changed")
SUBJECT = "household.changes-value"
MEDIA = "application/vnd.schemaregistry.v1+json"
FOR_EVER, ASK_AGAIN, NOT_AT_ALL = "public, max-age=31536000, immutable", "public, no-cache", "no-store"


def told(api: Api, path: str) -> Any:
    """A good answer."""
    answer = api.get(path, None)
    assert (answer.status_code, answer.mimetype) == (200, MEDIA), path
    return answer.get_json(force=True)


def refused(api: Api, method: str, path: str, body: Any = None) -> tuple[int, int]:
    """Status and error code."""
    answer = api.ask(method, path, None, body)
    assert (answer.mimetype, answer.headers["Cache-Control"]) == (MEDIA, NOT_AT_ALL)
    document = answer.get_json(force=True)
    assert set(document) == {"error_code", "message"}
    assert document["message"]
    return answer.status_code, document["error_code"]


def looked_up(api: Api, definition: Any, subject: str = SUBJECT) -> Any:
    answer = api.post(f"/subjects/{subject}", None, {"schema": json.dumps(definition)})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json(force=True)


class TestSchemas:
    @pytest.mark.parametrize("entry", CATALOGUE.entries, ids=lambda entry: f"{entry.event_type}-{entry.version}")
    def test_every_id_has_the_text_that_was_frozen(self, shared_api: Api, entry: Any) -> None:
        schema = CATALOGUE.by_id(entry.id)
        assert told(shared_api, f"/schemas/ids/{entry.id}?subject=whatever-value&format=resolved") == {"schema": schema.text}
        alone = shared_api.get(f"/schemas/ids/{entry.id}/schema", None)
        assert hashlib.sha256(alone.data).hexdigest() == entry.sha256

    @pytest.mark.parametrize("number", ["0", "9999", "-1", "x", "1.0", "9" * 400, "٣"])
    def test_an_id_that_is_nobodys_is_told_by_its_number(self, shared_api: Api, number: str) -> None:
        for path in ("", "/schema", "/subjects", "/versions"):
            assert refused(shared_api, "GET", f"/schemas/ids/{number}{path}") == (404, 40403)

    def test_there_is_one_kind(self, shared_api: Api) -> None:
        assert told(shared_api, "/schemas/types") == ["AVRO"]

    def test_all_of_them_are_listed(self, shared_api: Api) -> None:
        versions = told(shared_api, "/schemas")
        assert {version["id"] for version in versions} == {entry.id for entry in CATALOGUE.entries}
        of_changes = told(shared_api, "/schemas?subjectPrefix=household.changes-&latestOnly=true&limit=1&offset=1")
        assert [version["subject"] for version in of_changes] == [SUBJECT]


class TestSubjects:
    def test_every_name_that_is_listed_answers_and_agrees_with_the_ids(self, shared_api: Api) -> None:
        names = told(shared_api, "/subjects")
        assert names == sorted(set(names))
        places = set()
        for name in names:
            for number in told(shared_api, f"/subjects/{name}/versions"):
                version = told(shared_api, f"/subjects/{name}/versions/{number}")
                assert (version["subject"], version["version"], version["schemaType"]) == (name, number, "AVRO")
                assert version["schema"] == CATALOGUE.by_id(version["id"]).text
                places.add((version["id"], name, number))
        for entry in CATALOGUE.entries:
            of_id = {(entry.id, p["subject"], p["version"]) for p in told(shared_api, f"/schemas/ids/{entry.id}/versions")}
            assert of_id == {place for place in places if place[0] == entry.id}
            assert told(shared_api, f"/schemas/ids/{entry.id}/subjects") == sorted(name for _, name, _ in of_id)

    def test_a_record_is_found_by_each_naming_strategy(self, shared_api: Api) -> None:
        exited = CATALOGUE.latest("household.household_exited")
        for subject in ("household.events-registry.household.v1.HouseholdExited", "registry.household.v1.HouseholdExited"):
            assert told(shared_api, f"/subjects/{subject}/versions/latest")["id"] == exited.id
        assert told(shared_api, f"/subjects/{SUBJECT}/versions/latest")["id"] == CHANGED.id
        # Its records are of many types, so no one schema could be the topic's.
        assert refused(shared_api, "GET", "/subjects/household.events-value/versions/latest") == (404, 40401)

    def test_a_barrier_is_in_each_of_its_topics(self, shared_api: Api) -> None:
        closed = CATALOGUE.latest("registry.period_closed")
        kinds = ("campaign", "household", "person", "reference", "supervision", "warning")
        topics = {f"{kind}.events" for kind in kinds}
        record = "registry.operation.v1.PeriodClosed"
        assert set(told(shared_api, f"/schemas/ids/{closed.id}/subjects")) == {record} | {f"{t}-{record}" for t in topics}

    def test_the_latest_version_has_two_names(self, shared_api: Api) -> None:
        latest = told(shared_api, f"/subjects/{SUBJECT}/versions/latest")
        assert told(shared_api, f"/subjects/{SUBJECT}/versions/-1") == latest
        assert told(shared_api, f"/subjects/{SUBJECT}/versions/latest/schema") == CHANGED.definition
        assert told(shared_api, f"/subjects/{SUBJECT}/versions/{latest['version']}/schema") == CHANGED.definition
        assert told(shared_api, f"/subjects/{SUBJECT}/versions/latest/referencedby") == []

    @pytest.mark.parametrize(
        ("number", "code"), [("999", 40402), ("0", 42202), ("x", 42202), ("-2", 42202), ("1e3", 42202), ("9" * 400, 42202)]
    )
    def test_a_version_that_is_none_is_told_by_its_number(self, shared_api: Api, number: str, code: int) -> None:
        for path in ("", "/schema", "/referencedby"):
            assert refused(shared_api, "GET", f"/subjects/{SUBJECT}/versions/{number}{path}") == (code // 100, code)

    @pytest.mark.parametrize("path", ["/subjects/{}/versions", "/subjects/{}/versions/1", "/config/{}", "/mode/{}"])
    def test_a_subject_that_is_none_is_told_by_its_number(self, shared_api: Api, path: str) -> None:
        assert refused(shared_api, "GET", path.format("nobodys-value")) == (404, 40401)

    def test_they_come_in_parts_and_by_what_they_begin_with(self, shared_api: Api) -> None:
        names = told(shared_api, "/subjects")
        assert told(shared_api, "/subjects?offset=2&limit=3") == names[2:5]
        assert told(shared_api, "/subjects?limit=-1&deleted=true&subjectPrefix=%3A*%3A") == names
        public = told(shared_api, "/subjects?subjectPrefix=household.changes-")
        assert public == ["household.changes-registry.public.v1.HouseholdChanged", SUBJECT]
        assert told(shared_api, "/subjects?deletedOnly=true") == []
        assert told(shared_api, f"/subjects/{SUBJECT}/versions?deletedOnly=true") == []
        assert refused(shared_api, "GET", "/subjects?limit=some") == (400, 400)

    def test_they_say_what_may_follow_and_that_nobody_writes(self, shared_api: Api) -> None:
        for path in ("/config", f"/config/{SUBJECT}"):
            assert told(shared_api, path) == {"compatibilityLevel": "FULL_TRANSITIVE"}
        for path in ("/mode", f"/mode/{SUBJECT}"):
            assert told(shared_api, path) == {"mode": "READONLY"}


class TestLookUp:
    @pytest.mark.parametrize("schema", CATALOGUE.list(), ids=lambda schema: f"{schema.event_type}-{schema.version}")
    def test_every_schema_is_found_again(self, shared_api: Api, schema: EventSchema) -> None:
        for subject in told(shared_api, f"/schemas/ids/{schema.id}/subjects"):
            found = looked_up(shared_api, without_docs(schema.definition), subject)
            assert (found["id"], found["version"], found["subject"]) == (schema.id, schema.version, subject)

    def test_another_schema_is_not_found(self, shared_api: Api) -> None:
        other = {"schema": json.dumps({**CHANGED.definition, "fields": CHANGED.definition["fields"][:-1]})}
        assert refused(shared_api, "POST", f"/subjects/{SUBJECT}", other) == (404, 40403)
        assert refused(shared_api, "POST", "/subjects/nobodys-value", {"schema": CHANGED.text}) == (404, 40401)
        assert refused(shared_api, "POST", "/subjects/household.register-value", {"schema": CHANGED.text}) == (404, 40403)

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (b"", 400),
            (b"{", 400),
            (b"\xff\xfe", 400),
            (b"[]", 400),
            (b"[" * 100_000, 400),
            ({}, 42201),
            ({"schema": ""}, 42201),
            ({"schema": {"type": "string"}}, 42201),
            ({"schema": "no json"}, 42201),
            ({"schema": "[" * 100_000}, 42201),
            ({"schema": '{"type": "array", "items": ' * 5000 + '"int"' + "}" * 5000}, 42201),
            ({"schema": '{"type": "record", "name": "A", "fields": [{"name": "b", "type": "Unknown"}]}'}, 42201),
            ({"schema": CHANGED.text, "schemaType": "PROTOBUF"}, 42201),
            ({"schema": CHANGED.text, "references": [{"name": "a", "subject": "b", "version": 1}]}, 42201),
            (b" " * (BODY_BYTES_MAX + 1), 413),
        ],
    )
    def test_what_is_no_question_is_refused(self, shared_api: Api, body: Any, code: int) -> None:
        for path in (f"/subjects/{SUBJECT}", f"/subjects/{SUBJECT}/versions"):
            assert refused(shared_api, "POST", path, body) == (int(str(code)[:3]), code)


class TestReadOnly:
    def test_a_published_schema_has_its_id_already(self, shared_api: Api) -> None:
        answer = shared_api.post(f"/subjects/{SUBJECT}/versions?normalize=true", None, {"schema": CHANGED.text})
        assert (answer.status_code, answer.get_json(force=True)) == (200, {"id": CHANGED.id})

    def test_no_other_schema_is_taken_and_no_new_subject(self, shared_api: Api) -> None:
        before = told(shared_api, "/schemas")
        assert refused(shared_api, "POST", f"/subjects/{SUBJECT}/versions", {"schema": '"string"'}) == (422, 42205)
        assert refused(shared_api, "POST", "/subjects/new-value/versions", {"schema": CHANGED.text}) == (422, 42205)
        assert told(shared_api, "/schemas") == before

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("DELETE", f"/subjects/{SUBJECT}"),
            ("DELETE", f"/subjects/{SUBJECT}/versions/1"),
            ("PUT", "/config"),
            ("PUT", f"/config/{SUBJECT}"),
            ("DELETE", f"/config/{SUBJECT}"),
            ("PUT", "/mode"),
            ("POST", "/schemas/ids/1"),
        ],
    )
    def test_every_other_way_to_write_is_refused(self, shared_api: Api, method: str, path: str) -> None:
        assert refused(shared_api, method, path, {"compatibility": "NONE"}) == (405, 42205)
        assert "GET" in shared_api.ask(method, path, None).headers["Allow"] or path == f"/subjects/{SUBJECT}"

    @pytest.mark.parametrize(
        "path",
        [
            "/schemas/guids/1",
            "/subjects/a/b/c",
            "/config/a/b",
            "/mode/",
            "/associations/resources/-/household.changes",
            "/contexts",
        ],
    )
    def test_a_path_that_is_not_there_is_told_in_the_same_form(self, shared_api: Api, path: str) -> None:
        assert refused(shared_api, "GET", path) == (404, 404)


class TestKeeping:
    @pytest.mark.parametrize(
        ("path", "kept"),
        [
            ("/schemas/ids/1", FOR_EVER),
            ("/schemas/ids/1/schema", FOR_EVER),
            (f"/subjects/{SUBJECT}/versions/1", FOR_EVER),
            (f"/subjects/{SUBJECT}/versions/1/schema", FOR_EVER),
            (f"/subjects/{SUBJECT}/versions/latest", ASK_AGAIN),
            (f"/subjects/{SUBJECT}/versions/latest/schema", ASK_AGAIN),
            ("/schemas/ids/1/subjects", ASK_AGAIN),
            (f"/subjects/{SUBJECT}/versions", ASK_AGAIN),
            ("/subjects", ASK_AGAIN),
            ("/schemas", ASK_AGAIN),
        ],
    )
    def test_what_never_changes_is_kept_and_what_may_change_asked_again(self, shared_api: Api, path: str, kept: str) -> None:
        answer = shared_api.get(path, None)
        assert answer.headers["Cache-Control"] == kept
        again = shared_api.get(path, None, If_None_Match=answer.headers["ETag"])
        assert (again.status_code, again.data, again.headers["Cache-Control"]) == (304, b"", kept)

    def test_whatever_a_client_presents_it_is_answered(self, shared_api: Api) -> None:
        for presented in ("Basic YTpi", "Bearer nobodys", "Bearer"):
            assert shared_api.get("/schemas/ids/1", None, Authorization=presented).status_code == 200

    def test_only_what_begins_as_a_registry_does_is_open(self, shared_api: Api) -> None:
        for path in ("/schemasx", "/subjectsx/a", "/configuration", "/v1/subjects"):
            assert shared_api.get(path, None).status_code == 401
