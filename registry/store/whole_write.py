"""A write that can be asked for in one go: everything in it is known before the lock is held, and the database checks it.

It is encoded with a stamp and with links that are guesses; where one of them is wrong nothing is written, and the answer says so.
Only a database behind a network has it: a file is asked as quickly in many steps.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from registry.store.command_result import CommandResult
from registry.store.write_transaction import StreamVersion

NOTHING = b""
"""The link to a place where nothing may be stored."""


class NewRow(NamedTuple):
    """One event to be stored, whose position its store will give."""

    originator_id: UUID
    originator_version: int
    event_type: str
    state: bytes


class WholeWrite(NamedTuple):
    """Rows, the places before them, and what must be stored there.

    links: SHA-256 of the state at each place, None where any will do, NOTHING where none may be; recorded_at_us: of all rows,
    None for the head's; command: whose result is kept with them.
    """

    rows: Sequence[NewRow]
    places: Sequence[StreamVersion]
    links: Sequence[bytes | None]
    recorded_at_us: int | None
    command: CommandResult | None = None


class Stored(NamedTuple):
    """It is stored, from this position on."""

    first_position: int


class Older(NamedTuple):
    """Nothing was written: something was recorded after the stamp, at this instant."""

    head_us: int


class Repeated(NamedTuple):
    """Nothing was written: this was answered to the same command before."""

    result: CommandResult


class Elsewhere(NamedTuple):
    """Nothing was written: a place holds something else, or nothing."""


Answer = Stored | Older | Repeated | Elsewhere
