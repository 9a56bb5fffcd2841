"""What the relay remembers in the log: its position and the history's hash, in the transaction of what it moved."""

from dataclasses import dataclass
from typing import Final

from registry.history.merkle import Tree
from registry.history.notary import NOTHING_SEALED, Sealed
from registry.log.producer import Mark

RELAY: Final = "relay"
"""Name of the relay's mark, and of its producer: a second relay fences the first."""


@dataclass(frozen=True, slots=True)
class RelayMark:
    """position: of the last event that was moved; record_hash: its SHA-256; sealed: the last checkpoint;
    root: of the tree up to the position, empty where the relay before kept none.
    """

    position: int = 0
    record_hash: str = ""
    sealed: Sealed = NOTHING_SEALED
    root: str = ""

    def to_mark(self) -> Mark:
        """As the log keeps it: flat and small, about a kilobyte in a log of any size."""
        return Mark(
            RELAY,
            {
                "position": self.position,
                "record_hash": self.record_hash,
                "root": self.root,
                "sealed": self.sealed.position,
                "leaves": self.sealed.tree.leaves,
                "peaks": self.sealed.tree.peaks_text(),
            },
        )

    @classmethod
    def from_mark(cls, mark: Mark | None) -> "RelayMark":
        """The reverse; a mark made before there were checkpoints has no tree yet."""
        if mark is None:
            return cls()
        value = mark.value
        tree = Tree.from_text(int(value.get("leaves", 0)), str(value.get("peaks", "")))
        sealed = Sealed(int(value.get("sealed", 0)), tree)
        return cls(int(value["position"]), str(value["record_hash"]), sealed, str(value.get("root", "")))
