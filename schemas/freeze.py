"""Publishing schemas: `avro/` holds what is written next, `history/` what was ever published, the lock file their ids.

A current schema that differs from its type's last published version becomes the next version, with the next id, if the rules
of `schemas.compatibility` let it. Documentation may change without a new version.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from schemas.catalogue import FrozenSchemaChanged, LockEntry, read_frozen, read_lock
from schemas.compatibility import incompatibilities, violations
from schemas.envelope import without_docs

_NAMESPACE = re.compile(r"registry\.([a-z_]+)\.v\d+")
_TYPE_PREFIX = {"operation": "registry"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What is to be said of one schema. `problems` is empty unless `state` is "refused"."""

    event_type: str
    state: Literal["unchanged", "new", "changed", "refused"]
    problems: tuple[str, ...] = ()


class SchemasRefused(Exception):
    """Some schemas break a rule; nothing was written. `findings` has only those."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("; ".join(f"{f.event_type}: {', '.join(f.problems)}" for f in findings))
        self.findings = findings


def event_type_of(definition: dict[str, Any]) -> str:
    """The event type of a record: `registry.household.v1` and `HomeChecked` give `household.home_checked`.

    Events of the registry's own running (namespace `registry.operation.v1`) have types like `registry.period_closed`.
    Raises ValueError.
    """
    namespace = _NAMESPACE.fullmatch(definition.get("namespace", ""))
    if namespace is None:
        raise ValueError(f"{definition.get('name')}: the namespace is not registry.<kind>.v<number>")
    prefix = _TYPE_PREFIX.get(namespace[1], namespace[1])
    return f"{prefix}.{re.sub(r'(?<!^)(?=[A-Z])', '_', definition['name']).lower()}"


def check(folder: Path) -> tuple[Finding, ...]:
    """What `freeze` would do with each schema, and what is wrong with those it would refuse, sorted by event type."""
    lock = read_lock(folder)
    current = _current(folder)
    findings = [_examine(folder, lock, event_type, text) for event_type, text in current.items()]
    findings += [
        Finding(event_type, "refused", ("it was published, but is not in avro/ any more",))
        for event_type in {entry.event_type for entry in lock} - current.keys()
    ]
    return tuple(sorted(findings, key=lambda finding: finding.event_type))


def freeze(folder: Path) -> tuple[LockEntry, ...]:
    """Publish what is new or changed: history file, version, id. Returns the new entries. Raises SchemasRefused."""
    findings = check(folder)
    refused = tuple(finding for finding in findings if finding.state == "refused")
    if refused:
        raise SchemasRefused(refused)
    lock = list(read_lock(folder))
    current = _current(folder)
    published = []
    for finding in findings:
        if finding.state == "unchanged":
            continue
        text = current[finding.event_type].encode()
        entry = LockEntry(
            id=max((known.id for known in lock), default=0) + 1,
            event_type=finding.event_type,
            version=sum(known.event_type == finding.event_type for known in lock) + 1,
            sha256=hashlib.sha256(text).hexdigest(),
        )
        (folder / "history").mkdir(exist_ok=True)
        (folder / "history" / entry.file_name).write_bytes(text)
        lock.append(entry)
        published.append(entry)
    if published:
        _write_lock(folder, lock)
    return tuple(published)


def _examine(folder: Path, lock: tuple[LockEntry, ...], event_type: str, text: str) -> Finding:
    definition = json.loads(text)
    try:
        older = [json.loads(read_frozen(folder, entry)) for entry in lock if entry.event_type == event_type]
    except FrozenSchemaChanged as error:
        return Finding(event_type, "refused", (str(error),))
    problems = violations(definition)
    if older and without_docs(older[-1]) == without_docs(definition):
        return Finding(event_type, "refused", tuple(problems)) if problems else Finding(event_type, "unchanged")
    problems += incompatibilities(definition, older)
    if problems:
        return Finding(event_type, "refused", tuple(problems))
    return Finding(event_type, "changed" if older else "new")


def _current(folder: Path) -> dict[str, str]:
    """Event type -> text of its current schema. Raises ValueError for two schemas of one type."""
    found: dict[str, str] = {}
    for path in sorted((folder / "avro").glob("*.avsc")):
        text = path.read_text("utf-8")
        event_type = event_type_of(json.loads(text))
        if event_type in found:
            raise ValueError(f"two schemas in avro/ are of the type {event_type}")
        found[event_type] = text
    return found


def _write_lock(folder: Path, lock: list[LockEntry]) -> None:
    lines = [
        json.dumps({"id": e.id, "type": e.event_type, "version": e.version, "sha256": e.sha256})
        for e in sorted(lock, key=lambda entry: entry.id)
    ]
    path = folder / "lock.json"
    replacement = path.with_suffix(".new")
    replacement.write_text("[\n  " + ",\n  ".join(lines) + "\n]\n", "utf-8")
    replacement.replace(path)
