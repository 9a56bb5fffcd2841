"""Faults planted in real parts: a method that fails, or a process that dies in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Crash(BaseException):
    """The process dies here; no `except Exception` can catch it."""


@contextmanager
def failing(subject: Any, method: str, error: BaseException) -> Iterator[None]:
    """Let a method of a real part fail, as often as it is called."""

    def fail(*_: Any, **__: Any) -> Any:
        raise error

    object.__setattr__(subject, method, fail)
    try:
        yield
    finally:
        object.__delattr__(subject, method)
