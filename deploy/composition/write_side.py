"""The write side of one process: event store, vault, tokens, reference shelf and the command service."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import Engine

from deploy.clocks import OffsetClock, SystemClock
from deploy.composition.checkpoint_keys import make_checkpoint_key
from deploy.composition.installation_facts import create_facts, read_clock_offset
from deploy.composition.intake_keys import make_intake_key
from deploy.composition.keys import make_keys, read_keys
from deploy.composition.log_side import prepare_log
from deploy.composition.reference_documents import activate_documents, read_documents
from deploy.ids import RandomBytes, time_ordered_ids
from deploy.pauses import short_pause
from deploy.settings import Settings
from registry.accounts import tables as account_tables
from registry.accounts.accounts import Accounts
from registry.accounts.one_time_codes import TotpSeal
from registry.accounts.sessions import Sessions
from registry.application.loader import StoreLoader
from registry.application.reference_shelf import ReferenceShelf
from registry.application.service import CommandService
from registry.decision import IdSource
from registry.period.period import PeriodCalendar
from registry.store.application import RegistryApplication
from registry.store.errors import StoreMissing
from registry.store.event_store import RegistryEventStore
from registry.store.opening import create_store, open_store, recorder_for
from registry.store.revision import STORE_REVISION, is_postgresql
from registry.tokens import tables as token_tables
from registry.tokens.tokens import Tokens
from registry.vault.database import VaultDatabase
from registry.vault.revision import VAULT_REVISION
from registry.vault.vault import Vault
from schemas.clock import Clock

PROVINCE = "460000000000"


@dataclass(frozen=True, slots=True)
class WriteSide:
    """What commands need. `engine` is of the event store's database, for tokens, accounts and facts of the installation."""

    settings: Settings
    clock: Clock
    next_id: IdSource
    engine: Engine
    store: RegistryEventStore
    application: RegistryApplication
    shelf: ReferenceShelf
    service: CommandService
    vault: Vault
    tokens: Tokens
    accounts: Accounts
    sessions: Sessions


def prepare(settings: Settings, *, clock: Clock | None = None, random_bytes: RandomBytes | None = None) -> None:
    """Make what is missing of an installation: files, keys, policies, topics of the log. Quick where nothing is.

    Tables in PostgreSQL are made by `registry migrate` alone. clock, random_bytes: see write_side; a demonstration's first events
    belong to its own time too.
    Raises PolicyRefused (file, key and rule), SettingWrong, KeyRefused, StoreNotMigrated, StoreUnavailable, VaultUnavailable,
    LogUnavailable.
    """
    documents = read_documents(settings)  # before anything is made: a bad file leaves nothing half-done
    VAULT_REVISION.require(settings.vault)
    prepare_store(settings)
    make_keys(settings)
    make_checkpoint_key(settings)
    make_intake_key(settings)
    with write_side(settings, clock=clock, random_bytes=random_bytes) as side:
        prepare_vault(side)
        activate_documents(side.service, documents, side.next_id)
    prepare_log(settings)


def prepare_store(settings: Settings) -> None:
    """Make the event store's file, with tokens and facts, unless it is there. Raises StoreNotMigrated, StoreUnavailable."""
    settings.path("").mkdir(parents=True, exist_ok=True)
    if is_postgresql(settings.store):
        STORE_REVISION.require(settings.store)
        return
    create_store(settings.store)
    engine = token_tables.open_database(settings.store)
    try:
        token_tables.create_tables(engine)
        account_tables.create_tables(engine)
        create_facts(engine)
    finally:
        engine.dispose()


def prepare_vault(side: WriteSide) -> None:
    """Make the vault's file unless it is there, and take in the keys. Raises KeyRefused, VaultUnavailable."""
    if is_postgresql(side.settings.vault):
        side.vault.take_in_keys()
    else:
        side.vault.create_tables()


def register_clock(settings: Settings) -> Clock:
    """The register's clock: the machine's, or at the offset that is kept with the data. Raises StoreMissing, StoreUnavailable."""
    require_store(settings)
    engine = token_tables.open_database(settings.store)
    try:
        offset = read_clock_offset(engine)
    finally:
        engine.dispose()
    return OffsetClock(offset) if offset else SystemClock()


def open_events(settings: Settings, clock: Clock) -> RegistryEventStore:
    """The event store, which closes the province's periods as they end. Raises StoreMissing, StoreUnavailable."""
    return open_store(settings.store, clock, closer=PeriodCalendar(PROVINCE))


def require_store(settings: Settings) -> None:
    """Raises StoreMissing where no installation was made yet, before anything else makes half of one; StoreUnavailable.

    On PostgreSQL it is StoreNotMigrated, also where the tables are of another program's revision.
    """
    STORE_REVISION.require(settings.store)
    recorder = recorder_for(settings.store)
    try:
        recorder.head()
    except StoreMissing as missing:
        raise StoreMissing(f"there is no register in {settings.data} yet; `registry up` makes one") from missing
    finally:
        recorder.close()


@contextmanager
def write_side(
    settings: Settings,
    *,
    clock: Clock | None = None,
    random_bytes: RandomBytes | None = None,
    cache_size: int = 0,
    exclusive: bool = False,
    timed: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Iterator[WriteSide]:
    """Open the write side of an installation that was prepared; closed when the block is left.

    clock: the register's own unless given; random_bytes: for a demonstration that gives the same bytes from the same seed;
    cache_size, exclusive, timed: see RegistryApplication. Raises StoreMissing, StoreUnavailable, KeyRefused, VaultUnavailable.
    """
    require_store(settings)
    VAULT_REVISION.require(settings.vault)
    clock = clock if clock is not None else register_clock(settings)
    next_id = time_ordered_ids(clock) if random_bytes is None else time_ordered_ids(clock, random_bytes)
    masters, lookup = read_keys(settings)
    store = open_events(settings, clock)
    engine = token_tables.open_database(settings.store)
    vault = Vault(VaultDatabase(settings.vault), masters, lookup, clock, next_id, allow_synthetic=settings.synthetic_ids)
    try:
        application = RegistryApplication(store, cache_size=cache_size, exclusive=exclusive, timed=timed)
        shelf = ReferenceShelf(store.events_of_types, time.monotonic)
        service = CommandService(
            store=application,
            new_loader=lambda: StoreLoader(application),
            clock=clock,
            next_id=next_id,
            policy_for=shelf.policy_for,
            divisions=shelf.divisions,
            pause=short_pause,
        )
        tokens = Tokens(engine, clock, uuid4)
        # A telephone knows the machine's time, whatever the register's clock is at.
        accounts = Accounts(engine, clock, TotpSeal(lookup.authenticator_key), SystemClock())
        sessions = Sessions(engine, clock)
        yield WriteSide(settings, clock, next_id, engine, store, application, shelf, service, vault, tokens, accounts, sessions)
    finally:
        vault.close()
        engine.dispose()
        store.close()
