"""What each part tells of itself. Each opens what it needs and nothing else, so that one that is down hides no other."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from consumers.notices.database import opened_outbox
from consumers.notices.outbox import Outbox
from deploy.bounded import answers_within
from deploy.clocks import SystemClock
from deploy.composition.hospital_side import hospitals_now, silence_rule
from deploy.composition.installation_facts import read_clock_offset
from deploy.composition.log_side import kafka_address, on_kafka, open_consumer
from deploy.composition.read_side import READ_MODELS, opened_views
from deploy.composition.write_side import WriteSide, open_events, register_clock, require_store, write_side
from deploy.lag import Lag, feed_lag, intake_lag, marks_of, notices_lag, relay_state, view_lag, warner_lag
from deploy.pipeline.feeding import TASK as FEED
from deploy.pipeline.projecting import task_name
from deploy.pipeline.telling import DELIVER
from deploy.settings import Settings
from deploy.status.members import group_members
from deploy.status.processes import processes
from deploy.told_errors import code_of
from projections.read_model import ReadModel
from registry.application.hospital_intakes import HospitalIntakes
from registry.application.reference_shelf import ReferenceShelf
from registry.history.checkpoint import TOPIC as CHECKPOINTS
from registry.history.checkpoint import Checkpoint
from registry.policy.validation import latest, version_of
from registry.store.instant import from_micros
from registry.store.opening import recorder_for
from schemas.clock import Clock
from schemas.topics import live_topics

Document = dict[str, Any]
NOTHING_YET: Final[Document] = {"position": 0}
_TAIL: Final = 10
"""Offsets before the end in which the last record is looked for: Kafka's transactions use some up."""
_POLL_S: Final = 1.0
_CLOCK_S: Final = 1.0
GROUP: Final = "status"


def questions(settings: Settings) -> Mapping[str, Callable[[], Document]]:
    """By part, in the order in which they are shown."""
    asked: dict[str, Callable[[], Document]] = {
        "processes": lambda: processes(settings),
        "store": lambda: _store(settings),
        "log": lambda: _log(settings),
        "relay": lambda: _relay(settings),
        "checkpoint": lambda: _checkpoint(settings),
    }
    asked |= {view_part(model): partial(_view, settings, model) for model in READ_MODELS}
    if on_kafka(settings):
        asked["members"] = lambda: _members(settings)
    asked |= {"feed": lambda: _feed(settings), "intake": lambda: _intake(settings)}
    asked["hospitals"] = lambda: _hospitals(settings)
    asked["warner"] = lambda: _warner(settings)
    return asked | {"notices": lambda: _notices(settings), "register": lambda: _register(settings)}


def view_part(model: ReadModel) -> str:
    """The name of a read model's part."""
    return f"view {model.name}"


def _clock(settings: Settings) -> Clock:
    """The register's; where the store cannot say in time how far it is from the machine's, the machine's."""
    asked: dict[str, Callable[[], Clock]] = {"clock": lambda: register_clock(settings)}
    answer = answers_within(_CLOCK_S, asked)["clock"]
    return SystemClock() if isinstance(answer, Exception) else answer


def _store(settings: Settings) -> Document:
    require_store(settings)
    recorder = recorder_for(settings.store)
    try:
        head = recorder.head()
    finally:
        recorder.close()
    recorded_at = None if head.recorded_at_us is None else _text(from_micros(head.recorded_at_us))
    return {"position": head.position, "recorded_at": recorded_at}


def _log(settings: Settings) -> Document:
    topics = [topic.name for topic in live_topics()]
    consumer = open_consumer(settings, GROUP, topics)
    try:
        ends = consumer.end_offsets()
    finally:
        consumer.close()
    return {"topics": len(topics), "partitions": len(ends), "offsets": sum(ends.values())}


def _relay(settings: Settings) -> Document:
    clock = _clock(settings)
    recorder = recorder_for(settings.store)
    try:
        marks = marks_of(settings, clock)
        try:
            state = relay_state(recorder, marks, clock)
        finally:
            marks.close()
    finally:
        recorder.close()
    return {"position": state.position, "head": state.head, "sealed": state.sealed, **_lag(state.lag)}


def _checkpoint(settings: Settings) -> Document:
    """The last one that was published."""
    consumer = open_consumer(settings, GROUP, (CHECKPOINTS,))
    try:
        end = consumer.end_offsets()[CHECKPOINTS, 0]
        if not end:
            return dict(NOTHING_YET)
        consumer.resume_from(lambda topic, partition: max(0, end - _TAIL))
        records = consumer.poll(_TAIL, _POLL_S)
    finally:
        consumer.close()
    if not records or records[-1].value is None:
        return dict(NOTHING_YET)
    last = Checkpoint.from_bytes(records[-1].value)
    recorded_at = _text(from_micros(last.recorded_at_us))
    return {
        "position": last.position,
        "leaves": last.leaves,
        "recorded_at": recorded_at,
        "root": last.root.hex(),
        "key": last.key_id,
    }


