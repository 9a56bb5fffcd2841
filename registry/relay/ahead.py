"""Work done ahead in a thread of its own, while this one waits for something else."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Ahead(Generic[T]):
    """Begins at once; asked for its result once."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._done: list[T] = []
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="ahead", daemon=True)
        self._thread.start()

    def result(self) -> T:
        """What came of it, as soon as it is there. Raises what the work raised."""
        self._thread.join()
        if self._failure is not None:
            raise self._failure
        return self._done[0]

    def end(self) -> None:
        """Wait for its end; nobody wants what came of it."""
        self._thread.join()

    def _run(self) -> None:
        try:
            self._done.append(self._work())
        except BaseException as failure:
            self._failure = failure
