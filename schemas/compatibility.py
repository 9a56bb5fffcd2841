"""May a schema follow the ones before it? Every version has to read every other's data, in both directions.

History is never rewritten and readers are not updated together, so a new version must be FULL_TRANSITIVE compatible. Apache
Avro's own checker decides (it agrees with the common registries); it does not look at logical types and defaults, so those
rules are here.
"""

import json
from collections.abc import Iterable
from typing import Any

from schemas.envelope import is_event, starts_with_envelope

MONEY = {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}


class CheckerMissing(RuntimeError):
    """The package `avro`, which checks compatibility, is not installed: it belongs to the extra `test`."""


def incompatibilities(new: dict[str, Any], older: Iterable[dict[str, Any]]) -> list[str]:
    """Why `new` may not follow the older versions; empty if it may. Raises CheckerMissing."""
    compatible = _checker()
    reasons = []
    for number, old in enumerate(older, 1):
        for direction, reader, writer in (("backward", new, old), ("forward", old, new)):
            reasons += [f"{direction} with v{number}: {reason}" for reason in compatible(reader, writer)]
        reasons += [f"with v{number}: {reason}" for reason in _changed_meanings(new, old)]
    return reasons


def violations(definition: dict[str, Any]) -> list[str]:
    """The registry's own rules that one schema breaks: envelope (of an event), enums, exact numbers, usable defaults."""
    found = []
    kind_of_schema = definition.get("namespace", "").removeprefix("registry.")
    if is_event(kind_of_schema) and not starts_with_envelope(definition):
        found.append("its first fields are not the envelope")
    for path, node in _nodes(definition):
        kind = node.get("type")
        if kind == "enum" and node.get("default") not in node["symbols"]:
            found.append(f"{path}: an enum needs a default among its symbols, or old readers break on a new symbol")
        if kind in ("float", "double"):
            found.append(f"{path}: a {kind} is not exact")
        if node.get("logicalType") == "decimal" and {key: node.get(key) for key in MONEY} != MONEY:
            found.append(f"{path}: an amount is decimal(12,2)")
        if isinstance(node.get("default"), str) and _is_bytes(kind):
            found.append(f"{path}: bytes take no default, because readers disagree on its form")
    return list(dict.fromkeys(found))  # a field and its type are two nodes at one place


def _checker() -> Any:
    try:
        from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
        from avro.schema import parse
    except ImportError:
        raise CheckerMissing("checking schemas needs the package avro: pip install 'household-registry[test]'") from None

    def compatible(reader: dict[str, Any], writer: dict[str, Any]) -> list[str]:
        checker: Any = ReaderWriterCompatibilityChecker
        result = checker().get_compatibility(parse(json.dumps(reader)), parse(json.dumps(writer)))
        if result.compatibility is SchemaCompatibilityType.compatible:
            return []
        places = zip(result.messages, result.locations, strict=False)
        return [f"{message} at {place}" for message, place in places] or ["incompatible"]

    return compatible


def _changed_meanings(new: dict[str, Any], old: dict[str, Any]) -> list[str]:
    """Fields that both have whose logical type differs: days would be read as a plain number."""
    meant = _logical_types(old)
    return [
        f"{path} means {_said(kinds)}, and meant {_said(meant[path])}"
        for path, kinds in _logical_types(new).items()
        if path in meant and meant[path] != kinds
    ]


def _logical_types(definition: Any) -> dict[str, set[str]]:
    """What stands at each place: one kind, or several where it is a union; an absent value (`null`) is none."""
    found: dict[str, set[str]] = {}
    for path, node in _nodes(definition):
        if "name" not in node and node.get("type") != "null":
            kind = " ".join(str(node[key]) for key in ("logicalType", "precision", "scale") if key in node)
            found.setdefault(path, set()).add(kind)
    return found


def _said(kinds: set[str]) -> str:
    return " or ".join(kind or "a plain value" for kind in sorted(kinds))


def _is_bytes(kind: Any) -> bool:
    if isinstance(kind, dict):
        return bool(kind.get("type") in ("bytes", "fixed"))
    return bool(kind == "bytes")


def _nodes(definition: Any, path: str = "") -> Iterable[tuple[str, dict[str, Any]]]:
    """Every part of a schema with its place, a plain type name written out as {"type": name}."""
    if isinstance(definition, str):
        yield path, {"type": definition}
    elif isinstance(definition, list):
        for branch in definition:
            yield from _nodes(branch, path)
    elif isinstance(definition, dict):
        yield path, definition
        if isinstance(definition.get("type"), dict | list):
            yield from _nodes(definition["type"], path)
        for field in definition.get("fields", ()):
            name = f"{path}.{field['name']}" if path else field["name"]
            yield name, {key: value for key, value in field.items() if key == "default"} | {"type": field["type"], "name": ""}
            yield from _nodes(field["type"], name)
        for part in ("items", "values"):
            if part in definition:
                yield from _nodes(definition[part], f"{path}[]")
