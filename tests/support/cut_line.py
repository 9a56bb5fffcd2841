"""A line to PostgreSQL that can be cut at the write of a meter's event: bytes go through it untouched until then."""

import select
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlsplit, urlunsplit

Moment = Literal["before", "during", "after"]
_EVENT = b"meter.meter_"
"""Goes to the server with its event, in the message that commits: alone, or with COMMIT behind it."""
_READY_FOR_QUERY = b"Z\x00\x00\x00\x05"


class CutLine:
    """Listens on a Unix socket and passes everything on to the server's. `cut_at` cuts the next writes, one each."""

    def __init__(self, url: str, folder: Path) -> None:
        parts = urlsplit(url)
        self._server = f"{parse_qs(parts.query)['host'][0]}/.s.PGSQL.5432"
        self.url = urlunsplit(parts._replace(query=f"host={folder}"))
        self._cuts: list[Moment] = []
        self.cuts_done = 0
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / ".s.PGSQL.5432"))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_at(self, *moments: Moment) -> None:
        """before: the server never hears of the commit; during: its answer is not waited for; after: it is, and is not told."""
        self._cuts += moments

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        held: bytes | None = None  # the answer to a commit that the client is not to hear of
        with client, server, suppress(OSError):
            server.connect(self._server)
            while held is None or _READY_FOR_QUERY not in held:
                readable, _, _ = select.select([client, server], [], [])
                for source in readable:
                    data = source.recv(65536)
                    if not data:
                        return
                    moment = self._moment() if source is client and _EVENT in data else None
                    if moment == "before":
                        return
                    if source is client:
                        server.sendall(data)
                    elif held is not None:
                        held += data
                    else:
                        client.sendall(data)
                    if moment == "during":
                        return
                    if moment == "after":
                        held = b""

    def _moment(self) -> Moment | None:
        if not self._cuts:
            return None
        self.cuts_done += 1
        return self._cuts.pop(0)


@contextmanager
def cut_line(url: str) -> Iterator[CutLine]:
    """A line to the server of this address, which has to be on a Unix socket."""
    with tempfile.TemporaryDirectory(prefix="line") as folder:  # a socket's path may not be long
        line = CutLine(url, Path(folder))
        yield line
        line.close()
