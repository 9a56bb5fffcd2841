"""How a fact is described to the fold."""

from collections.abc import Callable
from dataclasses import dataclass

from projections.event_reader import Event
from projections.register.state import Household

Apply = Callable[[Household, Event], None]
FlowKind = Callable[[Event], str]


@dataclass(frozen=True, slots=True)
class Fact:
    """What an event type does to a household.

    shapes: it may change what `register_history` tells (status, overlay, spell, division, size), so its day counts.
    flow: under which kind the balance counts what it moves; None where it moves nothing.
    """

    apply: Apply
    shapes: bool = False
    flow: FlowKind | None = None


def counted(kind: str, merged: str | None = None) -> FlowKind:
    """Always this kind; `merged`: the kind where the reason is that a household merged into another."""
    if merged is None:
        return lambda event: kind
    return lambda event: merged if event["reason_code"] == "MERGED" else kind


def joined(codes: list[str]) -> str:
    """Several codes in one column. Codes have no commas; the order is the event's own."""
    return ",".join(codes)
