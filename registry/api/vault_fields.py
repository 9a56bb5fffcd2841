"""The vault names fields as its own callers give them, in lists; a client is told the fields that it sent."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from registry.refusal import Refused, Violation


@contextmanager
def fields_renamed(told: Callable[[str], str]) -> Iterator[None]:
    """Let refusals say `told(field)` where the vault says `field`."""
    try:
        yield
    except Refused as refused:
        raise Refused([Violation(v.code, told(v.field), v.params) for v in refused.violations]) from None


def first_of(name: str) -> Callable[[str], str]:
    """Of a list of one, the item's own field: `persons[0].phone` is `phone`."""
    return lambda field: field.removeprefix(f"{name}[0].")
