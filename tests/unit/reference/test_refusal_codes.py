"""Refusal codes: words for people in both languages, and nothing personal in any of them."""

import re

import pytest

from schemas.code_tables import shipped
from schemas.refusal_codes import CODE_TABLE_TITLES, RefusalCodeUnknown, describe, fields_of, refusal, refusal_codes

CODES = list(refusal_codes())
STATUSES = {200, 400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 500, 501, 503}
PERSONAL = {"name", "id_number", "phone", "account", "address", "text", "value", "certificate", "birth_date"}

NAMED_BY_THE_DOMAIN = """E-AUTH-SCOPE E-AUTH-ROLE E-CONCURRENCY E-IDEMPOTENT-REPLAY E-STATE E-DATE-FUTURE
    E-DATE-BEFORE-LAST E-DATE-TOO-OLD E-CODE-UNKNOWN E-EVIDENCE-MISSING E-POLICY-VERSION E-ID-LENGTH E-ID-CHECKSUM
    E-ID-BIRTHDATE E-ID-SEX-MISMATCH E-ID-SYNTHETIC-FORBIDDEN E-PERSON-ALREADY-LIVE E-DISABILITY-CERT
    E-RELATION-SEX W-AGE-LABOUR E-CASE-OPEN E-SPLIT-SUSPECT E-NO-LIVING-MEMBER E-QUORUM E-VOTES-EXCEED
    E-PASS-RATIO E-PUBLICITY-TOO-SHORT E-OBJECTION-OPEN E-STEP-MISSING E-NEED-TEST-NOT-MET E-CAUSE-MISSING
    E-CAUSE-TOO-MANY E-TWO-PERSON-RULE E-NOT-ENTITLED E-MEASURE-OVERLAP E-AMOUNT E-BENEFICIARY-AGE
    E-DUPLICATE-PAYMENT W-MEASURE-CAUSE-MISMATCH E-TOO-SOON E-NO-MEASURE E-NO-HELPER E-OPEN-WARNING
    E-OPEN-MISMATCH E-OPEN-COMPLAINT E-INCOME-BELOW-LINE E-GUARANTEE-NOT-MET E-NO-CONSENT E-VERIFIER-IS-HELPER
    E-VERIFICATION-STALE E-NOT-EXITED E-CHECK-STALE E-RISK-MISSING E-NO-APPRAISAL E-NO-NOTICE-TO-HOUSEHOLD
    E-OBJECTION-WINDOW-OPEN E-REASON-NOT-ALLOWED E-CATEGORY-STATUS E-MIN-MONTHS E-INCOME-BELOW-MONITOR-LINE
    E-NO-MATCHING-MEASURE E-NO-LABOUR-HOUSEHOLD E-CORRECTION-BREAKS E-STORE-BEHIND-LOG E-FIELD-MISSING
    E-FIELD-TYPE E-FIELD-UNKNOWN E-FIELD-RANGE E-NOT-FOUND E-PRECONDITION E-IDEMPOTENCY-MISMATCH"""


@pytest.mark.parametrize("code", NAMED_BY_THE_DOMAIN.split())
def test_a_code_that_the_domain_names_exists(code: str) -> None:
    assert refusal(code).code == code


@pytest.mark.parametrize("code", CODES)
def test_a_code_has_a_status_and_words_in_both_languages(code: str) -> None:
    entry = refusal(code)
    assert re.fullmatch(r"[EW](-[A-Z0-9]+)+", code)
    assert entry.status in STATUSES
    assert (entry.status == 200) == (code.startswith("W-") or code == "E-IDEMPOTENT-REPLAY")
    for chinese in (entry.title_zh, entry.text_zh):
        assert re.search(r"[\u4e00-\u9fff]", chinese)
    for english in (entry.title_en, entry.text_en):
        assert english.strip()
        assert not re.search(r"[\u3000-\u9fff\uff00-\uffef]", english)


@pytest.mark.parametrize("code", CODES)
def test_both_sentences_say_the_same_things_and_nothing_personal(code: str) -> None:
    entry = refusal(code)
    assert set(fields_of(entry.text_zh)) <= set(fields_of(entry.text_en)) | {("file", "")}
    assert not entry.parameters & PERSONAL
    for _, label_table in fields_of(entry.text_zh + entry.text_en):
        assert label_table in ("", CODE_TABLE_TITLES) or label_table in shipped()


def test_no_two_codes_have_the_same_title() -> None:
    for lang in ("zh", "en"):
        titles = [entry.title(lang) for entry in refusal_codes().values()]
        assert len(set(titles)) == len(titles)


def test_a_sentence_shows_numbers_and_labels_in_its_language() -> None:
    assert describe("E-GUARANTEE-NOT-MET", "zh", dimension="HOUSING") == "“住房安全有保障”未达标。"
    assert describe("E-GUARANTEE-NOT-MET", "en", dimension="HOUSING") == "Safe housing is not met."
    assert describe("E-PUBLICITY-TOO-SHORT", "en", days=7) == "The notice must hang for at least 7 days."


def test_a_list_of_codes_is_shown_as_a_list_of_labels() -> None:
    text = describe("E-STATE", "en", status="CLOSED", allowed=["REGISTERED", "PRE_EXIT"])
    assert text == 'The household is "Closed"; this needs Registered, not yet exited, Exit under way.'
    assert "在册未脱贫、预脱贫" in describe("E-STATE", "zh", status="CLOSED", allowed=["REGISTERED", "PRE_EXIT"])


def test_a_code_table_is_shown_by_its_title() -> None:
    assert "“与户主关系”" in describe("E-CODE-UNKNOWN", "zh", table="relation")
    assert '"colours"' in describe("E-CODE-UNKNOWN", "en", table="colours")


def test_what_is_no_code_of_the_table_is_shown_as_it_is() -> None:
    assert describe("E-DATE-ORDER", "en", first="2019-01-02", then="APPRAISED").startswith('"2019-01-02"')


def test_a_missing_or_surplus_parameter_never_breaks_an_answer() -> None:
    assert "?" in describe("E-QUORUM", "zh")
    assert describe("E-NO-HELPER", "en", code="x", lang="y", surplus=1) == "The household has no helper."


def test_braces_in_a_parameter_are_shown_and_not_formatted() -> None:
    assert "{days}" in describe("E-BODY", "en", rule="{days}")


def test_an_unknown_code_is_named() -> None:
    with pytest.raises(RefusalCodeUnknown, match="E-NOPE"):
        refusal("E-NOPE")
