"""Waiting for what another process does: by looking, with a bound."""

import time
from collections.abc import Callable

LOOK_S = 0.02


def wait_until(holds: Callable[[], bool], seconds: float = 60.0, what: str = "") -> None:
    """Look until it holds; an AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s in vain{': ' if what else ''}{what}")
        time.sleep(LOOK_S)
