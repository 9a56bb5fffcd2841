"""What came of handing a notice to somebody else's server, and the port of those who do."""

import socket
import ssl
from enum import StrEnum
from typing import NamedTuple, Protocol

from consumers.notices.notice import Notice


class Result(StrEnum):
    """DELIVERED: the server has it; AGAIN: it did not take this one now; AWAY: it takes none now, so that nothing else for the
    same server need be tried; NEVER: it says that it will never take it.
    """

    DELIVERED = "DELIVERED"
    AGAIN = "AGAIN"
    AWAY = "AWAY"
    NEVER = "NEVER"


class Outcome(NamedTuple):
    """A result, and a short code of what was answered (`SMTP-250`, `HTTP-503`, `TIME-OUT`): never the server's own words."""

    result: Result
    code: str


class Sender(Protocol):
    """Hands notices over by one channel. Threads share it. Sent twice, a notice has the same id both times."""

    def send(self, notice: Notice, address: str) -> Outcome:
        """Try once, within SEND_S. Raises nothing for what a network or a server may do."""
        ...

    def server_of(self, address: str) -> str:
        """What is away where an address is out of reach."""
        ...


SEND_S = 60.0
"""A sender takes no longer, but for the names that the system looks up: a server that answers drop by drop is left."""


def code_of_trouble(error: OSError) -> str:
    """A code for what kept a conversation from coming about."""
    match error:
        case TimeoutError():
            return "TIME-OUT"
        case ssl.SSLError():
            return "TLS"
        case socket.gaierror():
            return "NO-SUCH-HOST"
        case ConnectionRefusedError():
            return "REFUSED"
        case _:
            return "CUT-OFF"
