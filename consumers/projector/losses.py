"""How often a projector may find that another one has taken over a partition of its own, before it is taken for a mistake."""

import time
from collections import deque
from collections.abc import Callable
from typing import Final

IN_A_GROUP: Final = 10
"""More than a member can lose within a minute by sleeping; two groups that feed one read model would go on without end."""
_WITHIN_S: Final = 60.0


class Losses:
    """Counts them. most: so many within a minute are borne; ticks: seconds of a clock that never goes back."""

    def __init__(self, most: int, ticks: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._ticks = ticks
        self._noted: deque[float] = deque()
        self.count = 0

    def bear(self) -> bool:
        """Note one more; return whether to go on."""
        now = self._ticks()
        self.count += 1
        self._noted.append(now)
        while now - self._noted[0] > _WITHIN_S:
            self._noted.popleft()
        return len(self._noted) <= self._most
