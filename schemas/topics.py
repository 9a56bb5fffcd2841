"""The topic catalogue: which topics there are, and which of them an event type is published to."""

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """One entry of `topics.toml`, where each field is explained. `retention_days` None means for ever."""

    name: str
    key: str
    partitions: int
    cleanup: Literal["delete", "compact"]
    timestamp: Literal["create", "append"]
    event_types: tuple[str, ...]
    barrier: bool
    live: bool
    retention_days: int | None = None
    written_by: tuple[str, ...] = ()
    read_by: tuple[str, ...] = ()

    @property
    def is_template(self) -> bool:
        return "{" in self.name

    @property
    def stem(self) -> str:
        """What the names of a template's topics begin with, up to the value; a topic's own name otherwise."""
        return self.name.partition("{")[0]

    def of(self, code: str) -> "TopicSpec":
        """The topic of a template for this value."""
        before, _, after = self.name.partition("{")
        return replace(self, name=before + code + after.partition("}")[2])


class UnknownEventType(LookupError):
    """No topic of the catalogue takes this event type."""


@cache
def catalogue() -> tuple[TopicSpec, ...]:
    """Every topic, in the order of the file; those that nothing produces yet too."""
    document = _document()
    return tuple(_spec(document["defaults"] | entry) for entry in document["topic"])


@cache
def live_topics() -> tuple[TopicSpec, ...]:
    """The topics to create: those that something produces."""
    return tuple(spec for spec in catalogue() if spec.live and not spec.is_template)


@cache
def barrier_topics() -> tuple[TopicSpec, ...]:
    """The live topics that get a copy of a barrier in each of their partitions."""
    return tuple(spec for spec in live_topics() if spec.barrier)


@cache
def topic_spec(name: str) -> TopicSpec:
    """The entry of one topic; KeyError where the catalogue has none."""
    return {spec.name: spec for spec in catalogue()}[name]


def spec_of(name: str) -> TopicSpec | None:
    """The entry that a topic belongs to, a template's with the name filled in; None where it is none of ours."""
    for spec in catalogue():
        if not spec.is_template:
            if spec.name == name:
                return spec
            continue
        code = name.removeprefix(spec.stem).partition(".")[0]
        if code and spec.of(code).name == name:
            return spec.of(code)
    return None


@cache
def topic_of(event_type: str) -> str:
    """The topic that an event type is published to. Barriers have several: see `is_barrier`."""
    for spec in live_topics():
        if event_type.startswith(spec.event_types):
            return spec.name
    raise UnknownEventType(f"no live topic takes the event type {event_type!r}")


@cache
def is_barrier(event_type: str) -> bool:
    """Does this event go to every partition of every barrier topic, instead of to the one of its key?"""
    return event_type in _document()["barrier_event_types"]


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads(files("schemas").joinpath("topics.toml").read_text("utf-8"))


def _spec(entry: dict[str, Any]) -> TopicSpec:
    # An unknown or missing key in the file is a TypeError here, a wrong word a ValueError.
    lists = {name: tuple(entry[name]) for name in ("event_types", "written_by", "read_by")}
    spec = TopicSpec(**entry | lists)
    if spec.cleanup not in ("delete", "compact") or spec.timestamp not in ("create", "append"):
        raise ValueError(f"topics.toml: {spec.name}: cleanup or timestamp has an unknown word")
    if spec.partitions < 1:
        raise ValueError(f"topics.toml: {spec.name}: partitions must be at least 1")
    return spec
