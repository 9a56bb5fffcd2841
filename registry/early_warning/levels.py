"""Levels of a warning, in their order."""

from typing import Final

NONE: Final = "NONE"
BLUE: Final = "BLUE"
YELLOW: Final = "YELLOW"
ORANGE: Final = "ORANGE"
RED: Final = "RED"
LEVELS: Final = (NONE, BLUE, YELLOW, ORANGE, RED)


def is_higher(level: str, than: str) -> bool:
    """Whether one level is above another."""
    return LEVELS.index(level) > LEVELS.index(than)


def opens_a_case(level: str) -> bool:
    """BLUE is watched and no more; cases begin at YELLOW."""
    return is_higher(level, BLUE)
