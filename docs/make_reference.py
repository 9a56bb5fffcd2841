"""Writes docs/reference/: what the program itself says of its events, commands, roles, codes, policy, topics and settings.

Run `python docs/make_reference.py`; a test fails while the pages are not what this would write.
"""

import ast
import dataclasses
import inspect
import json
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from deploy.settings import LOOKUP_KEY, MASTER_KEY, PREFIX, Settings
from registry.application.handlers import DECLARING
from registry.command import NO_SHAPE, Command, action_of, command_classes, shape_of
from registry.household.command import HouseholdCommand, StatusCommand
from schemas.access import permissions
from schemas.catalogue import registry_catalogue
from schemas.code_tables import shipped
from schemas.envelope import ENVELOPE_FIELDS
from schemas.metrics import METRICS, Metric
from schemas.policy_schema import policy_schema
from schemas.public import CORRECTED, public_table
from schemas.refusal_codes import refusal_codes
from schemas.topic_rights import CODES, Kind, Principal, rights_of
from schemas.topics import catalogue as topics

FOLDER = Path(__file__).parent / "reference"
NOTE = "<!-- Made by docs/make_reference.py from the program itself; change the program, then run it. -->"
LABELS = tomllib.loads((Path(__file__).parents[1] / "schemas/labels/events.toml").read_text("utf-8"))
assert DECLARING  # importing the handlers has declared every command


