"""The API process: granian, a production WSGI server, over the one Flask application.

granian serves from a worker process of its own. Both end together, whichever is killed; a worker that refused to open the
register is not started again, nor is the server.
"""

import os
import sys
from typing import Any, Final

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from deploy.child import BROKEN, REFUSED
from deploy.parent_watch import die_with_parent
from deploy.process_log import process_logger, set_up_log
from deploy.settings import Settings
from deploy.supervisor import check_port
from deploy.told_errors import code_of, language_of, lines_of
from deploy.wsgi import SERVER

THREADS: Final = 8
"""Requests at a time: SQLite and PostgreSQL release the interpreter's lock while they work."""
BACKLOG: Final = 1024
FINISH_S: Final = 10
"""Time that the worker gets for the requests that it has begun."""
_LOGGERS: Final[dict[str, Any]] = {"formatters": {}, "handlers": {}, "loggers": {"_granian": {"handlers": [], "propagate": True}}}
"""granian's own lines go where all others go; but what it tells of a worker's end, we know better."""


class Server(Granian):  # type: ignore[misc,valid-type]
    """granian, which remembers how its workers ended."""

    statuses: tuple[int | None, ...] = ()

    def _stop_workers(self) -> None:
        self.statuses = tuple(worker.inner.exitcode for worker in self.wrks)
        super()._stop_workers()


def main() -> int:
    """Serve until SIGTERM or SIGINT; return the exit status. Where it cannot be done, the reason is told in a line."""
    supervisor = os.environ.get("SUPERVISOR_PID")
    if supervisor:
        die_with_parent(int(supervisor))
    try:
        settings = Settings.read()
        check_port(settings.host, settings.port)
    except Exception as error:
        if code_of(error) is None:
            raise
        print(*lines_of(error, language_of()), sep="\n", file=sys.stderr, flush=True)
        return REFUSED
    set_up_log("api", settings.log_level)
    return serve(settings)


def serve(settings: Settings) -> int:
    """Serve the installation that the environment names; return the exit status."""
    os.environ[SERVER] = str(os.getpid())
    server = Server(
        "deploy.wsgi:make_application",
        factory=True,
        interface=Interfaces.WSGI,
        address=settings.host,
        port=settings.port,
        workers=1,
        blocking_threads=THREADS,
        backlog=BACKLOG,
        log_level=LogLevels.critical,
        log_dictconfig=_LOGGERS,
        respawn_failed_workers=False,
        workers_kill_timeout=FINISH_S,
    )
    try:
        server.serve()
    except SystemExit:  # the worker ended by itself
        if REFUSED in server.statuses:
            return REFUSED
        process_logger("deploy.api").error("the worker ended", statuses=server.statuses)
        return BROKEN
    return 0


if __name__ == "__main__":
    sys.exit(main())
