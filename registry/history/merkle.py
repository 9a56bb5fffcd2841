"""The Merkle tree over the whole history, kept as its peaks: hashes as in RFC 9162 (which has them from RFC 6962), 2.1.1.

A leaf is one stored event with its position. Of a tree that only grows, the roots of its full subtrees (a Merkle mountain range's
peaks) are enough to go on from and to tell the root: one hash for each bit that is set in the number of leaves.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from struct import Struct
from typing import Final, Self

HASH_BYTES: Final = 32
_LEAF_AND_POSITION: Final = Struct(">xq").pack
"""0x00 and the position, at once."""
_NODE: Final = b"\x01"


def leaf_hash(position: int, record: bytes) -> bytes:
    """SHA-256 of 0x00, the position in eight bytes (big-endian), and the stored bytes: whatever moves an event changes it."""
    return sha256(_LEAF_AND_POSITION(position) + record).digest()


@dataclass(frozen=True, slots=True)
class Tree:
    """How many leaves there are, and the peaks over them, the largest first."""

    leaves: int = 0
    peaks: tuple[bytes, ...] = ()

    def with_leaves(self, hashes: Iterable[bytes]) -> "Tree":
        """The tree that has these leaf hashes too."""
        peaks, leaves = list(self.peaks), self.leaves
        pop, push = peaks.pop, peaks.append
        for node in hashes:
            full = leaves
            while full & 1:
                node = sha256(_NODE + pop() + node).digest()
                full >>= 1
            push(node)
            leaves += 1
        return Tree(leaves, tuple(peaks))

    @property
    def root(self) -> bytes:
        """The Merkle tree hash; that of no leaves is the SHA-256 of nothing."""
        if not self.peaks:
            return sha256().digest()
        *others, root = self.peaks
        for peak in reversed(others):
            root = sha256(_NODE + peak + root).digest()
        return root

    def peaks_text(self) -> str:
        """The peaks as they travel: hexadecimal, one after the other."""
        return b"".join(self.peaks).hex()

    @classmethod
    def from_text(cls, leaves: int, peaks: str) -> Self:
        """The reverse of `peaks_text`. Raises ValueError where there are not as many peaks as such a tree has."""
        joined = bytes.fromhex(peaks)
        if len(joined) != leaves.bit_count() * HASH_BYTES:
            raise ValueError(f"a tree of {leaves} leaves has {leaves.bit_count()} peaks")
        return cls(leaves, tuple(joined[i : i + HASH_BYTES] for i in range(0, len(joined), HASH_BYTES)))


EMPTY: Final = Tree()
