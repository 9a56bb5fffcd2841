"""The columns of the sheets about the reimbursement: what answers have, with words beside the codes."""

from collections.abc import Iterable, Iterator
from typing import Final

from projections.api.headings import CODE_OF, HEADINGS
from projections.api.parts import QueryParts
from projections.api.sheet import Column

TABLES: Final = {"kind": "reimbursement_target", "care": "care_kind"}
PLACES: Final = frozenset({"county", "hospital_county"})


def plain_columns(names: Iterable[str], parts: QueryParts, language: str) -> list[Column]:
    """One for each name; two for a code."""
    tables, divisions = parts.code_tables(), parts.divisions()

    def place(code: str | None) -> str:
        return divisions[code].name(language) if code is not None and code in divisions else ""

    def columns(name: str) -> Iterator[Column]:
        heading = HEADINGS[name][language == "en"]
        if name not in PLACES and name not in TABLES:
            yield Column(heading, lambda document: document[name])
            return
        yield Column(heading + CODE_OF[language == "en"], lambda document: document[name])
        if name in PLACES:
            yield Column(heading, lambda document: place(document[name]))
        else:
            yield Column(heading, lambda document: tables[TABLES[name]].label(document[name], language))

    return [column for name in names for column in columns(name)]
