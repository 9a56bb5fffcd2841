"""Says when a checkpoint is due and makes it: after so many records, and after whatever ends a period.

So its place depends on the history alone, not on when or in which pages it was read: a log that is fed again has the same ones.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from registry.history.checkpoint import Checkpoint
from registry.history.keys import SigningKeys
from registry.history.merkle import EMPTY, Tree, leaf_hash
from registry.store.recorder import RawRow
from schemas.topics import is_barrier

EVERY: Final = 1000
"""Records under one checkpoint: 32 bytes each, so that a checkpoint stays far below what a log takes in one message."""
EVERY_MAX: Final = 20_000


@dataclass(frozen=True, slots=True)
class Sealed:
    """Up to where checkpoints go: a position, and the tree there."""

    position: int = 0
    tree: Tree = EMPTY


NOTHING_SEALED: Final = Sealed()


@dataclass(frozen=True, slots=True)
class Tally:
    """How far the records were counted: the last checkpoint, the tree now, the leaf hashes in between, the last position."""

    sealed: Sealed = NOTHING_SEALED
    tree: Tree = EMPTY
    pending: tuple[bytes, ...] = field(default=(), repr=False)
    position: int = 0

    @classmethod
    def from_seal(cls, sealed: Sealed) -> "Tally":
        """To go on after a checkpoint."""
        return cls(sealed, sealed.tree, (), sealed.position)


class Notary:
    """Signs for one registry. `origin`: its URI reference; `every`: records under one checkpoint, at most."""

    def __init__(self, keys: SigningKeys, origin: str, every: int = EVERY) -> None:
        if not 1 <= every <= EVERY_MAX:
            raise ValueError(f"a checkpoint is of 1 to {EVERY_MAX} records")
        self.origin = origin
        self.public = keys.public
        self._keys = keys
        self._every = every

    def count(self, tally: Tally, rows: Sequence[RawRow]) -> tuple[Tally, list[Checkpoint]]:
        """Count the rows after those of the tally; the checkpoints that fell due on the way."""
        hashes = [leaf_hash(position, state) for position, _, _, state, _ in rows]
        made: list[Checkpoint] = []
        begin = 0
        for end in self._ends(len(tally.pending), rows):
            position, _, _, _, recorded_at_us = rows[end - 1]
            tally = _counted(tally, hashes[begin:end], position)
            made.append(self.seal(tally, recorded_at_us))
            tally = Tally.from_seal(Sealed(position, tally.tree))
            begin = end
        if begin < len(rows):
            tally = _counted(tally, hashes[begin:], rows[-1][0])
        return tally, made

    def _ends(self, pending: int, rows: Sequence[RawRow]) -> Iterator[int]:
        """Behind how many of the rows a checkpoint is due, where so many records before them are under none."""
        barriers = [end for end, row in enumerate(rows, 1) if is_barrier(row[2])] if _any_barrier(rows) else []
        due = self._every - pending
        for end in (*barriers, len(rows) + 1):
            while due < end and due <= len(rows):
                yield due
                due += self._every
            if end <= len(rows):
                yield end
                due = end + self._every

    def seal(self, tally: Tally, recorded_at_us: int) -> Checkpoint:
        """A checkpoint over what was counted, due or not. `recorded_at_us`: of the last record."""
        leaves_before = tally.sealed.tree.leaves
        made = Checkpoint(
            self.origin, "", leaves_before, tally.tree.leaves, tally.position, recorded_at_us, tally.pending, tally.tree.root
        )
        return made.signed_by(self._keys)


def _any_barrier(rows: Sequence[RawRow]) -> bool:
    return any(is_barrier(event_type) for event_type in {row[2] for row in rows})


def _counted(tally: Tally, hashes: Sequence[bytes], position: int) -> Tally:
    return Tally(tally.sealed, tally.tree.with_leaves(hashes), (*tally.pending, *hashes), position)
