"""Refusal codes: what the register answers when a rule is broken, in words for people and codes for programs.

`E-` codes refuse; `W-` codes are said along with an acceptance. A sentence is a template: `{days}` is a parameter,
`{step:procedure_step}` a parameter that is shown by its label in that code table, and `{table:code_table}` the name of a table,
shown by its title. No parameter ever carries
personal data: numbers, dates, codes, opaque ids and names of fields only.
"""

import string
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from schemas.code_tables import shipped, table

CODE_TABLE_TITLES = "code_table"


class RefusalCodeUnknown(LookupError):
    """No refusal code has this name."""


@dataclass(frozen=True, slots=True)
class RefusalCode:
    """One code: its HTTP status, its title, and its sentence in both languages.

    409: somebody else was first; 412: the precondition failed; 422: a rule refuses; 401/403: who asks; 400: not
    readable; 503: not now; 500: a program that refuses to go on. `W-` codes have 200.
    """

    code: str
    status: int
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str

    def title(self, lang: str) -> str:
        return self.title_en if lang == "en" else self.title_zh

    def describe(self, lang: str, params: Mapping[str, Any]) -> str:
        """The sentence with its parameters; one that is not given shows as `?`."""
        return _Sentence(lang).vformat(self.text_en if lang == "en" else self.text_zh, (), params)

    @property
    def parameters(self) -> frozenset[str]:
        """The parameters that the sentences name."""
        return frozenset(name for text in (self.text_zh, self.text_en) for name, _ in fields_of(text))


def fields_of(template: str) -> Iterator[tuple[str, str]]:
    """The (parameter, code table or empty) pairs of a sentence."""
    for _, name, spec, _ in string.Formatter().parse(template):
        if name is not None:
            yield name, spec or ""


def refusal(code: str) -> RefusalCode:
    """The code's words; raise `RefusalCodeUnknown`."""
    try:
        return refusal_codes()[code]
    except KeyError:
        raise RefusalCodeUnknown(f"no refusal code is called {code!r}") from None


def describe(code: str, lang: str, /, **params: Any) -> str:
    """The code's sentence in a language (`zh` unless `en`); raise `RefusalCodeUnknown`."""
    return refusal(code).describe(lang, params)


@cache
def refusal_codes() -> Mapping[str, RefusalCode]:
    """All codes as shipped, in the order of the file."""
    text = resources.files("schemas").joinpath("data/refusal_codes.toml").read_text(encoding="utf-8")
    return MappingProxyType({code: _refusal(code, entry) for code, entry in tomllib.loads(text).items()})


def _refusal(code: str, entry: Mapping[str, Any]) -> RefusalCode:
    (title_zh, text_zh), (title_en, text_en) = entry["zh"], entry["en"]
    return RefusalCode(code, entry["status"], title_zh, title_en, text_zh, text_en)


class _Sentence(string.Formatter):
    """Formats a template; the format specification is the name of a code table."""

    def __init__(self, lang: str) -> None:
        self._lang = lang

    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:
        return kwargs.get(str(key), "?")

    def format_field(self, value: Any, format_spec: str) -> str:
        items = value if isinstance(value, list | tuple | set | frozenset) else [value]
        return (", " if self._lang == "en" else "、").join(self._shown(str(item), format_spec) for item in items)

    def _shown(self, item: str, label_table: str) -> str:
        if label_table == CODE_TABLE_TITLES:
            return table(item).title(self._lang) if item in shipped() else item
        return table(label_table).label(item, self._lang) if label_table else item