def main() -> None:
    """Write every page."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, "utf-8")


def pages() -> dict[str, str]:
    """Name of a page -> its text."""
    made: dict[str, Callable[[], Iterable[str]]] = {
        "events.md": events,
        "commands.md": commands,
        "roles.md": roles,
        "codes.md": codes,
        "refusals.md": refusals,
        "policy.md": policy,
        "topics.md": topic_list,
        "topic-rights.md": topic_rights,
        "public.md": public,
        "settings.md": settings,
        "metrics.md": metrics,
    }
    return {name: "\n".join([NOTE, *lines(), ""]) for name, lines in made.items()}


def events() -> Iterator[str]:
    """Every event type with its labels and the fields of its body."""
    yield "# Events\n"
    yield "Every event begins with the envelope: " + ", ".join(f"`{name}`" for name in ENVELOPE_FIELDS) + ".\n"
    yield "The full schemas are in `schemas/avro/`, every published version in `schemas/history/`, an example of each in"
    yield "`schemas/examples/`.\n"
    schemas = registry_catalogue()
    for event_type in schemas.event_types:
        latest = schemas.latest(event_type)
        label = LABELS[event_type]
        yield f"## {label['zh']} · {label['en']}\n"
        yield f"`{event_type}`, schema id {latest.id}, version {latest.version}. {latest.definition.get('doc', '')}\n"
        body = latest.definition["fields"][len(ENVELOPE_FIELDS) :]
        if body:
            yield "| field | type | means |"
            yield "| --- | --- | --- |"
            for field in body:
                yield f"| `{field['name']}` | {_avro(field['type'])} | {_cell(field.get('doc', ''))} |"
            yield ""


def commands() -> Iterator[str]:
    """Every command with its fields, its roles and, for a change of status, where it is legal."""
    yield "# Commands\n"
    yield "Every command also takes `effective_on` (the day on which it was true), `reason_code` where a table of reasons is"
    yield "named, and `evidence`. Household commands are `POST /v1/households/{household_id}/{route}`.\n"
    for command_class in sorted(command_classes(), key=lambda c: (c.__module__, c.__name__)):
        yield f"## {command_class.__name__}\n"
        yield " ".join((command_class.__doc__ or "").split()) + "\n"
        facts = [f"Roles: {', '.join(sorted(permissions()[action_of(command_class)]))}."]
        if issubclass(command_class, HouseholdCommand):
            facts.insert(0, f"Route `{action_of(command_class).replace('_', '-')}`.")
        if issubclass(command_class, StatusCommand) and command_class.FROM:
            facts.append(f"Legal from: {', '.join(sorted(command_class.FROM))}.")
        if command_class.REASONS:
            facts.append(f"`reason_code`: code table `{command_class.REASONS}`.")
        yield " ".join(facts) + "\n"
        yield from _fields(command_class)


def _fields(command_class: type[Command]) -> Iterator[str]:
    known = {field.name for field in dataclasses.fields(Command)} | {"household_id"}
    own = [field for field in dataclasses.fields(command_class) if field.name not in known]
    if not own:
        return
    yield "| field | type | admits |"
    yield "| --- | --- | --- |"
    for field in own:
        shape = shape_of(field)
        admits = ""
        if shape != NO_SHAPE:
            bounds = f"{shape.minimum} to {shape.maximum}" if shape.minimum is not None else ""
            staff = "opaque ids of staff" if shape.staff else ""
            admits = f"code table `{shape.table}`" if shape.table else bounds or staff
        optional = field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
        yield f"| `{field.name}` | {_cell(_python(field.type))}{', optional' if optional else ''} | {admits} |"
    yield ""


def roles() -> Iterator[str]:
    """Which role may take which action."""
    yield "# Roles and actions\n"
    yield "A role may take an action where its division covers the place. Who may not be whom (two-person rules) is each"
    yield "decision's own guard.\n"
    names = shipped()["role"]
    yield "| role | zh | en |"
    yield "| --- | --- | --- |"
    for code in names.codes:
        yield f"| `{code}` | {names.label(code, 'zh')} | {names.label(code, 'en')} |"
    yield "\n| action | roles |"
    yield "| --- | --- |"
    for action, allowed in permissions().items():
        yield f"| `{action}` | {', '.join(code for code in names.codes if code in allowed)} |"


def codes() -> Iterator[str]:
    """Every code table."""
    yield "# Code tables\n"
    for name in shipped().names:
        table = shipped()[name]
        yield f"## {table.zh} · {table.en}\n"
        yield f"`{name}`. Source: {table.source}.\n"
        yield "| code | zh | en | national |"
        yield "| --- | --- | --- | --- |"
        for code in table.codes:
            entry = table[code]
            yield f"| `{code}` | {_cell(entry.zh)} | {_cell(entry.en)} | {entry.national or ''} |"
        yield ""


def refusals() -> Iterator[str]:
    """Every refusal code."""
    yield "# Refusals and errors\n"
    yield "`E-` codes refuse; `W-` codes come along with an acceptance.\n"
    yield "| code | status | zh | en |"
    yield "| --- | --- | --- | --- |"
    for entry in refusal_codes().values():
        yield f"| `{entry.code}` | {entry.status} | {_cell(entry.text_zh)} | {_cell(entry.text_en)} |"


def policy() -> Iterator[str]:
    """Every key of a policy document."""
    yield "# Policy keys\n"
    yield "A document is one place's policy of one year. A county may change only a key with a direction, and only in it.\n"
    yield "| key | type | default | a county may go | zh | en | source |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for key in policy_schema().keys:
        default = ", ".join(f"{_short(name, key.name)}{value}" for name, value in key.defaults.items())
        row = [f"`{_cell(key.name)}`", key.type, default, key.direction or "", key.zh, key.en, key.source]
        yield "| " + " | ".join(_cell(str(cell)) for cell in row) + " |"


def topic_list() -> Iterator[str]:
    """The topic catalogue."""
    yield "# Topics\n"
    yield "| topic | key | partitions | kept | produced now |"
    yield "| --- | --- | --- | --- | --- |"
    for spec in topics():
        kept = (
            "newest of each key"
            if spec.cleanup == "compact"
            else f"{spec.retention_days} days"
            if spec.retention_days
            else "for ever"
        )
        yield f"| `{spec.name}` | {spec.key} | {spec.partitions} | {kept} | {'yes' if spec.live else 'no'} |"


def public() -> Iterator[str]:
    """What is public of a household."""
    table, schemas = public_table(), registry_catalogue()
    yield "# What is public\n"
    yield "`schemas/data/public.toml` decides it, and nothing else; `docs/public-topics.md` says how to read it.\n"
    for event_type, record in table.records.items():
        latest = schemas.latest(event_type)
        yield f"## `{record.topic}`: {record.label.zh} · {record.label.en}\n"
        yield f"`{event_type}`, schema id {latest.id}, version {latest.version}.\n"
        yield "| field | type | zh | means |"
        yield "| --- | --- | --- | --- |"
        for field in latest.definition["fields"]:
            label = record.fields[field["name"]]
            yield f"| `{field['name']}` | {_avro(field['type'])} | {_cell(label.zh)} | {_cell(label.en)} |"
        yield ""
    yield "## Kinds of changes\n"
    yield "| kind | zh | en | event type |"
    yield "| --- | --- | --- | --- |"
    kinds = shipped()["public_change"]
    for code in kinds.codes:
        sources = ", ".join(f"`{event_type}`" for event_type, kind in table.changes.items() if kind == code)
        made_by = sources or "a correction of any of these"
        assert sources or code == CORRECTED
        yield f"| `{code}` | {kinds.label(code, 'zh')} | {kinds.label(code, 'en')} | {made_by} |"
    yield "\n## What is shown of a status\n"
    yield "| status | shown |"
    yield "| --- | --- |"
    for status, shown in table.statuses.items():
        yield f"| `{status}` | `{shown}` |"
    present, monitored = (", ".join(f"`{s}`" for s in sorted(some)) for some in (table.present_statuses, table.present_overlays))
    yield f"\nA household is in the public register while one of {present} is shown of it, or the overlay {monitored}.\n"
    yield "## What stays inside\n"
    yield "Not shown, although they change a status or begin a household:\n"
    for event_type, why in table.unseen.items():
        yield f"- `{event_type}`: {why}"
    yield "\nAnd all other events of a household: " + ", ".join(f"`{event_type}`" for event_type in sorted(table.internal)) + "."


def topic_rights() -> Iterator[str]:
    """Who may do what on a broker that knows principals."""
    yield "# Rights on a secure broker\n"
    yield "What is not given here is refused. It is said in `schemas/topics.toml` and `schemas/topic_rights.py`. The user `admin`"
    yield "may do everything.\n"
    examples = {Kind.HOSPITAL: "H46999900001", Kind.AGENCY: "11469999008174419M", Kind.AUDITOR: "nao"}
    principals = [Principal(kind, examples.get(kind, "")) for kind in Kind if kind is not Kind.ADMIN]
    yield "| topic | writes | reads |"
    yield "| --- | --- | --- |"
    for spec in topics():
        yield f"| `{spec.name}` | {', '.join(spec.written_by) or '-'} | {', '.join(spec.read_by) or '-'} |"
    yield "\nA hospital and an agency have to do with their own topic of a template alone. Below, each kind with the ids under"
    yield "which it joins groups and runs transactions; our own processes' come after the setting `kafka_prefix`. `...` takes in"
    yield "whatever begins so.\n"
    for principal in principals:
        form = f", code `{CODES[principal.kind].pattern}`" if principal.kind in CODES else ""
        yield f"## {principal.kind}\n"
        yield f"User `{principal.name}`{form}.\n"
        yield "| resource | name | may |"
        yield "| --- | --- | --- |"
        for right in sorted(rights_of(principal)):
            name = f"`{right.name}{'...' if right.prefixed else ''}`"
            yield f"| {right.resource.replace('_', ' ')} | {name} | {right.operation.lower()} |"
        yield ""


def settings() -> Iterator[str]:
    """Every setting, with the sentence that stands below it in the program."""
    yield "# Settings\n"
    yield "An option beats the environment, which beats the default. An unknown `REGISTRY_` variable is refused.\n"
    yield "| variable | default | means |"
    yield "| --- | --- | --- |"
    body = ast.parse(inspect.getsource(Settings)).body[0]
    assert isinstance(body, ast.ClassDef)
    for declared, told in pairwise(body.body):
        if isinstance(declared, ast.AnnAssign) and isinstance(told, ast.Expr) and isinstance(told.value, ast.Constant):
            assert isinstance(declared.target, ast.Name)
            default = getattr(Settings(), declared.target.id)
            yield f"| `{PREFIX}{declared.target.id.upper()}` | {_cell(str(default))} | {_cell(str(told.value.value))} |"
    yield f"\nKeys themselves may be given as `{MASTER_KEY}` and `{LOOKUP_KEY}` instead of in files; nothing shows them."


def metrics() -> Iterator[str]:
    """The list of metrics."""
    yield "# Metrics\n"
    yield "The API serves its own at `GET /v1/metrics` (role OPERATOR or AUDITOR); relay, projector and feed, or the pipeline of"
    yield "`registry up`, at `/metrics` on `REGISTRY_METRICS_PORT`, which needs no token and is for the inside only. A histogram"
    yield "has `_bucket`, `_sum` and `_count`.\n"
    for title, ours in (("", True), ("## Of any process, by the client library\n", False)):
        yield title
        yield "| metric | kind, unit | labels | served by | en | zh |"
        yield "| --- | --- | --- | --- | --- | --- |"
        yield from (_metric(metric) for metric in METRICS if metric.ours == ours)


def _metric(metric: Metric) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels)
    served_by = ", ".join(sorted(metric.served_by))
    return (
        f"| `{metric.name}` | {metric.kind}, {metric.unit} | {labels} | {served_by} | {_cell(metric.en)} | {_cell(metric.zh)} |"
    )


def _short(name: str, key: str) -> str:
    return "" if name == key else f"{name.rsplit('.', 1)[-1]}: "


def _avro(kind: Any) -> str:
    if isinstance(kind, list):
        return " or ".join(_avro(branch) for branch in kind)
    if isinstance(kind, Mapping):
        if kind["type"] == "array":
            return f"list of {_avro(kind['items'])}"
        if kind["type"] == "record":
            return "{" + ", ".join(f"{field['name']}: {_avro(field['type'])}" for field in kind["fields"]) + "}"
        if kind["type"] == "enum":
            return " / ".join(kind["symbols"])
        if kind.get("logicalType") == "decimal":
            return f"decimal({kind['precision']},{kind['scale']})"
        return str(kind.get("logicalType") or kind.get("name") or kind["type"])
    return str(kind)


def _python(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) else str(kind).replace("registry.household.", "")


def _cell(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1].replace("|", "\\|").replace('\\"', '"').replace("<", "&lt;")


if __name__ == "__main__":
    main()
