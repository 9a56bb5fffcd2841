"""The vault names fields as its own callers give them, in lists; a client is told the fields that it sent."""

from collections.abc import Iterator
from contextlib import contextmanager

from registry.refusal import Refused, Violation


@contextmanager
def fields_renamed(prefix: str, by: str = "") -> Iterator[None]:
    """Let refusals say `by` where the vault says `prefix`."""
    try:
        yield
    except Refused as refused:
        raise Refused([_renamed(violation, prefix, by) for violation in refused.violations]) from None


def _renamed(violation: Violation, prefix: str, by: str) -> Violation:
    if not violation.field.startswith(prefix):
        return violation
    return Violation(violation.code, by + violation.field.removeprefix(prefix), violation.params)
