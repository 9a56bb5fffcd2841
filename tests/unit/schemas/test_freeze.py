"""How schemas are published: ids once, versions in order, documentation freely, and nothing at all where one breaks a rule."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from deploy.commands.schemas_command import command
from schemas.catalogue import read_lock
from schemas.freeze import SchemasRefused, check, event_type_of, freeze
from tests.support.meter import BODIES, definition, meter_catalogue, write_schema

ESTIMATED = {"name": "estimated", "type": ["null", "string"], "default": None}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    meter_catalogue(tmp_path)
    return tmp_path


def states(folder: Path) -> dict[str, str]:
    return {finding.event_type.removeprefix("meter."): finding.state for finding in check(folder)}


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_first_publication_gives_ids_in_order_of_type(folder: Path) -> None:
    published = [(entry.id, entry.event_type, entry.version) for entry in read_lock(folder)]
    assert published == [(1, "meter.day_closed", 1), (2, "meter.meter_opened", 1), (3, "meter.meter_read", 1)]
    for entry in read_lock(folder):
        assert (folder / "history" / entry.file_name).exists()


def test_what_is_published_is_unchanged_and_publishing_again_does_nothing(folder: Path) -> None:
    before = everything(folder)
    assert set(states(folder).values()) == {"unchanged"}
    assert freeze(folder) == ()
    assert everything(folder) == before


def test_better_documentation_is_no_new_version(folder: Path) -> None:
    schema = definition("DayClosed") | {"doc": "A day has ended."}
    schema["fields"] = [field | {"doc": "explained"} for field in schema["fields"]]
    write_schema(folder, schema)
    assert states(folder)["day_closed"] == "unchanged"
    assert freeze(folder) == ()


def test_a_compatible_change_becomes_the_next_version_with_the_next_id(folder: Path) -> None:
    before = everything(folder)
    write_schema(folder, definition("MeterRead", [*BODIES["MeterRead"], ESTIMATED]))
    assert states(folder) == {"day_closed": "unchanged", "meter_opened": "unchanged", "meter_read": "changed"}
    (entry,) = freeze(folder)
    assert (entry.id, entry.version) == (4, 2)
    after = everything(folder)
    assert [line for line in read_lock(folder) if line.id < 4] == list(read_lock(folder))[:3]
    kept = {name: content for name, content in before.items() if name.startswith("history/")}
    assert {name: after[name] for name in kept} == kept, "what was published stays as it was"


def test_a_new_type_is_new(folder: Path) -> None:
    write_schema(folder, definition("MeterClosed", []))
    assert states(folder)["meter_closed"] == "new"
    (entry,) = freeze(folder)
    assert (entry.id, entry.event_type, entry.version) == (4, "meter.meter_closed", 1)


def test_an_incompatible_change_is_refused_in_both_directions_and_publishes_nothing(folder: Path) -> None:
    write_schema(folder, definition("MeterClosed", []))
    write_schema(folder, definition("MeterRead", BODIES["MeterRead"][1:]))
    before = everything(folder)
    with pytest.raises(SchemasRefused, match=r"meter\.meter_read: forward with v1") as refused:
        freeze(folder)
    assert [finding.event_type for finding in refused.value.findings] == ["meter.meter_read"]
    assert everything(folder) == before, "the new type is not published either"


def test_a_change_has_to_fit_every_earlier_version_not_just_the_last(folder: Path) -> None:
    write_schema(folder, definition("DayClosed", [*BODIES["DayClosed"], ESTIMATED]))
    freeze(folder)
    write_schema(folder, definition("DayClosed"))
    freeze(folder)
    write_schema(folder, definition("DayClosed", [*BODIES["DayClosed"], ESTIMATED | {"type": ["null", "int"]}]))
    (finding,) = [finding for finding in check(folder) if finding.event_type == "meter.day_closed"]
    assert finding.state == "refused"
    assert all("with v2" in problem for problem in finding.problems), "v1 and v3 have no such field"


def test_a_type_cannot_be_taken_back(folder: Path) -> None:
    (folder / "avro" / "DayClosed.avsc").unlink()
    (finding,) = [finding for finding in check(folder) if finding.state == "refused"]
    assert finding.problems == ("it was published, but is not in avro/ any more",)
    with pytest.raises(SchemasRefused):
        freeze(folder)


def test_history_that_was_touched_is_refused(folder: Path) -> None:
    path = folder / "history" / "meter.day_closed.v1.avsc"
    path.write_text(path.read_text() + " ")
    (finding,) = [finding for finding in check(folder) if finding.state == "refused"]
    assert "is not what was frozen" in finding.problems[0]
    with pytest.raises(SchemasRefused):
        freeze(folder)


def test_a_rule_of_the_registry_holds_for_unchanged_schemas_too(tmp_path: Path) -> None:
    """Whoever got past the check once is told the next time."""
    schema = definition("MeterRead")
    schema["fields"] = schema["fields"][1:]
    write_schema(tmp_path, schema)
    with pytest.raises(SchemasRefused, match="not the envelope"):
        freeze(tmp_path)
    assert read_lock(tmp_path) == ()


def test_two_schemas_of_one_type_are_a_mistake(folder: Path) -> None:
    (folder / "avro" / "Twice.avsc").write_text(json.dumps(definition("DayClosed")))
    with pytest.raises(ValueError, match=r"two schemas in avro/ are of the type meter\.day_closed"):
        check(folder)


@pytest.mark.parametrize(
    ("namespace", "name", "event_type"),
    [
        ("registry.household.v1", "HomeChecked", "household.home_checked"),
        ("registry.household.v12", "A", "household.a"),
        ("registry.early_warning.v1", "WarningRaised", "early_warning.warning_raised"),
        ("registry.operation.v1", "PeriodClosed", "registry.period_closed"),
    ],
)
def test_the_event_type_follows_from_namespace_and_name(namespace: str, name: str, event_type: str) -> None:
    assert event_type_of({"namespace": namespace, "name": name}) == event_type


@pytest.mark.parametrize("namespace", ["", "registry.household", "household.v1", "registry.Household.v1", "registry.household.v"])
def test_another_namespace_is_a_mistake(namespace: str) -> None:
    with pytest.raises(ValueError, match="namespace"):
        event_type_of({"namespace": namespace, "name": "HomeChecked"})


def run(*arguments: Any) -> tuple[int, str]:
    result = CliRunner().invoke(command, [str(argument) for argument in arguments])
    return result.exit_code, result.output


def test_the_program_says_what_differs_and_publishes_it(folder: Path) -> None:
    assert run("check", "--folder", folder) == (0, "3 schemas: 3 as published, 0 not\n")
    write_schema(folder, definition("MeterRead", [*BODIES["MeterRead"], ESTIMATED]))
    assert run("check", "--folder", folder) == (1, "meter.meter_read: changed\n3 schemas: 2 as published, 1 not\n")
    assert run("freeze", "--folder", folder) == (0, "meter.meter_read v2 has id 4\n1 published\n")
    assert run("check", "--folder", folder)[0] == 0


def test_the_program_says_why_it_refuses(folder: Path) -> None:
    write_schema(folder, definition("MeterRead", BODIES["MeterRead"][1:]))
    for action in ("check", "freeze"):
        status, output = run(action, "--folder", folder)
        assert status == 1
        assert "meter.meter_read: refused" in output
        assert "forward with v1" in output
    assert len(read_lock(folder)) == 3
