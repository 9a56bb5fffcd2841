"""Other processes that do a part of the work, and what they tell: plain messages through a pipe that breaks when either dies."""

import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, Final

import sqlalchemy.exc

from consumers.rebuild.errors import RebuildInterrupted, RebuildStopped
from schemas.log_errors import LogUnavailable

# A fresh interpreter: a forked one would share the parent's database connections and stop in its threads' locks.
_CONTEXT: Final = get_context("spawn")
_END_S: Final = 5.0
_PASSES: Final = (LogUnavailable, sqlalchemy.exc.OperationalError, sqlalchemy.exc.InterfaceError)

Tell = Callable[[object], None]
Job = Callable[..., None]
"""Called in the other process with its end of the pipe, and arguments that can be pickled; named in a module."""


@dataclass(frozen=True, slots=True)
class _Failed:
    """How a worker ended that could not go on; `passes`: begun anew it might."""

    text: str
    details: str
    passes: bool


@dataclass(frozen=True, slots=True)
class _Done:
    """The last word of a worker."""


class Worker:
    """One process; ended when the block is left, however it is left. It ends itself when this process dies."""

    def __init__(self, job: Job, *arguments: Any) -> None:
        self.pipe, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=_work, args=(theirs, job, arguments), daemon=True)
        self._process.start()
        theirs.close()  # or a worker's death would not show

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.pipe.close()
        if kind is not None:
            self._process.kill()
        self._process.join(_END_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()

    def send(self, message: object) -> None:
        """Tell the worker something. Raises RebuildInterrupted if it died."""
        try:
            self.pipe.send(message)
        except (BrokenPipeError, ConnectionResetError):
            raise RebuildInterrupted("a worker process died") from None

    def receive(self) -> Any:
        """The next message; None after the last. Raises RebuildStopped if the worker could not go on, or died."""
        try:
            message = self.pipe.recv()
        except (EOFError, ConnectionResetError):
            raise RebuildInterrupted("a worker process died") from None
        if isinstance(message, _Failed):
            kind = RebuildInterrupted if message.passes else RebuildStopped
            raise kind(message.text) from _Elsewhere(message.details)
        return None if isinstance(message, _Done) else message


class _Elsewhere(Exception):
    """The traceback of another process, as text."""


def messages_of(workers: Sequence[Worker]) -> Iterator[Any]:
    """What all of them tell, as it comes, until each has said its last word. Raises RebuildStopped."""
    listening = {worker.pipe: worker for worker in workers}
    while listening:
        for pipe in wait(list(listening)):
            assert isinstance(pipe, Connection)
            message = listening[pipe].receive()
            if message is None:
                del listening[pipe]
            else:
                yield message


def _work(pipe: Connection, job: Job, arguments: Sequence[Any]) -> None:
    # Ctrl-C goes to all processes of a terminal: the parent decides, and its death breaks the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        job(pipe, *arguments)
        pipe.send(_Done())
    except (BrokenPipeError, ConnectionResetError, EOFError):
        pass
    except Exception as error:
        code = getattr(error, "code", None)
        text = f"{code}: {error}" if isinstance(code, str) and not str(error).startswith(code) else str(error)
        pipe.send(_Failed(text or type(error).__name__, traceback.format_exc(), isinstance(error, _PASSES)))
    finally:
        pipe.close()
