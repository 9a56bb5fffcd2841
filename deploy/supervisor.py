"""`registry up`: one command that keeps the API and the pipeline running, and ends both with itself.

A lock on the data folder and a test of the port guard against a second start. A child that dies is started again, unless it dies
again and again or refuses to go on: then everything stops with one clear line, since a register that half runs misleads.
"""

import http.client
import signal
import socket
import time
from collections.abc import Callable
from types import FrameType
from typing import Final

from deploy.cannot_start import CannotStart
from deploy.data_lock import data_folder_lock
from deploy.parts import api, end, pipeline
from deploy.settings import Settings

__all__ = ["CannotStart", "check_port", "data_folder_lock", "supervise"]

PORT_S: Final = 2.0
"""How long the port may still be held by a server that was killed a moment ago."""
POLL_S: Final = 0.2
_ANSWER_S: Final = 2.0
_OK: Final = 200
_EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def check_port(host: str, port: int, wait_s: float = PORT_S) -> None:
    """Raises CannotStart if the port is taken and stays so: a server that shares ports would not notice."""
    deadline = time.monotonic() + wait_s
    while (problem := _bind_problem(host, port)) is not None:
        if time.monotonic() > deadline:
            raise CannotStart(problem)
        time.sleep(POLL_S)


def supervise(settings: Settings, ready: Callable[[], None] = lambda: None) -> None:
    """Run the API and the pipeline until SIGINT, SIGTERM or SIGHUP; `ready` is called once the API answers that it is.

    Raises CannotStart. The caller holds the data folder's lock. A second signal kills at once what has not ended yet.
    """
    check_port(settings.host, settings.port)
    children = [*pipeline(settings), api(settings)]
    signals = 0

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal signals
        signals += 1
        if signals > 1:
            for child in children:
                child.send(signal.SIGKILL)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    try:
        for child in children:
            child.start()
        told = False
        while not signals:
            time.sleep(POLL_S)
            for child in children:
                child.watch()
            if not told and not signals and _answers(settings):
                told = True
                ready()
    finally:
        end(children)


def _answers(settings: Settings) -> bool:
    """Whether the API says that it is ready."""
    connection = http.client.HTTPConnection(_EVERYWHERE.get(settings.host, settings.host), settings.port, timeout=_ANSWER_S)
    try:
        connection.request("GET", "/v1/ready")
        return connection.getresponse().status == _OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _bind_problem(host: str, port: int) -> str | None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return f"port {port} on {host} cannot be had ({error.strerror or error}); name another with --port"
    return None
