"""Code tables: a table is changed whole, and no code is ever taken away, since history says it.

A code that is no longer given gets a last day. Which rules a code answers to is in its tags; those of a known code may change
with the table, its meaning may not.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from registry.command import Command, decides
from registry.decision import Decision
from registry.reference.stream import ReferenceEvent, ReferenceStream
from registry.refusal import Refusals, refuse
from schemas.code_tables import CodeTable, CodeTableInvalid, CodeTables, shipped


class CodeTableChanged(ReferenceEvent):
    """A code table, whole, as JSON."""

    TOPIC = "reference.code_table_changed"
    table: str
    table_version: str
    document: str

    def apply(self, aggregate: "CodeTableHistory") -> None:
        aggregate.division = self.division
        aggregate.documents[self.table_version] = json.loads(self.document)


class CodeTableHistory(ReferenceStream):
    """The versions of one table, in the order in which they came; before the first one the shipped table holds."""

    TOPIC: ClassVar[str] = "code_table"

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.documents: dict[str, dict[str, Any]] = {}

    def present(self, table: str) -> CodeTable | None:
        """The table as it is; None if there is no such table."""
        if self.documents:
            return CodeTable.from_document(table, next(reversed(self.documents.values())))
        tables = shipped()
        return tables[table] if table in tables.names else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCodeTable(Command):
    """Replace a code table. `document`: titles in both languages, source and codes, as in a code table file."""

    table: str
    table_version: str
    document: Mapping[str, Any]


@decides(ChangeCodeTable)
def change_code_table(history: CodeTableHistory, command: ChangeCodeTable, decision: Decision) -> None:
    """E-CODE-TABLE (no table, or a parent that is not there), E-CODE-REMOVED, E-CODE-TABLE-VERSION; the same is silent."""
    present = history.present(command.table)
    try:
        table = CodeTable.from_document(command.table, command.document)
        CodeTables([*(shipped()[name] for name in shipped().names if name != command.table), table])
    except (CodeTableInvalid, LookupError):
        refuse("E-CODE-TABLE", at="document", table=command.table)
    if present is not None and present.document() == table.document():
        return
    refusals = Refusals()
    removed = sorted(set(present.codes) - set(table.codes)) if present is not None else []
    refusals.unless(not removed, "E-CODE-REMOVED", at="document", codes=removed)
    taken = command.table_version in history.documents
    refusals.unless(not taken, "E-CODE-TABLE-VERSION", at="table_version", version=command.table_version)
    refusals.raise_any()
    history.trigger(
        CodeTableChanged,
        decision,
        command.effective_on,
        evidence=command.evidence,
        division=decision.actor["division"],
        table=command.table,
        table_version=command.table_version,
        document=json.dumps(table.document(), ensure_ascii=False, sort_keys=True, separators=(",", ":")),
    )
