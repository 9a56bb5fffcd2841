"""The words of the codes in an answer, in both languages, gathered beside it: {code table: {code: {"zh", "en"}}}.

The answer itself has the codes, which never change; whoever shows it to people finds the words without a second request. Places
are under `division`, by their names from the province down.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from projections.register.queries.fields import Document, Shape
from schemas.code_tables import CodeTables
from schemas.divisions import Divisions

PLACES: Final = "division"
GATHERING: Final = "9000000000"
"""The counties directly under a province lie under a node of their own, which is no place that anybody names."""
WORDS: Final = {
    "type": "object",
    "properties": {"zh": {"type": "string", "examples": ["在册未脱贫"]}, "en": {"type": "string", "examples": ["Registered"]}},
    "required": ["zh", "en"],
    "additionalProperties": False,
}
LABELS: Final = {
    "type": "object",
    "description": "Code table -> code -> its words; under `division`, names from the province down",
    "additionalProperties": {"type": "object", "additionalProperties": WORDS},
    "examples": [{"register_status": {"REGISTERED": {"zh": "在册未脱贫", "en": "Registered, not yet exited"}}}],
}


class Labels:
    """Gathers the words for one answer."""

    def __init__(self, tables: CodeTables, divisions: Divisions) -> None:
        self._words, self._divisions = _words(tables), divisions
        self.told: dict[str, dict[str, Any]] = {}

    def note(self, shape: Shape, document: Mapping[str, Any]) -> None:
        """The codes of a document that was made by a shape."""
        told = self.told
        for name, table in shape.coded:
            value = document[name]
            if not value:
                continue
            noted = told.get(table, ())
            if type(value) is list:
                for code in value:
                    self.note_code(table, code)
            elif value not in noted:
                self.note_code(table, value)

    def note_all(self, shape: Shape, documents: Iterable[Mapping[str, Any]]) -> None:
        """The codes of several such documents."""
        for document in documents:
            self.note(shape, document)

    def note_code(self, table: str, code: str) -> None:
        """A code that is its own label is in no table; the answer says it anyhow."""
        words = self._words[table].get(code)
        if words is not None:
            self.told.setdefault(table, {})[code] = words

    def note_place(self, code: str | None) -> None:
        """The names of a division."""
        if code is not None and code in self._divisions:
            names = {lang: " / ".join(self._divisions.name_path(code, lang)) for lang in ("zh", "en")}
            self.told.setdefault(PLACES, {})[code] = names


@lru_cache(maxsize=2)
def _words(tables: CodeTables) -> Mapping[str, Mapping[str, Any]]:
    """All words of the tables of the day."""
    return {
        name: {code: {"zh": tables[name].label(code, "zh"), "en": tables[name].label(code, "en")} for code in tables[name].codes}
        for name in tables.names
    }


def place_path(divisions: Divisions, code: str) -> list[Document]:
    """The division and those above it, from the province down, but for the node that only gathers counties.

    Only itself, by its code, where the tree has it not.
    """
    if code not in divisions:
        return [{"code": code, "level": None, "zh": code, "en": code}]
    path = (divisions[step] for step in divisions.path(code) if step[2:] != GATHERING)
    return [{"code": d.code, "level": d.level.name, "zh": d.name("zh"), "en": d.name("en")} for d in path]
