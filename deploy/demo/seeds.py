"""Where chance comes from: all of it follows from one seed and from what it is for, so that a second run, and one that was
killed and started again, make the same bytes.
"""

from hashlib import blake2b
from random import Random

_BITS = 64


class SeededBytes:
    """Random bytes for ids, begun anew for each chunk: what was saved before a kill does not change what comes after it."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._random = Random(seed)

    def begin(self, label: str) -> None:
        """From here on the bytes follow from the seed and this label alone."""
        self._random.seed(f"{self._seed}/{label}")

    def __call__(self, count: int) -> bytes:
        return self._random.randbytes(count)


class Fate:
    """Chance in the lives of households: one generator, begun anew for each turn of each household."""

    def __init__(self, seed: int) -> None:
        digest = blake2b(str(seed).encode(), digest_size=_BITS // 8).digest()
        self._base = int.from_bytes(digest, "big") << 2 * _BITS
        self._random = Random(0)

    def of(self, household: int, turn: int) -> Random:
        """The chance of one turn; it is the same object every time, so it may not be kept."""
        self._random.seed(self._base | household << _BITS | turn)
        return self._random

    def apart(self, subject: str) -> Random:
        """A generator of its own for something that is decided once."""
        return Random(f"{self._base:x}/{subject}")
