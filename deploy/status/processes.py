"""Which processes run on this machine: by the locks that they hold, and by what answers on the ports of the settings.

Nothing is locked in order to find out, and no process is trusted to say that all is well: how far it is, the databases say.
"""

import http.client
import os
from pathlib import Path
from typing import Any, Final

from deploy.settings import Settings

_LOCKS: Final = Path("/proc/locks")
_ANSWER_S: Final = 1.0
_EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}
_OK: Final = 200


def processes(settings: Settings) -> dict[str, Any]:
    """By role: the process that holds its lock on the data folder, or None; then what answers."""
    found: dict[str, Any] = {path.stem: holder_of(path) for path in sorted(settings.path("").glob("*.lock"))}
    found["api"] = _answers(settings.host, settings.port, "/v1/live")
    if settings.metrics_port:
        found["metrics"] = _answers(settings.metrics_host, settings.metrics_port, "/live")
    return found


def holder_of(path: Path) -> int | None:
    """The process that holds a lock on this file, by the kernel's list; None where there is none, or no such list."""
    try:
        inode, lines = os.stat(path).st_ino, _LOCKS.read_text("ascii").splitlines()
    except OSError:
        return None
    for line in lines:
        # 3: FLOCK  ADVISORY  WRITE 4711 08:01:1572869 0 EOF
        _, kind, _, mode, process, place, *_ = [part for part in line.split() if part != "->"]
        if (kind, mode) == ("FLOCK", "WRITE") and place.rpartition(":")[2] == str(inode):
            return int(process)
    return None


def _answers(host: str, port: int, path: str) -> str | None:
    """The address, where something answers there."""
    reached = _EVERYWHERE.get(host, host)
    connection = http.client.HTTPConnection(reached, port, timeout=_ANSWER_S)
    try:
        connection.request("GET", path)
        return f"{reached}:{port}" if connection.getresponse().status == _OK else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
