"""The shape of tables in PostgreSQL: columns, keys, indexes, triggers, functions. Two databases of one revision have the same.

A store that was made before revisions were counted is taken over if its shape is the first revision's, and only then.
"""

from collections.abc import Mapping
from typing import Final, LiteralString

from registry.store.postgres_line import Connection

Shape = Mapping[str, list[str]]
"""Table -> what belongs to it, one line each, in order."""

_COLUMNS: Final = """
    SELECT format('column %%s %%s%%s%%s', attname, format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' not null' END,
        CASE WHEN atthasdef THEN ' default' END)
    FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
_CONSTRAINTS: Final = """
    SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = %s::regclass AND contype IN ('p', 'u', 'c', 'f', 'x') ORDER BY 1
"""
_INDEXES: Final = """
    SELECT format('%%sindex (%%s)', CASE WHEN indisunique THEN 'unique ' END,
        (SELECT string_agg(pg_get_indexdef(indexrelid, n, true), ', ' ORDER BY n) FROM generate_series(1, indnkeyatts) AS n))
    FROM pg_index WHERE indrelid = %s::regclass ORDER BY 1
"""
_TRIGGERS: Final = """
    SELECT format('trigger %%s calls %%s, type %%s', tgname, tgfoid::regproc, tgtype)
    FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal ORDER BY 1
"""
_QUESTIONS: Final[tuple[LiteralString, ...]] = (_COLUMNS, _CONSTRAINTS, _INDEXES, _TRIGGERS)


def shape_of(connection: Connection, tables: Mapping[str, object]) -> Shape:
    """The shape of those of these tables that are there. Raises psycopg.Error."""
    found = {}
    for table in tables:
        if connection.execute("SELECT to_regclass(%s)", (table,)).fetchone() != (None,):
            found[table] = [str(line) for question in _QUESTIONS for (line,) in connection.execute(question, (table,))]
    return found


def differences(found: Shape, wanted: Shape) -> list[str]:
    """What tells them apart, one sentence each; none where they are the same."""
    told = []
    for table in sorted(found.keys() | wanted.keys()):
        if table not in found:
            told.append(f"{table} is missing")
            continue
        ours, theirs = set(wanted.get(table, ())), set(found[table])
        told += [f"{table} lacks {line}" for line in sorted(ours - theirs)]
        told += [f"{table} has {line} besides" for line in sorted(theirs - ours)]
    return told
