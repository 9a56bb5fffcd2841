"""The API process: granian, a production WSGI server, over the one Flask application."""

import os
import signal
import sys
from types import FrameType

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from deploy.parent_watch import die_with_parent
from deploy.settings import Settings

THREADS = 8
"""Requests at a time: SQLite and PostgreSQL release the interpreter's lock while they work."""
BACKLOG = 1024


def main() -> None:
    """Serve until SIGTERM."""
    supervisor = os.environ.get("SUPERVISOR_PID")
    if supervisor:
        die_with_parent(int(supervisor))
    settings = Settings.read()
    server = Granian(
        "deploy.wsgi:make_application",
        factory=True,
        interface=Interfaces.WSGI,
        address=settings.host,
        port=settings.port,
        workers=1,
        blocking_threads=THREADS,
        backlog=BACKLOG,
        log_level=LogLevels.warning,
        respawn_failed_workers=False,
        process_name=None,
    )
    os.environ["API_PID"] = str(os.getpid())
    server.serve()


def _exit(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _exit)
    main()
