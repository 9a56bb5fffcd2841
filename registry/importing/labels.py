"""What columns are called, and what is said of them: from the labels that all of us share."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

NOTES: Final = "NOTES"
"""The columns that an error sheet has beside the file's own."""


@dataclass(frozen=True, slots=True)
class ColumnLabel:
    """One column's words. also: other names that it goes by; example: cells of the template's example rows."""

    zh: str
    en: str
    help_zh: str = ""
    help_en: str = ""
    also: tuple[str, ...] = ()
    example: tuple[str, ...] = ()

    def name(self, lang: str) -> str:
        """The column's name in a language."""
        return self.en if lang == "en" else self.zh

    def help(self, lang: str) -> str:
        """What is to be filled in."""
        return self.help_en if lang == "en" else self.help_zh

    @property
    def title(self) -> str:
        """The header in both languages, as the template has it."""
        return f"{self.zh}\n{self.en}"


def labels(kind: str) -> Mapping[str, ColumnLabel]:
    """Column name -> words, of a kind of sheet (import_kind) or of the error sheet's own columns (NOTES)."""
    return _all()[kind]


@cache
def _all() -> Mapping[str, Mapping[str, ColumnLabel]]:
    text = resources.files("schemas").joinpath("labels/import_columns.toml").read_text(encoding="utf-8")
    kinds = tomllib.loads(text)
    return MappingProxyType({kind: {name: _label(entry) for name, entry in columns.items()} for kind, columns in kinds.items()})


def _label(entry: Mapping[str, object]) -> ColumnLabel:
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
    return ColumnLabel(**values)  # type: ignore[arg-type]
