"""Schemas are found by id and by type, and a published one that was touched is not used."""

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.catalogue import Catalogue, FrozenSchemaChanged, SchemaUnknown, read_lock, registry_catalogue
from schemas.freeze import freeze
from tests.support.meter import BODIES, definition, meter_catalogue, write_schema


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The meter's schemas, one of them in two versions."""
    meter_catalogue(tmp_path)
    write_schema(tmp_path, grown("estimated"))
    freeze(tmp_path)
    return tmp_path


def grown(*fields: str) -> dict[str, Any]:
    """A reading with these optional fields more."""
    more = [{"name": field, "type": ["null", "string"], "default": None} for field in fields]
    return definition("MeterRead", [*BODIES["MeterRead"], *more])


def test_a_schema_is_found_by_its_id_and_keeps_its_text(folder: Path) -> None:
    catalogue = Catalogue(folder)
    for entry in catalogue.entries:
        schema = catalogue.by_id(entry.id)
        assert (schema.id, schema.event_type, schema.version) == (entry.id, entry.event_type, entry.version)
        assert schema.text == (folder / "history" / entry.file_name).read_text()
        assert schema.definition == json.loads(schema.text)
        assert schema.header == b"\x00" + entry.id.to_bytes(4, "big")
        assert catalogue.by_id(entry.id) is schema


def test_the_latest_version_is_the_one_to_write_under(folder: Path) -> None:
    catalogue = Catalogue(folder)
    assert [schema.version for schema in catalogue.versions("meter.meter_read")] == [1, 2]
    assert catalogue.latest("meter.meter_read").version == 2
    assert catalogue.latest("meter.meter_opened").version == 1
    assert catalogue.event_types == ("meter.day_closed", "meter.meter_opened", "meter.meter_read")
    assert [schema.id for schema in catalogue.list()] == [1, 2, 3, 4]


def test_more_than_nine_versions_stay_in_order(folder: Path) -> None:
    for count in range(2, 11):
        write_schema(folder, grown("estimated", *(f"more_{number}" for number in range(count))))
        freeze(folder)
    assert [schema.version for schema in Catalogue(folder).versions("meter.meter_read")] == list(range(1, 12))


@pytest.mark.parametrize("ask", [lambda c: c.by_id(99), lambda c: c.latest("meter.melted"), lambda c: c.versions("meter.melted")])
def test_what_was_never_published_is_unknown(folder: Path, ask: Any) -> None:
    with pytest.raises(SchemaUnknown, match=r"99|melted"):
        ask(Catalogue(folder))


@pytest.mark.parametrize("change", [lambda text: text + "\n", lambda text: text.replace("int", "long"), lambda text: ""])
def test_a_published_schema_that_was_changed_is_not_used(folder: Path, change: Any) -> None:
    path = folder / "history" / "meter.day_closed.v1.avsc"
    path.write_text(change(path.read_text()))
    with pytest.raises(FrozenSchemaChanged, match=r"meter\.day_closed\.v1\.avsc is not what was frozen"):
        Catalogue(folder).latest("meter.day_closed")
    assert Catalogue(folder).latest("meter.meter_read").version == 2, "the others can be used"


def test_a_published_schema_that_is_gone_is_missed(folder: Path) -> None:
    (folder / "history" / "meter.day_closed.v1.avsc").unlink()
    with pytest.raises(FrozenSchemaChanged, match="not in history/"):
        Catalogue(folder).list()


def test_each_schema_has_named_types_of_its_own(folder: Path) -> None:
    """Every schema defines Id and Actor again; parsed together, the second definition would be an error."""
    assert len({schema.parsed["name"] for schema in Catalogue(folder).list()}) == 3


def test_a_folder_without_a_lock_file_has_published_nothing(tmp_path: Path) -> None:
    assert read_lock(tmp_path) == ()
    assert Catalogue(tmp_path).event_types == ()


def test_the_registrys_own_catalogue_is_read_once() -> None:
    assert registry_catalogue() is registry_catalogue()
    assert len(registry_catalogue().list()) == len(registry_catalogue().entries)
