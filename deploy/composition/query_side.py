"""What the query API needs of an installation: the live read model, and probes of what readiness and metrics tell of."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Final

from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from consumers.notices.database import opened_outbox
from consumers.notices.outbox import Listed, Outbox
from deploy.clocks import OffsetClock
from deploy.composition.hospital_side import HospitalTopics, silence_rule
from deploy.composition.read_side import opened_views
from deploy.composition.write_side import WriteSide
from deploy.lag import Lag, marks_of, relay_lag, view_lag
from deploy.metrics.hospitals import SilentHospitalsCollector
from deploy.metrics.lag_collector import LagCollector
from projections.api.access import PROVINCE
from projections.api.errors import ViewUnavailable
from projections.api.parts import QueryParts
from projections.expenses.read_model import EXPENSES
from projections.register.queries.division_tree import DivisionTree
from projections.register.read_model import REGISTER
from projections.reimbursement.rule import Targets, shipped_targets
from projections.views.views import Views
from registry.application.reference_shelf import NoPolicy
from registry.relay.relay import RELAY
from registry.store.errors import StoreUnavailable
from schemas.catalogue import registry_catalogue
from schemas.codec import Codec

NO_OFFSET: Final = timedelta()
NOTICES_MAX: Final = 1000
"""More than a case can have within its life."""


@contextmanager
def query_parts(side: WriteSide, collector: CollectorRegistry) -> Iterator[QueryParts]:
    """The query API's parts, over the read models of the write side's installation; let go of when the block is left."""
    with opened_views(side.settings) as views:
        collector.register(LagCollector(side.settings, views, side.clock))
        collector.register(SilentHospitalsCollector(views, side.shelf, side.clock))

        def engine() -> Engine | None:
            return views.live(REGISTER)

        yield QueryParts(
            engine=engine,
            rebuilding=lambda: views.progress(REGISTER),
            clock=side.clock,
            clock_offset=side.clock.offset if isinstance(side.clock, OffsetClock) else NO_OFFSET,
            divisions=DivisionTree(engine, time.monotonic),
            code_tables=side.shelf.code_tables,
            codec=Codec(registry_catalogue()),
            probes={"store": side.store.recorder.head, "log": lambda: _mark(side)},
            lags={"relay": lambda: _relay_lag(side), REGISTER.name: lambda: _register_lag(side, views)},
            ticks=time.monotonic,
            pause=time.sleep,
            metrics=collector,
            silence=lambda: silence_rule(side.shelf, side.clock),
            told=lambda matter: _told(side, matter),
            expenses=lambda: views.live(EXPENSES),
            expenses_rebuilding=lambda: views.progress(EXPENSES),
            targets=lambda year: _targets(side, year),
            with_topic=HospitalTopics(side.settings, time.monotonic).codes,
        )


def _targets(side: WriteSide, year: int) -> Targets:
    """The province's: no county may change them."""
    try:
        policy = side.shelf.policy_for(PROVINCE, date(year, 1, 1))
    except NoPolicy:
        return shipped_targets()
    return Targets.of(policy.reimbursement_targets, policy.reimbursement_alert_personal)


def _told(side: WriteSide, matter: str) -> Sequence[Listed]:
    if not side.settings.notices_file:
        return ()
    try:
        with opened_outbox(side.settings.notices) as engine:
            return Outbox(engine).listed(about=matter, limit=NOTICES_MAX)
    except StoreUnavailable as error:
        raise ViewUnavailable(type(error).__name__) from error


def _mark(side: WriteSide) -> object:
    marks = marks_of(side.settings, side.clock)
    try:
        return marks.mark(RELAY)
    finally:
        marks.close()


def _relay_lag(side: WriteSide) -> Lag:
    marks = marks_of(side.settings, side.clock)
    try:
        return relay_lag(side.store.recorder, marks, side.clock)
    finally:
        marks.close()


def _register_lag(side: WriteSide, views: Views) -> Lag:
    engine = views.live(REGISTER)
    if engine is None:
        raise ViewUnavailable("there is no build of this version")
    return view_lag(side.settings, REGISTER, engine, side.clock)
