"""Which office is told of which early warning, and in which words."""

import re
from datetime import date
from uuid import UUID

import pytest

from consumers.notices.early_warnings import TOPIC, EarlyWarningNotices
from consumers.notices.notice import Notice
from registry.early_warning.assign import AssignEarlyWarning
from registry.early_warning.escalate import EscalateEarlyWarning
from schemas.catalogue import registry_catalogue
from schemas.codec import Undecodable
from schemas.divisions import hainan
from schemas.messages import Record
from tests.support.early_warnings import CASE, WARNINGS, assessed, closed, expense
from tests.support.families import opening
from tests.support.register import Register, a_register
from tests.support.scenario import COUNTY, HOUSEHOLD, PROVINCE, TOWNSHIP, avro_mapper, day

OTHER_TOWNSHIP = "469030101000"


class PlainMemory(dict[str, str]):
    """In a dictionary."""

    def keep(self, key: str, value: str) -> None:
        self[key] = value

    def forget(self, key: str) -> None:
        self.pop(key, None)


def told(register: Register, memory: PlainMemory | None = None) -> list[Notice]:
    """The notices of all warnings of the register, in order."""
    mapper = avro_mapper()
    values = [mapper.to_stored_event(event).state for event in register.streams[WARNINGS]]
    source = EarlyWarningNotices(registry_catalogue(), hainan, "https://register.example/{about}")
    kept = PlainMemory() if memory is None else memory
    records = [Record(TOPIC, 0, offset, None, value, (), 0) for offset, value in enumerate(values)]
    return [notice for record in records for notice in source.notices_of(record, kept)]


def escalate(to: str, on: date) -> EscalateEarlyWarning:
    return EscalateEarlyWarning(subject_id=HOUSEHOLD, case_id=CASE, effective_on=on, escalated_to=to)


def said(notices: list[Notice]) -> list[tuple[str, str, object]]:
    return [(notice.kind, notice.recipient, notice.facts["level"]) for notice in notices]


def test_the_township_is_told_of_what_is_assigned_to_it_and_of_what_rises() -> None:
    register = a_register(opening(), assessed("YELLOW"), assessed("RED", on=day(11), expenses=(expense(1), expense(2))))
    assert said(told(register)) == [
        ("warning.assigned", TOWNSHIP, "YELLOW"),
        ("warning.level_changed", TOWNSHIP, "RED"),
    ]


def test_a_first_sign_and_another_basis_are_told_to_nobody() -> None:
    register = a_register(opening(), assessed("BLUE", amount=3500))
    assert told(register) == []
    register = a_register(opening(), assessed(), assessed(amount=12_000, on=day(11)))
    assert len(told(register)) == 1


def test_the_county_is_told_of_what_nobody_has_claimed_and_the_township_when_it_is_given_to_it() -> None:
    claim = AssignEarlyWarning(subject_id=HOUSEHOLD, case_id=CASE, effective_on=day(11), township=OTHER_TOWNSHIP)
    register = a_register(opening(), assessed(division=COUNTY, unclaimed=True), claim)
    assert said(told(register)) == [("warning.unclaimed", COUNTY, "ORANGE"), ("warning.assigned", OTHER_TOWNSHIP, "ORANGE")]


def test_the_county_and_then_the_province_are_told_of_what_is_overdue() -> None:
    register = a_register(opening(), assessed(), escalate("COUNTY", date(2018, 9, 22)), escalate("PROVINCE", date(2018, 9, 30)))
    _, county, province = told(register)
    assert said([county, province]) == [("warning.escalated", COUNTY, "ORANGE"), ("warning.escalated", PROVINCE, "ORANGE")]
    assert county.facts["due_on"] == province.facts["due_on"] == "2018-09-21"
    assert "原定期限：2018年9月21日" in county.text


def test_the_township_is_told_of_what_is_opened_again_and_a_closed_case_is_not_remembered() -> None:
    memory = PlainMemory()
    register = a_register(opening(), closed())
    assert len(told(register, memory)) == 1
    assert memory == {}
    register.take(assessed("RED", on=day(20), amount=25_000, expenses=(expense(1), expense(3))))
    assert said(told(register))[-1] == ("warning.reopened", TOWNSHIP, "RED")


def test_where_the_level_is_not_remembered_the_rest_is_told() -> None:
    register = a_register(opening(), assessed())
    register.streams[WARNINGS] = register.streams[WARNINGS][1:]
    (notice,) = told(register)
    assert notice.facts["level"] is None
    assert "预警等级" not in notice.text
    assert "Level" not in notice.text


def test_a_notice_is_chinese_first_with_english_below_and_says_case_level_place_day_and_link() -> None:
    (notice,) = told(a_register(opening(), assessed()))
    assert notice.about == str(CASE)
    assert notice.subject.startswith("大额医疗费用预警·橙色·已交办·")
    assert notice.subject.endswith(" | Early warning, Orange, assigned")
    chinese, english = notice.text.split("-" * 40)
    assert re.search("[一-鿿]", english.replace(hainan()[TOWNSHIP].name_zh, "")) is None
    for text in (chinese, english):
        assert str(CASE) in text
        assert TOWNSHIP in text
        assert f"https://register.example/{CASE}" in text
    assert "核实期限：2018年9月21日" in chinese
    assert "Verify by: 2018-09-21" in english


def test_a_notice_names_no_person_no_household_and_no_amount() -> None:
    register = a_register(opening(), assessed(amount=11_234))
    (notice,) = told(register)
    whole = f"{notice.subject}{notice.text}{notice.facts}"
    ids = set(re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]+", whole))
    assert {UUID(found) for found in ids} == {CASE}
    assert "11234" not in whole
    assert "11,234" not in whole


def test_read_again_it_is_the_same_notice_and_each_of_a_case_is_another() -> None:
    register = a_register(opening(), assessed("YELLOW"), assessed("RED", on=day(11), expenses=(expense(2),)))
    assert told(register) == told(register)
    assert len({notice.notice_id for notice in told(register)}) == 2


@pytest.mark.parametrize("value", [None, b"", b"\0\0\0\0\0", b"{}"])
def test_what_is_no_event_is_said_to_be_none(value: bytes | None) -> None:
    source = EarlyWarningNotices(registry_catalogue(), hainan)
    with pytest.raises(Undecodable):
        list(source.notices_of(Record(TOPIC, 0, 0, None, value, (), 0), PlainMemory()))
