"""One relay on a store that several machines can reach: what the data folder's lock is on one machine."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Final

from deploy.cannot_start import CannotStart
from registry.store.postgres_lock import RELAYS, StoreLock
from registry.store.revision import is_postgresql

PREDECESSOR_S: Final = 5.0
"""How long a relay that was killed a moment ago may still hold the lock."""


@contextmanager
def only_relay(store_url: str) -> Iterator[Callable[[], None]]:
    """Be the only relay of a store in PostgreSQL until the block is left; gives what raises ConnectionLost when one no longer is.

    Raises CannotStart where another one goes on; StoreUnavailable. A file's relay is alone by the folder's lock.
    """
    if not is_postgresql(store_url):
        yield lambda: None
        return
    with closing(StoreLock(store_url, RELAYS)) as lock:
        if not lock.taken_within(PREDECESSOR_S):
            raise CannotStart(f"another relay works on the event store {lock.where}: a register has one; end that one first")
        yield lock.require
