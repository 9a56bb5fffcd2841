"""Subjects: the names under which a registry keeps the versions of a schema, made from our topics and record types.

Most of our topics have records of many types, so the subject of a schema is the topic with the record's full name
(Confluent's TopicRecordNameStrategy): `household.events-registry.household.v1.HouseholdExited`. A topic whose records are all of
one type has that type under `<topic>-value` too (TopicNameStrategy, what clients take unless told otherwise), and every record
type is there under its full name alone (RecordNameStrategy). A schema has one id, whichever of its subjects it is asked by.
"""

import re
from collections.abc import Mapping
from functools import cache, cached_property
from typing import Final

from projections.schema_registry.errors import (
    SCHEMA_NOT_FOUND,
    SUBJECT_NOT_FOUND,
    VERSION_INVALID,
    VERSION_NOT_FOUND,
    refuse,
)
from projections.schema_registry.normal_form import normal_form
from schemas.catalogue import Catalogue, EventSchema, SchemaUnknown
from schemas.record_topics import topics_of, types_by_topic

LATEST: Final = ("latest", "-1")
_NUMBER: Final = re.compile(r"[0-9]{1,10}")


class Subjects:
    """The schemas of a catalogue by subject and version, by id, and by what they say. A version is that of the record type."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._form_of = cache(lambda schema: normal_form(schema.definition))

    @property
    def names(self) -> tuple[str, ...]:
        """Every subject, sorted."""
        return tuple(self._versions)

    def versions(self, subject: str) -> tuple[EventSchema, ...]:
        """The versions of a subject, oldest first. Raises RegistryError."""
        return self._versions.get(subject) or refuse(SUBJECT_NOT_FOUND)

    def version(self, subject: str, number: str) -> EventSchema:
        """One version, or the latest. Raises RegistryError."""
        versions = self.versions(subject)
        if number in LATEST:
            return versions[-1]
        if not _NUMBER.fullmatch(number) or int(number) == 0:
            refuse(VERSION_INVALID)
        return next((schema for schema in versions if schema.version == int(number)), None) or refuse(VERSION_NOT_FOUND)

    def by_id(self, number: str) -> EventSchema:
        """The schema that has this id. Raises RegistryError."""
        if not _NUMBER.fullmatch(number):
            refuse(SCHEMA_NOT_FOUND)
        try:
            return self._catalogue.by_id(int(number))
        except SchemaUnknown:
            refuse(SCHEMA_NOT_FOUND)

    def same_as(self, subject: str, form: str) -> EventSchema:
        """The version of a subject that has this normal form, the latest of several. Raises RegistryError."""
        found = (schema for schema in reversed(self.versions(subject)) if self._form_of(schema) == form)
        return next(found, None) or refuse(SCHEMA_NOT_FOUND)

    @cached_property
    def _versions(self) -> Mapping[str, tuple[EventSchema, ...]]:
        found: dict[str, list[EventSchema]] = {}
        for schema in self._catalogue.list():
            for subject in subjects_of(schema):
                found.setdefault(subject, []).append(schema)
        by_version = {subject: sorted(schemas, key=lambda schema: schema.version) for subject, schemas in found.items()}
        return {subject: tuple(by_version[subject]) for subject in sorted(by_version)}


def subjects_of(schema: EventSchema) -> tuple[str, ...]:
    """Every subject that has this schema, sorted."""
    record = f"{schema.definition['namespace']}.{schema.definition['name']}"
    topics = [topic for topic in topics_of(schema.event_type) if "{" not in topic]
    alone = [topic for topic in topics if types_by_topic()[topic] == (schema.event_type,)]
    return tuple(sorted([record, *(f"{topic}-{record}" for topic in topics), *(f"{topic}-value" for topic in alone)]))
