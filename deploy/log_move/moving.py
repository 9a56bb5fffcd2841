"""The move, in steps that can each be repeated: nothing reads the new log until it is known to hold what the old one holds.

The event store is the truth: the new log is fed from it by the relay itself, so it gets the same bytes in the same order for each
key, and the same checkpoints. Offsets are others, so read models are made anew from it, and the feed's memory too. What is
published is published anew by the feed, from the same events; what agencies have seen has to be what they would see. What
hospitals sent, and what the intake made of it, is in no event store: it is copied.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from consumers.feed.feed import SOURCE_TOPIC
from consumers.feed.keeping import build_name
from consumers.intake.intake import institution_of
from consumers.notices.database import opened_outbox
from consumers.notices.gathering import read_anew
from consumers.rebuild.rebuild import Rebuild
from deploy.composition.intake_side import hospital_topics
from deploy.composition.log_side import open_consumer
from deploy.composition.read_side import READ_MODELS, opened_views
from deploy.composition.write_side import register_clock
from deploy.lag import feed_lag
from deploy.log_move.contents import contents
from deploy.log_move.copying import copy_all
from deploy.log_move.errors import LogMoveRefused
from deploy.log_move.progress import note, require_empty, state_of
from deploy.pipeline.feeding import opened_feed
from deploy.pipeline.projecting import opened_projector
from deploy.pipeline.relaying import opened_relay
from deploy.pipeline.taking_in import opened_intake
from deploy.pipeline.task import Opened
from deploy.settings import Settings
from deploy.stage_progress import Stages
from projections.views.views import place_at
from registry.expenses.records import HOSPITAL_TOPIC
from registry.log.kafka_address import POSITIONS
from registry.store.opening import recorder_for
from schemas.clock import Clock
from schemas.topics import live_topics, topic_spec

EMBEDDED: Final = "embedded:"
MOVED: Final = ".moved"
_LOOKS_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class Moved:
    """What came of it. old: where the old log was put; builds: the read models' new builds."""

    position: int
    records: int
    builds: tuple[str, ...]
    old: Path


def move_log(old: Settings, new: Settings, stages: Stages, workers: int) -> Moved:
    """Move from the embedded log of `old` to the log of `new`; called again after a kill it goes on.

    Nothing else may run on the data. Raises LogMoveRefused, LogNotEmpty, what the relay, the feed and the projector raise.
    """
    source = _file(old)
    state = state_of(new)
    if not source.exists():
        raise LogMoveRefused(f"there is no log {source} to move" + ("; it was moved" if state == "done" else ""))
    clock = register_clock(new)
    head = _head(new)
    if state == "done":  # it was killed just before the end
        return Moved(head, 0, (), _put_aside(source))
    if state is None:
        require_empty(new)
        note(new, clock, "begun")
    if state != "compared":
        _bring_to_its_end(old, stages)
        copy_all(old, new, clock, stages)
        stages.begin("RELAY", head)
        _drain(partial(opened_relay, new, clock), stages)
        if feed_lag(old, clock) is not None:
            stages.begin("PUBLISH", None)
            with _throw_away_memory(new) as elsewhere:
                _publish(elsewhere, clock, stages)
    records = _compare(old, new, stages)
    if _head(new) != head:
        raise LogMoveRefused("commands were recorded meanwhile: stop every `registry serve`, then go on with the same command")
    note(new, clock, "compared")
    builds = tuple(_make_views(new, stages, workers))
    _forget_feed(new)
    if new.notices_file:
        with opened_outbox(new.notices) as engine:
            read_anew(engine)
    note(new, clock, "done")
    return Moved(head, records, builds, _put_aside(source))


def _bring_to_its_end(old: Settings, stages: Stages) -> None:
    """Let the old log hold everything, and what is made of it be up to date, so that there is one state to compare."""
    clock = register_clock(old)
    stages.begin("FINISH", None)
    _drain(partial(opened_relay, old, clock), stages)
    if feed_lag(old, clock) is not None:
        _drain(partial(opened_feed, old, clock), stages)
    if hospital_topics(old):
        _drain(partial(opened_intake, old, clock), stages)
    for model in READ_MODELS:
        _drain(partial(opened_projector, old, model), stages)


def _publish(new: Settings, clock: Clock, stages: Stages) -> None:
    """Nothing at the first look may mean that a cluster has not answered yet: it is done when nothing waits."""
    every = range(topic_spec(SOURCE_TOPIC).partitions)
    with opened_feed(new, clock, every) as step:
        for _ in range(_LOOKS_MAX):
            while moved := step():
                stages.advance(moved)
            lag = feed_lag(new, clock)
            if lag is not None and not lag.events:
                return
    raise LogMoveRefused("the feed publishes nothing into the new log; its own words are above, or the log does not answer")


def _drain(opened: Opened, stages: Stages) -> None:
    with opened() as step:
        while moved := step():
            stages.advance(moved)


def _compare(old: Settings, new: Settings, stages: Stages) -> int:
    """Return how many records both hold. Raises LogMoveRefused, naming the first partition that differs."""
    compared = 0
    stages.begin("LOG", None)
    hospitals = [HOSPITAL_TOPIC.of(institution_of(name) or "") for name in hospital_topics(old)]
    for topic in (*live_topics(), *hospitals):
        if topic.name == POSITIONS:
            continue
        before, after = (contents(settings, topic, stages.advance) for settings in (old, new))
        for partition in sorted(before.keys() | after.keys()):
            theirs, ours = before.get(partition), after.get(partition)
            if theirs != ours:
                counts = f"{theirs.records if theirs else 0} and {ours.records if ours else 0} records"
                raise LogMoveRefused(f"{topic.name} partition {partition} is not the same in both logs ({counts})")
            compared += ours.records if ours else 0
    return compared


def _make_views(new: Settings, stages: Stages, workers: int) -> Iterator[str]:
    """Raises LogMoveRefused where a read model would show something else."""
    with opened_views(new) as views:
        for model in READ_MODELS:
            outcome = Rebuild(views, model, partial(open_consumer, new, "rebuild"), workers, stages).move()
            if not outcome.swapped:
                assert outcome.comparison is not None
                tables = ", ".join(outcome.comparison.tables)
                raise LogMoveRefused(f"{model.name} of the new log differs from the live one in {tables}; nothing was swapped")
            yield outcome.build


@contextmanager
def _throw_away_memory(new: Settings) -> Iterator[Settings]:
    """The settings with a memory for the feed that is gone afterwards: the real one is the old log's until the end."""
    with TemporaryDirectory(prefix="registry-move-") as folder:
        yield replace(new, views_url=f"sqlite:///{folder}")


def _forget_feed(new: Settings) -> None:
    """The feed makes its memory anew from the new log, without publishing anything twice."""
    place = place_at(new.views)
    try:
        place.remove(build_name())
    finally:
        place.close()


def _put_aside(source: Path) -> Path:
    """Nobody shall go on with the old log by mistake: without the new address an empty one is begun, which stops at once."""
    return source.rename(source.with_name(source.name + MOVED))


def _head(settings: Settings) -> int:
    recorder = recorder_for(settings.store)
    try:
        return recorder.head().position
    finally:
        recorder.close()


def _file(settings: Settings) -> Path:
    return Path(settings.log.removeprefix(EMBEDDED))
