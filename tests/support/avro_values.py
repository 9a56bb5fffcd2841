"""Values of an Avro schema as the codec takes them: from JSON examples, made up by hypothesis; and the same undressed."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def typed(value: Any, schema: Any, known: dict[str, Any]) -> Any:
    """A JSON example as the values that the codec takes; `known` are the schema's named types so far."""
    if isinstance(schema, list):
        inner = next((branch for branch in schema if branch != "null"), None)
        return None if value is None else typed(value, inner, known)
    if isinstance(schema, str):
        if schema in known:
            return typed(value, known[schema], known)
        return bytes.fromhex(value) if schema == "bytes" else value
    if "name" in schema:
        known[schema["name"]] = schema
    match schema:
        case {"type": "record", "fields": fields}:
            return {f["name"]: typed(value[f["name"]], f["type"], known) for f in fields}
        case {"type": "array", "items": items}:
            return [typed(item, items, known) for item in value]
        case {"type": "fixed", "size": 16}:
            return UUID(value)
        case {"type": "fixed"}:
            return bytes.fromhex(value)
        case {"logicalType": "decimal"}:
            return Decimal(value)
        case {"logicalType": "date"}:
            return date.fromisoformat(value)
        case {"logicalType": "timestamp-micros"}:
            return datetime.fromisoformat(value)
    return value


def undressed(value: Any) -> Any:
    """The same value as `decode_raw` gives it: ids as bytes, days and microseconds as numbers."""
    match value:
        case dict():
            return {key: undressed(item) for key, item in value.items()}
        case list():
            return [undressed(item) for item in value]
        case UUID():
            return value.bytes
        case datetime():
            return (value - EPOCH) // EPOCH.resolution
        case date():
            return (value - EPOCH.date()).days
    return value


def any_value(schema: Any, known: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Every value that a schema admits; `known` are its named types so far."""
    if isinstance(schema, list):
        return st.one_of([any_value(branch, known) for branch in schema])
    if isinstance(schema, str):
        return any_value(known[schema], known) if schema in known else _PLAIN[schema]
    if "name" in schema:
        known[schema["name"]] = schema
    match schema:
        case {"type": "record", "fields": fields}:
            return st.fixed_dictionaries({f["name"]: any_value(f["type"], known) for f in fields})
        case {"type": "array", "items": items}:
            return st.lists(any_value(items, known), max_size=3)
        case {"type": "fixed", "size": 16}:
            return st.uuids()
        case {"type": "fixed", "size": size}:
            return st.binary(min_size=size, max_size=size)
        case {"type": "enum", "symbols": symbols}:
            return st.sampled_from(symbols)
        case {"logicalType": kind}:
            return _LOGICAL[kind]
        case {"type": inner}:
            return any_value(inner, known)
    raise AssertionError(f"no values are known for {schema}")


_PLAIN: dict[str, st.SearchStrategy[Any]] = {
    "null": st.none(),
    "boolean": st.booleans(),
    "int": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**63), 2**63 - 1),
    "string": st.text(max_size=20),
    "bytes": st.binary(max_size=20),
}
_LOGICAL: dict[str, st.SearchStrategy[Any]] = {
    "date": st.dates(),
    "timestamp-micros": st.integers(-(10**15), 10**16).map(lambda micros: EPOCH + timedelta(microseconds=micros)),
    "decimal": st.decimals(Decimal("-9999999999.99"), Decimal("9999999999.99"), places=2),
}
