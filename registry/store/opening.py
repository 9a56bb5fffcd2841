"""From a setting to an event store: the address says which database."""

from pathlib import Path

from registry.store.event_store import RegistryEventStore
from registry.store.mapper import AvroMapper
from registry.store.period_closer import PeriodCloser
from registry.store.postgres import PostgresStoreRecorder
from registry.store.recorder import StoreRecorder
from registry.store.sqlite import SQLiteStoreRecorder
from schemas.catalogue import Catalogue, registry_catalogue
from schemas.clock import Clock
from schemas.codec import Codec

LOCK_TIMEOUT_S = 10
"""Longer than any write takes, a bulk save included; shorter than a caller's patience."""
_SQLITE = "sqlite:///"
_POSTGRESQL = ("postgresql://", "postgres://")


def create_store(url: str) -> None:
    """Make the tables, unless they are there; to be done once, before any process opens the store. Raises StoreUnavailable.

    An installation's in PostgreSQL are made by `migrating` instead, which counts their revisions.
    """
    recorder = recorder_for(url)
    try:
        recorder.create_table()
    finally:
        recorder.close()


def open_store(
    url: str, clock: Clock, *, closer: PeriodCloser | None = None, catalogue: Catalogue | None = None
) -> RegistryEventStore:
    """The event store at `sqlite:///path` (relative) or `sqlite:////path`, or `postgresql://...`. It has to exist.

    closer: closes periods as they end; catalogue: the registry's own schemas unless given. Raises StoreMissing,
    StoreUnavailable; ValueError for another kind of address.
    """
    recorder = recorder_for(url)
    try:
        recorder.head()  # the first access says whether there is a store at all
    except BaseException:
        recorder.close()
        raise
    codec = Codec(catalogue if catalogue is not None else registry_catalogue())
    return RegistryEventStore(AvroMapper(codec), recorder, clock, closer)


def recorder_for(url: str, *, lock_timeout_s: int = LOCK_TIMEOUT_S) -> StoreRecorder:
    """The recorder for an address, for what needs no event store (relay, verification). Raises ValueError.

    lock_timeout_s: how long a writer waits for another one.
    """
    if url.startswith(_SQLITE):
        return SQLiteStoreRecorder(Path(url.removeprefix(_SQLITE)), lock_timeout_s=lock_timeout_s)
    if url.startswith(_POSTGRESQL):
        return PostgresStoreRecorder(url, lock_timeout_s=lock_timeout_s)
    raise ValueError("the event store's address begins with sqlite:/// or postgresql://")
