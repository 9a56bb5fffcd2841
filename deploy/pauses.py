"""Waits between attempts: short, longer each time, and never the same for two that met."""

import random
import time
from typing import Final

FIRST_S: Final = 0.002


def short_pause(failed: int) -> None:
    """Wait a moment after so many failed attempts: 2 to 4 ms after the first, twice as long after each further one."""
    time.sleep(FIRST_S * 2 ** (failed - 1) * (1 + random.random()))
