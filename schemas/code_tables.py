"""Code tables: the closed lists of values that events may carry, with their labels in both languages.

Events store a code and nothing else, so that wording may change while history does not. A table is a document
(a plain, JSON-able mapping): it ships as a file, and it lives on as an event when it changes, so that no
rebuild needs the file of the day.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any


class CodeTableUnknown(LookupError):
    """No code table has this name."""


class CodeUnknown(LookupError):
    """The table has no such code."""


class CodeTableInvalid(ValueError):
    """A table document lacks something, says a thing twice, or names a parent that does not exist."""


@dataclass(frozen=True, slots=True)
class Code:
    """One value of a table.

    `national`: the national register's or the standard's own code. `parent`: a code of the table's parent table.
    `tags`: properties that rules ask for (the table's source says what they mean). `valid_to` is the last day.
    """

    code: str
    zh: str
    en: str
    national: str | None = None
    parent: str | None = None
    tags: frozenset[str] = frozenset()
    valid_from: date | None = None
    valid_to: date | None = None

    def valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class CodeTable:
    """An immutable table; `codes` are in the order in which they are shown."""

    __slots__ = ("_by_code", "codes", "en", "name", "parents", "source", "zh")

    def __init__(self, name: str, zh: str, en: str, source: str, codes: Iterable[Code], parents: str = "") -> None:
        """`parents` is the name of the table that the codes' `parent` belongs to; empty if there is none."""
        self.name, self.zh, self.en, self.source, self.parents = name, zh, en, source, parents
        entries = tuple(codes)
        self._by_code = {entry.code: entry for entry in entries}
        self.codes: tuple[str, ...] = tuple(self._by_code)
        if len(self.codes) != len(entries):
            raise CodeTableInvalid(f"code table {name}: a code is given twice")

    @classmethod
    def from_document(cls, name: str, document: Mapping[str, Any]) -> "CodeTable":
        """The table of a parsed file or of an event's JSON; raise `CodeTableInvalid`."""
        try:
            codes = [_code(entry) for entry in document["codes"]]
            titles = (document["zh"], document["en"], document["source"])
        except (KeyError, TypeError, ValueError) as error:
            raise CodeTableInvalid(f"code table {name}: {error!r}") from error
        return cls(name, *titles, codes, document.get("parents", ""))

    def document(self) -> dict[str, Any]:
        """The table as a JSON-able document, from which `from_document` makes an equal one."""
        titles = {"zh": self.zh, "en": self.en, "source": self.source}
        parents = {"parents": self.parents} if self.parents else {}
        return {**titles, **parents, "codes": [_entry(self._by_code[code]) for code in self.codes]}

    def title(self, lang: str) -> str:
        return self.en if lang == "en" else self.zh

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __getitem__(self, code: str) -> Code:
        try:
            return self._by_code[code]
        except KeyError:
            raise CodeUnknown(f"code table {self.name} has no code {code!r}") from None

    def __len__(self) -> int:
        return len(self.codes)

    def label(self, code: str, lang: str) -> str:
        """The code's label (`zh` unless `lang` is `en`); an unknown code is its own label.

        A reader that is older than the table must still be able to show what it was sent.
        """
        entry = self._by_code.get(code)
        if entry is None:
            return code
        return entry.en if lang == "en" else entry.zh

    def known(self, code: str, on: date | None = None) -> bool:
        """Whether the code exists and, if a day is given, holds on that day."""
        entry = self._by_code.get(code)
        return entry is not None and (on is None or entry.valid_on(on))

    def codes_on(self, day: date) -> tuple[str, ...]:
        return tuple(code for code, entry in self._by_code.items() if entry.valid_on(day))

    def tagged(self, tag: str) -> frozenset[str]:
        """The codes that have a property."""
        return frozenset(code for code, entry in self._by_code.items() if tag in entry.tags)

    def under(self, parent: str) -> tuple[str, ...]:
        """The codes that belong to a code of the parent table."""
        return tuple(code for code, entry in self._by_code.items() if entry.parent == parent)


class CodeTables:
    """All tables together, immutable; checks that parents exist."""

    __slots__ = ("_tables",)

    def __init__(self, tables: Iterable[CodeTable]) -> None:
        self._tables: Mapping[str, CodeTable] = MappingProxyType({table.name: table for table in tables})
        for table in self._tables.values():
            for code in table.codes:
                parent = table[code].parent
                if (parent is not None or table.parents) and parent not in self[table.parents]:
                    raise CodeTableInvalid(f"code table {table.name}: {code} has no parent in {table.parents!r}")

    def with_changed(self, name: str, document: Mapping[str, Any]) -> "CodeTables":
        """The tables with one added or replaced."""
        return CodeTables({**self._tables, name: CodeTable.from_document(name, document)}.values())

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._tables))

    def __getitem__(self, name: str) -> CodeTable:
        try:
            return self._tables[name]
        except KeyError:
            raise CodeTableUnknown(f"no code table is called {name!r}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._tables


def _code(entry: Mapping[str, Any]) -> Code:
    values = dict(entry)
    values["tags"] = frozenset(values.get("tags", ()))
    for bound in ("valid_from", "valid_to"):
        if isinstance(values.get(bound), str):
            values[bound] = date.fromisoformat(values[bound])
    return Code(**values)


def _entry(code: Code) -> dict[str, Any]:
    optional = {
        "national": code.national,
        "parent": code.parent,
        "tags": sorted(code.tags),
        "valid_from": code.valid_from and code.valid_from.isoformat(),
        "valid_to": code.valid_to and code.valid_to.isoformat(),
    }
    return {"code": code.code, "zh": code.zh, "en": code.en, **{k: v for k, v in optional.items() if v}}


@cache
def shipped() -> CodeTables:
    """The tables as shipped with this version."""
    folder = resources.files("schemas").joinpath("data/code_tables")
    tables: list[CodeTable] = []
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            documents = tomllib.loads(file.read_text(encoding="utf-8"))
            tables += (CodeTable.from_document(name, document) for name, document in documents.items())
    names = [table.name for table in tables]
    if len(set(names)) != len(names):
        raise CodeTableInvalid("a code table is defined in two files")
    return CodeTables(tables)


def table(name: str) -> CodeTable:
    """One of the shipped tables; raise `CodeTableUnknown`."""
    return shipped()[name]


def known(name: str, code: str, on: date | None = None) -> bool:
    """Whether a shipped table has the code (and it holds on the day, if one is given)."""
    return shipped()[name].known(code, on)
