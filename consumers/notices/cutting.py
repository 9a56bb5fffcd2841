"""A bound on a whole conversation: time-outs of sockets bound each answer, and a server that answers drop by drop has no end."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Timer


@contextmanager
def cut_after(seconds: float, socket_of: Callable[[], socket.socket | None]) -> Iterator[None]:
    """Cut the conversation when so much time is over before the block is left: whoever reads then finds it at its end."""

    def cut() -> None:
        open_socket = socket_of()
        if open_socket is not None:
            with suppress(OSError):
                # Past TLS, whose own farewell would wait for the other side.
                socket.socket.shutdown(open_socket, socket.SHUT_RDWR)

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
