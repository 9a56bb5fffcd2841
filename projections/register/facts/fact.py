"""How a fact is described to the fold."""

from collections.abc import Callable
from dataclasses import dataclass

from projections.event_reader import Event
from projections.register.state import Household

Apply = Callable[[Household, Event], None]


@dataclass(frozen=True, slots=True)
class Fact:
    """What an event type does to a household.

    ordered: its place among the other ordered facts matters, so a late one makes us fold the household anew. What is not ordered
    must give the same state in whatever order it comes (a sum, a maximum, or the latest by effective day and version).
    flow: the name under which the balance counts what it moves; empty where it moves nothing.
    """

    apply: Apply
    ordered: bool = True
    flow: str = ""


def joined(codes: list[str]) -> str:
    """Several codes in one column. Codes have no commas; the order is the event's own."""
    return ",".join(codes)


def declare_size(household: Household, size: int) -> None:
    """Take over a size that was declared: while nobody is known as a person, it is all that we know."""
    if not household.persons:
        household.size = size
