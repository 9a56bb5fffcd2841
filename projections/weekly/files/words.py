"""The words of a digest's files, in Chinese and English."""

from typing import Final

_WORDS: Final = {
    "title": ("督查动态信息", "Weekly digest"),
    "province": ("全省", "The province"),
    "team": ("第{team}督查组", "Supervision team {team}"),
    "week": ("周次", "Week"),
    "area": ("范围", "Area"),
    "counties": ("市县", "Counties"),
    "position": ("登记序号（截止处）", "Place in the register at which it was closed"),
    "policy": ("政策版本", "Policy"),
    "fingerprint": ("校验值", "Fingerprint"),
    "figures": ("指标", "Figures"),
    "code": ("代码", "Code"),
    "figure": ("指标", "Figure"),
    "amount": ("户数或件数", "Households or events"),
    "persons": ("人数", "Persons"),
    "earlier": ("其中补报", "Of these, of earlier weeks"),
    "by_county": ("分市县", "By county"),
    "by_county_note": ("各指标的户数或件数。", "Households or events of each figure."),
    "corrections": ("对以前各周的更正", "Corrections of earlier weeks"),
    "no_corrections": ("本周没有更正。", "Nothing was corrected in this week."),
    "corrections_number": ("更正数：{number}", "Corrections: {number}"),
    "week_changed": ("被更正的周", "Week that it changes"),
    "county": ("市县", "County"),
    "events_change": ("户数或件数增减", "Change in households or events"),
    "persons_change": ("人数增减", "Change in persons"),
    "by": ("更正事件", "Correcting event"),
    "definitions": ("指标解释", "Definitions"),
    "definition": ("定义", "Definition"),
    "not_collected": ("未采集", "Not collected"),
    "stocks_chart": ("截止时点各市县户数", "Households by county at the cut-off"),
    "flows_chart": ("本周首次登记", "First recorded in the week"),
    "households": ("户", "Households"),
    "events": ("件", "Events"),
    "of_this_week": ("本周发生", "Of this week"),
    "of_earlier_weeks": ("补报", "Of earlier weeks"),
    "hidden": (
        "小于3的数不予显示，也不分市县显示。",
        "Numbers below 3 are not shown, nor is any county by itself.",
    ),
    "between": ("、", ", "),
    "page": ("第 {page} 页，共 {pages} 页", "Page {page} of {pages}"),
}


def word(key: str, language: str, **shown: object) -> str:
    """A word in that language, `zh` or `en`, with what it shows."""
    return _WORDS[key][0 if language == "zh" else 1].format(**shown)


def words(language: str) -> dict[str, str]:
    """Every word in that language, places to fill in left open."""
    return {key: both[0 if language == "zh" else 1] for key, both in _WORDS.items()}
