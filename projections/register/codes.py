"""The two state machines as small numbers, and the stocks that the balance counts.

Numbers keep a million rectangles narrow; they are this projection's own and never leave it: queries answer with the words.
"""

from typing import Final

STATUSES: Final = (
    "UNKNOWN",
    "NONE",
    "NOT_REGISTERED",
    "IN_IDENTIFICATION",
    "REGISTERED",
    "PRE_EXIT",
    "EXITED_WITH_POLICY",
    "EXITED_STABLE",
    "RELAPSED",
    "CLEARED_OUT",
    "CLOSED",
)
STATUS_NUMBERS: Final = {word: number for number, word in enumerate(STATUSES)}

OVERLAYS: Final = ("UNKNOWN", "NONE", "ACTIVE", "RISK_ELIMINATED")
OVERLAY_NUMBERS: Final = {word: number for number, word in enumerate(OVERLAYS)}

NO_STATUS: Final = STATUS_NUMBERS["NONE"]
NO_OVERLAY: Final = OVERLAY_NUMBERS["NONE"]

STOCKS: Final = ("", "H1", "EXITED_WITH_POLICY", "EXITED_STABLE")
"""H1: on the register and not yet exited (domain 0.3 and 5.2). The empty stock is everything outside the balance."""

_STOCK_WORDS: Final = {
    "REGISTERED": "H1",
    "PRE_EXIT": "H1",
    "RELAPSED": "H1",
    "EXITED_WITH_POLICY": "EXITED_WITH_POLICY",
    "EXITED_STABLE": "EXITED_STABLE",
}
STOCK_OF_STATUS: Final = tuple(STOCKS.index(_STOCK_WORDS.get(word, "")) for word in STATUSES)
"""Stock number by status number; 0 for none."""

COUNTED_STATUSES: Final = tuple(number for number, stock in enumerate(STOCK_OF_STATUS) if stock)
