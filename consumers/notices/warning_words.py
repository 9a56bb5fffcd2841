"""The words of notices about early warnings: Chinese first, English below. No name, no amount, no diagnosis is in them.

Who reads an e-mail on a shared screen learns that there is a case, where, and until when something has to be done.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from schemas.code_tables import shipped
from schemas.divisions import Divisions

RULE: Final = "-" * 40


@dataclass(frozen=True, slots=True)
class Words:
    """What there is to be said. place: the division that has the case; level: None where nobody remembers it."""

    kind: str
    recipient: str
    place: str
    case_id: str
    level: str | None
    level_before: str | None
    due_on: date
    link: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """What has happened, in a word or two for the subject, and as a sentence; and what the day is for."""

    zh: str
    en: str
    sentence_zh: str
    sentence_en: str
    due_zh: str = "核实期限"
    due_en: str = "Verify by"


PHRASES: Final[Mapping[str, Phrase]] = {
    "warning.unclaimed": Phrase(
        "待认领",
        "to be claimed",
        "一件大额医疗费用预警尚不能确定所属乡镇，请认领并交办。",
        "An early warning of large medical expenses belongs to no known township. Please give it to one.",
        "认领期限",
        "Claim by",
    ),
    "warning.assigned": Phrase(
        "已交办",
        "assigned",
        "一件大额医疗费用预警已交由贵单位核实，请按期入户。",
        "An early warning of large medical expenses was assigned to your office. Please visit and verify in time.",
    ),
    "warning.level_changed": Phrase(
        "等级上升",
        "level raised",
        "贵单位承办的一件大额医疗费用预警等级上升，请注意核实期限。",
        "The level of an early warning that your office has was raised. Please note the day.",
    ),
    "warning.escalated": Phrase(
        "逾期督办",
        "overdue",
        "一件大额医疗费用预警已逾期未办，现予督办。",
        "An early warning of large medical expenses is overdue and was escalated to your office.",
        "原定期限",
        "Was due on",
    ),
    "warning.reopened": Phrase(
        "重新预警",
        "reopened",
        "一件已办结的大额医疗费用预警重新预警，请再次核实。",
        "An early warning of large medical expenses that was closed is open again. Please verify it anew.",
    ),
}
_CLOSING_ZH: Final = "本通知由系统自动发出，不含个人信息，请勿回复；详情请登录系统查看。"
_CLOSING_EN: Final = "Sent automatically, without personal data; please do not reply. The details are in the register."


def subject_of(words: Words, divisions: Divisions) -> str:
    """One line."""
    phrase = PHRASES[words.kind]
    place = divisions.name_path(words.place, "zh")[-1] if words.place in divisions else words.place
    zh = ["大额医疗费用预警", *_level(words, "zh"), phrase.zh, place]
    en = ["Early warning", *_level(words, "en"), phrase.en]
    return f"{'·'.join(zh)} | {', '.join(en)}"


def text_of(words: Words, divisions: Divisions) -> str:
    """The whole text; every line ends."""
    return "\n".join([*_chinese(words, divisions), "", RULE, "", *_english(words, divisions), ""])


def _chinese(words: Words, divisions: Divisions) -> Iterator[str]:
    phrase, day = PHRASES[words.kind], words.due_on
    yield f"{_names(words.recipient, divisions, 'zh')}："
    yield ""
    yield phrase.sentence_zh
    yield ""
    yield f"案件编号：{words.case_id}"
    yield from (f"预警等级：{label}" for label in _levels(words, "zh"))
    yield f"所属地区：{_names(words.place, divisions, 'zh')}（{words.place}）"
    yield f"{phrase.due_zh}：{day.year}年{day.month}月{day.day}日"
    if words.link:
        yield f"办理链接：{words.link}"
    yield ""
    yield _CLOSING_ZH


def _english(words: Words, divisions: Divisions) -> Iterator[str]:
    phrase = PHRASES[words.kind]
    yield phrase.sentence_en
    yield ""
    yield f"Case: {words.case_id}"
    yield from (f"Level: {label}" for label in _levels(words, "en"))
    yield f"Place: {_names(words.place, divisions, 'en')} ({words.place})"
    yield f"{phrase.due_en}: {words.due_on.isoformat()}"
    if words.link:
        yield f"Link: {words.link}"
    yield ""
    yield _CLOSING_EN


def _levels(words: Words, lang: str) -> Iterator[str]:
    """The level, with the one before where it rose."""
    for label in _level(words, lang):
        before = words.level_before
        yield label if before is None else f"{_label(before, lang)} → {label}"


def _level(words: Words, lang: str) -> Iterator[str]:
    if words.level is not None:
        yield _label(words.level, lang)


def _label(level: str, lang: str) -> str:
    return shipped()["warning_level"].label(level, lang)


def _names(code: str, divisions: Divisions, lang: str) -> str:
    """The names from the province down; the code of a division that is not in the tree."""
    if code not in divisions:
        return code
    names = divisions.name_path(code, lang)
    return "".join(names) if lang == "zh" else ", ".join(reversed(names))
