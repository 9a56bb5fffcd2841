"""A digest in words, for a terminal: each figure with its label, in Chinese or English."""

from collections.abc import Iterator
from typing import Any, Final, Literal

from projections.weekly.figures import FLOWS, RECORDING, STOCKS, Words, tells_persons

_WORDS: Final = {
    "stock": {"en": "{households} households, {persons} persons", "zh": "{households} 户 {persons} 人"},
    "flow": {"en": "{events} ({persons} persons; {earlier} of earlier weeks)", "zh": "{events}（{persons} 人；补报 {earlier}）"},
    "events": {"en": "{events} ({earlier} of earlier weeks)", "zh": "{events}（补报 {earlier}）"},
    "none": {"en": "not collected", "zh": "未采集"},
    "change": {
        "en": "correction of {figure} in {week}, {unit}: {events:+}, {persons:+} persons",
        "zh": "更正 {week} {figure}（{unit}）：{events:+}，{persons:+} 人",
    },
}


def lines(document: dict[str, Any], lang: Literal["zh", "en"]) -> Iterator[str]:
    """One line a figure: code, label, value over all units; then the corrections, and what is not collected."""
    yield f"{document['week']} ({document['first_day']} - {document['last_day']})"
    for figure in STOCKS:
        yield _line(figure.code, figure.words, lang, "stock", document["stocks"])
    for code, words in [*((figure.code, figure.words) for figure in FLOWS), *RECORDING.items()]:
        yield _line(code, words, lang, "flow" if tells_persons(code) else "events", document["flows"])
    for change in document["corrections"]:
        yield _WORDS["change"][lang].format(**change)
    yield f"{' '.join(document['not_collected'])}: {_WORDS['none'][lang]}"


def _line(code: str, words: Words, lang: Literal["zh", "en"], kind: str, values: dict[str, Any]) -> str:
    names = ("households", "persons") if kind == "stock" else ("events", "persons", "earlier")
    sums = {name: sum(unit[name] for unit in values[code].values()) for name in names}
    return f"{code:5} {words.zh if lang == 'zh' else words.en}: {_WORDS[kind][lang].format(**sums)}"
