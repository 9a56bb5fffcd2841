"""What an installation holds and how far behind each part is, as one document: for `registry status`.

What cannot be had just now shows its stable code in its place, and the rest is told all the same.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy.exc
from sqlalchemy import make_url

from deploy.composition.installation_facts import read_clock_offset
from deploy.composition.read_side import READ_MODELS, opened_views
from deploy.composition.write_side import WriteSide, write_side
from deploy.lag import Lag, marks_of, relay_lag, view_lag
from deploy.settings import Settings
from deploy.told_errors import code_of
from projections.read_model import ReadModel
from projections.views.views import Views
from registry.policy.policy import PolicyBook
from registry.policy.validation import latest, version_of
from registry.store.instant import from_micros

Document = dict[str, Any]


def overview(settings: Settings) -> Document:
    """The whole document. Raises StoreMissing, StoreUnavailable, KeyRefused."""
    with write_side(settings) as side, opened_views(settings) as views:
        return {
            "places": _places(settings),
            "clock": _clock(side),
            "store": _store(side),
            "relay": _or_code(lambda: _relay(side)),
            "views": {model.name: _or_code(lambda m=model: _view(side, views, m)) for model in READ_MODELS},  # type: ignore[misc]
            "policies": _policies(side.shelf.policies()),
            "vault": _or_code(lambda: _vault(side)),
            "tokens": _tokens(side),
        }


def _places(settings: Settings) -> Document:
    return {
        "data": str(settings.path("").absolute()),
        "store": without_password(settings.store),
        "vault": without_password(settings.vault),
        "log": settings.log,
        "views": without_password(settings.views),
    }


def _clock(side: WriteSide) -> Document:
    offset = read_clock_offset(side.engine)
    return {"now": _text(side.clock.now()), "offset_days": round(offset / timedelta(days=1), 3)}


def _store(side: WriteSide) -> Document:
    head = side.store.recorder.head()
    recorded_at = None if head.recorded_at_us is None else _text(from_micros(head.recorded_at_us))
    return {"position": head.position, "recorded_at": recorded_at}


def _relay(side: WriteSide) -> Document:
    marks = marks_of(side.settings, side.clock)
    try:
        return _lag(relay_lag(side.store.recorder, marks, side.clock))
    finally:
        marks.close()


def _view(side: WriteSide, views: Views, model: ReadModel) -> Document:
    builds = [build.name for build in views.builds() if build.model == model.name]
    live = views.live_build(model)
    document: Document = {"live": live and live.name, "version": live and live.version, "builds": builds}
    if (progress := views.progress(model)) is not None:
        document["in_the_making"] = f"{progress.build}: {progress.stage}, {progress.done:,} of {progress.total:,} events"
    if live is not None and live.version != model.version:
        return document | {"problem": "E-VIEW-OUTDATED"}
    engine = views.live(model)
    return document if engine is None else document | _lag(view_lag(side.settings, model, engine, side.clock))


def _policies(book: PolicyBook) -> list[str]:
    return sorted(version_of(document) for document in latest(book.documents).values())


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
    except sqlalchemy.exc.OperationalError:
        return {"problem": "E-VIEWS"}
    except Exception as error:
        if (code := code_of(error)) is None:
            raise
        return {"problem": code}


def without_password(url: str) -> str:
    """The address of a database, as it may be shown."""
    return make_url(url).render_as_string(hide_password=True)


def _text(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds")