def _view(settings: Settings, model: ReadModel) -> Document:
    with opened_views(settings) as views:
        builds = [build.name for build in views.builds() if build.model == model.name]
        live = views.live_build(model)
        document: Document = {"live": live and live.name, "version": live and live.version, "builds": builds}
        if (progress := views.progress(model)) is not None:
            document["in_the_making"] = {
                "build": progress.build,
                "stage": progress.stage,
                "done": progress.done,
                "total": progress.total,
            }
        if live is not None and live.version != model.version:
            return document | {
                "problem": "E-VIEW-OUTDATED",
                "why": f"{live.name} is of version {live.version}, not {model.version}",
            }
        engine = views.live(model)
        return document if engine is None else document | _lag(view_lag(settings, model, engine, _clock(settings)))


def _members(settings: Settings) -> Document:
    """Of each group that shares partitions out: where its members are."""
    groups = [*(task_name(model) for model in READ_MODELS), FEED]
    groups += [DELIVER] if settings.notices_file else []
    return dict(group_members(kafka_address(settings), groups))


def _feed(settings: Settings) -> Document:
    """Empty where no feed was ever begun."""
    lag = feed_lag(settings, _clock(settings))
    return {} if lag is None else _lag(lag)


def _intake(settings: Settings) -> Document:
    """Empty where no hospital has a topic."""
    clock = _clock(settings)
    lag = intake_lag(settings, clock)
    if lag is None:
        return {}
    store = open_events(settings, clock)
    try:
        stopped = sorted(HospitalIntakes(store.events_of_types).stopped)
    finally:
        store.close()
    return {"stopped": stopped, **_lag(lag)}


def _hospitals(settings: Settings) -> Document:
    """How many are known, and for how many seconds each that is silent has been so. Empty where there is no read model."""
    clock = _clock(settings)
    store = open_events(settings, clock)
    try:
        rule = silence_rule(ReferenceShelf(store.events_of_types, time.monotonic), clock)
    finally:
        store.close()
    with opened_views(settings) as views:
        found = hospitals_now(views, rule, clock)
    if found is None:
        return {}
    return {"known": len(found.known), "silent": {code: round(seconds, 3) for code, seconds in found.silent.items()}}


def _warner(settings: Settings) -> Document:
    """Empty where no hospital has a topic."""
    lag = warner_lag(settings, _clock(settings))
    return {} if lag is None else _lag(lag)


def _notices(settings: Settings) -> Document:
    """Empty where nobody is told of anything."""
    clock = _clock(settings)
    lag = notices_lag(settings, clock)
    if lag is None:
        return {}
    with opened_outbox(settings.notices) as engine:
        outbox = Outbox(engine)
        counts, oldest = outbox.counts(), outbox.oldest_pending()
    waited = 0.0 if oldest is None else (clock.now() - oldest).total_seconds()
    told = {state.lower(): count for state, count in counts.items()}
    return {**told, "oldest_pending_seconds": round(max(0.0, waited), 3), **_lag(lag)}


def _register(settings: Settings) -> Document:
    """What is in it: needs the store, and for the persons the vault."""
    with write_side(settings) as side:
        offset = read_clock_offset(side.engine)
        return {
            "clock": {"now": _text(side.clock.now()), "offset_days": round(offset / timedelta(days=1), 3)},
            "policies": sorted(version_of(document) for document in latest(side.shelf.policies().documents).values()),
            "vault": _or_code(lambda: _vault(side)),
            "tokens": _tokens(side),
        }


def _vault(side: WriteSide) -> Document:
    persons, erased = side.vault.count_persons()
    return {"persons": persons, "erased": erased, "keys_by_master_key": side.vault.keys_in_use()}


def _tokens(side: WriteSide) -> Document:
    now = side.clock.now()
    tokens = side.tokens.list()
    revoked = sum(token.revoked_at is not None for token in tokens)
    expired = sum(token.revoked_at is None and now >= token.expires_at for token in tokens)
    return {"valid": len(tokens) - revoked - expired, "expired": expired, "revoked": revoked}


def _lag(lag: Lag) -> Document:
    return {"lag_events": lag.events, "lag_seconds": round(lag.seconds, 3)}


def _or_code(part: Callable[[], Document]) -> Document:
    try:
        return part()
    except Exception as error:
        if (code := code_of(error)) is None:
            raise
        return {"problem": code, "why": type(error).__name__}


def _text(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds")
