"""The web application of an installation, from its settings: everything that a process opens for it, and lets go of again."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

from flask import Flask
from prometheus_client import CollectorRegistry

from deploy.composition.expense_side import expense_door
from deploy.composition.query_side import query_parts
from deploy.composition.write_side import WriteSide, write_side
from deploy.metrics.appends import AppendMetrics
from deploy.metrics.process import process_registry
from deploy.metrics.requests import RequestMetrics
from deploy.settings import Settings
from deploy.web.application import make_web_application
from deploy.web.sign_in import AccountDoor, SessionAuthenticator
from deploy.web.token_authenticator import TokenAuthenticator
from projections.api.blueprints import query_blueprints
from projections.pages.blueprint import pages_blueprint
from projections.schema_registry.blueprint import schema_registry_blueprint
from registry.api.metrics import CommandMetrics
from registry.api.parts import CommandParts
from registry.command import command_classes
from schemas.catalogue import registry_catalogue

HOUSEHOLDS_KEPT: Final = 1000
"""Aggregates that are kept in memory between commands: a household of forty events takes 4 ms to load, a kept one 0.2."""


@contextmanager
def web_application(settings: Settings) -> Iterator[Flask]:
    """The application over both sides of an installation that was prepared.

    Raises StoreMissing, StoreUnavailable, KeyRefused, VaultUnavailable.
    """
    collector = process_registry()
    timed = partial(AppendMetrics(collector).timed, "store")
    with write_side(settings, cache_size=HOUSEHOLDS_KEPT, timed=timed) as side, web_application_of(side, collector) as app:
        yield app


@contextmanager
def web_application_of(side: WriteSide, collector: CollectorRegistry) -> Iterator[Flask]:
    """The application over a write side that is open, and the read models of its installation; collector: for `/v1/metrics`."""
    metrics = CommandMetrics(collector)
    with query_parts(side, collector) as queries, expense_door(side) as expenses:
        pages = pages_blueprint(queries, AccountDoor(side.accounts, side.sessions))
        yield make_web_application(
            CommandParts(
                service=side.service,
                commands=command_classes(),
                vault=side.vault,
                tokens=side.tokens,
                expenses=expenses,
                reference_changed=side.shelf.refresh,
                metrics=metrics,
                ticks=time.perf_counter,
            ),
            [*query_blueprints(queries), schema_registry_blueprint(registry_catalogue()), pages],
            TokenAuthenticator(side.tokens, metrics.token_refused),
            SessionAuthenticator(side.sessions),
            RequestMetrics(collector),
        )
