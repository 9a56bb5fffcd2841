"""What processes tell on standard error: one JSON object a line, with no personal data in it.

An exception is told by its type and the places in the code it came through. Its message is left out unless it has a code of
ours: a database's message may repeat the values of a row.
"""

import logging
import sys
import traceback
from types import TracebackType
from typing import Any, Final

import structlog

from deploy.told_errors import code_of

_FRAMES_MAX: Final = 12
"""The innermost ones, where it happened."""

_NEEDLESS: Final = ("kafka.net.selector", "kafka.coordinator.assignors.sticky.sticky_assignor")
"""kafka-python warns of each tenth of a second in which the machine had no time for its loop, and, a line for each partition, of
what somebody who slept believes to own still: claims and fences see to that."""

Event = structlog.typing.EventDict


def set_up_log(process: str, level: str) -> None:
    """Let everything that this process logs, itself or through its libraries, go to standard error from this level on."""
    shared = _route(process)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for name in _NEEDLESS:
        logging.getLogger(name).setLevel(max(logging.ERROR, logging.getLogger().level))


def process_logger(name: str) -> Any:
    """A logger; its values are numbers, codes and opaque ids."""
    if not structlog.is_configured():
        # Left alone, structlog would print tracebacks with every local variable: names and numbers of people among them.
        _route("registry")
    return structlog.stdlib.get_logger(name)


def _route(process: str) -> list[structlog.typing.Processor]:
    """Let structlog's events go the way of all others; return what is done to each."""

    def name_process(_logger: Any, _method: str, event: Event) -> Event:
        return {"process": process, **event}

    shared: list[structlog.typing.Processor] = [
        name_process,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_messages,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return shared


def _without_messages(_logger: Any, _method: str, event: Event) -> Event:
    """Put the exception's type, code and places where its text would be."""
    given = event.pop("exc_info", None)
    error, trace = _of(given)
    if error is None:
        return event
    event["error"] = type(error).__name__
    if (code := code_of(error)) is not None:
        event["code"] = code
        event["problem"] = str(error)
    event["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)[-_FRAMES_MAX:]]
    return event


def _of(given: Any) -> tuple[BaseException | None, TracebackType | None]:
    """The exception that `exc_info` stands for, in each of the forms that logging takes."""
    if isinstance(given, BaseException):
        return given, given.__traceback__
    if isinstance(given, tuple):
        return given[1], given[2]
    return (sys.exc_info()[1], sys.exc_info()[2]) if given else (None, None)
