"""What the event store can say no with.

StreamConflict (the library's IntegrityError)      someone wrote to the stream since it was loaded: load, decide, save again
└── StreamGap                                      the stream in the store is shorter than the one that was loaded
CommandReplayed                                    this command was accepted before; carries the stored result
IdempotencyMismatch                                the same key was used for another request
StoreUnavailable (the library's OperationalError)  the database cannot be reached
├── StoreBusy                                      another writer held the store for longer than the lock time-out
├── StoreMissing                                   there is no event store at this address yet
│   └── StoreNotMigrated                           its tables are not those of this program: `registry migrate`
├── StoreShapeUnknown                              its tables are not those of any revision
└── ConnectionLost                                 the connection broke, so it is not known whether the write was committed
"""

from eventsourcing.persistence import IntegrityError, OperationalError

from registry.store.command_result import CommandResult


class StreamConflict(IntegrityError):
    """An event of that version is stored already: the aggregate was stale when the command was decided."""


class StreamGap(StreamConflict):
    """The event before the first new one is not stored. Nothing was written."""


class CommandReplayed(Exception):
    """This command was accepted before, and nothing was written now; `result` is what was answered then."""

    def __init__(self, result: CommandResult) -> None:
        super().__init__(f"the command with key {result.key!r} was accepted before")
        self.result = result


class IdempotencyMismatch(Exception):
    """This idempotency key was used for a different request. Nothing was written."""

    def __init__(self, key: str) -> None:
        super().__init__(f"the key {key!r} was used for a different request")
        self.key = key


class StoreUnavailable(OperationalError):
    """The database cannot be reached, or cannot be used."""

    code = "E-STORE-UNAVAILABLE"


class StoreBusy(StoreUnavailable):
    """Another writer held the store for longer than the lock time-out. Nothing was written."""

    code = "E-STORE-BUSY"


class StoreMissing(StoreUnavailable):
    """There is no event store at this address: it has to be created first."""

    code = "E-STORE-MISSING"


class StoreNotMigrated(StoreMissing):
    """The tables are missing or of another revision; they are made and moved on by one command, never by a worker."""

    code = "E-STORE-NOT-MIGRATED"


class StoreShapeUnknown(StoreUnavailable):
    """Tables of these names are there, and are not those of the first revision. Nothing was changed."""

    code = "E-STORE-SHAPE"


class ConnectionLost(StoreUnavailable):
    """The connection broke within a write: whether it was committed has to be looked up."""
