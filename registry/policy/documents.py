"""Policy documents out of files: `46/2018.toml` for the province, `469024/2019.toml` for a county, one per year.

The folder and the file name say whose policy it is and for which year, and the document says it again: a file that was
copied and not edited is refused, not believed.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from registry.policy.validation import (
    Document,
    PolicyRefused,
    file_of,
    flat,
    province_of,
    validate,
    version_of,
)
from registry.refusal import Violation
from schemas.division_codes import level_of
from schemas.divisions import hainan
from schemas.policy_schema import policy_schema

__all__ = ["PolicyRefused", "load", "load_file", "shipped", "validate", "version_of", "whole"]


def load(folder: Path | Traversable) -> tuple[Document, ...]:
    """The documents below a folder, whole, those of the province first. Raise `PolicyRefused` with every violation."""
    documents: list[Document] = []
    violations: list[Violation] = []
    for place, file in _files(folder):
        try:
            document = plain(tomllib.loads(file.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            violations.append(Violation("E-POLICY-SYNTAX", "", {"file": place, "problem": str(error)}))
            continue
        documents.append(document)
        violations += _placed(place, document)
    violations += validate(documents)
    if violations:
        raise PolicyRefused(violations)
    return tuple(whole(d) for d in sorted(documents, key=lambda d: (level_of(d["division"]), d["division"], d["year"])))


def load_file(file: Path, beside: Iterable[Document]) -> Document:
    """One document, whole, as good together with those that hold already. Raises `PolicyRefused` with every violation."""
    place = f"{file.parent.name}/{file.name}"
    try:
        document = plain(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyRefused([Violation("E-POLICY-SYNTAX", "", {"file": place, "problem": str(error)})]) from error
    violations = [*_placed(place, document), *validate([*beside, document])]
    if violations:
        raise PolicyRefused(violations)
    return whole(document)


def shipped() -> tuple[Document, ...]:
    """The documents that come with the program."""
    return load(resources.files("registry.policy").joinpath("files"))


def whole(document: Document) -> dict[str, Any]:
    """The document as it goes into an event: the province's with every default written out.

    What was decided must not change with a default of a later version of the program.
    """
    values = flat(document)
    if document["division"] == province_of(document["division"]):
        values = {**policy_schema().defaults(), **values}
    result: dict[str, Any] = {key: document[key] for key in ("division", "year", "revision")}
    for key, raw in sorted(values.items()):
        node = result
        *sections, leaf = key.split(".")
        for section in sections:
            node = node.setdefault(section, {})
        node[leaf] = raw
    return result


def plain(node: Any) -> Any:
    """The same document with nothing in it that JSON lacks: a TOML date becomes its ISO text."""
    if isinstance(node, Mapping):
        return {key: plain(child) for key, child in node.items()}
    if isinstance(node, list):
        return [plain(child) for child in node]
    return node.isoformat() if type(node) is date else node


def _files(folder: Path | Traversable, above: str = "") -> Iterator[tuple[str, Traversable]]:
    """(relative path, file) of every file below, at any depth, in order."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_file():
            yield above + entry.name, entry
        else:
            yield from _files(entry, f"{above}{entry.name}/")


def _placed(place: str, document: Document) -> Iterator[Violation]:
    division = document.get("division")
    if place != file_of(document):
        yield Violation("E-POLICY-PLACE", "division", {"file": place, "expected": file_of(document)})
    elif isinstance(division, str) and division not in hainan():
        yield Violation("E-POLICY-DIVISION", "division", {"file": place, "key": "division"})
