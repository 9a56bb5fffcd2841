"""A pipeline process of `registry up`: one part of the way from the event store to the read models and agencies, or all of it.

All in one process, each in a thread, on an embedded log: SQLite works without the interpreter's lock, and one process is less to
watch. Ends with its parent, and after its present batches on SIGTERM. What waiting does not mend is one line and exit status 1:
see `child`.
"""

import os
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from deploy.child import BROKEN, REFUSED
from deploy.parent_watch import die_with_parent
from deploy.parts import ALL, ALL_BUT_INTAKE
from deploy.pipeline.running import run_all, run_deliver, run_feed, run_intake, run_projectors, run_relay
from deploy.process_log import process_logger, set_up_log
from deploy.settings import Settings
from deploy.told_errors import code_of, language_of, lines_of

PARTS: Final[Mapping[str, Callable[[Settings], None]]] = {
    ALL: run_all,
    ALL_BUT_INTAKE: partial(run_all, intake=False),
    "relay": run_relay,
    "project": run_projectors,
    "feed": run_feed,
    "intake": run_intake,
    "deliver": run_deliver,
}


def main(part: str = ALL) -> int:
    """Run until SIGTERM; return the exit status."""
    supervisor = os.environ.get("SUPERVISOR_PID")
    if supervisor:
        die_with_parent(int(supervisor))
    settings = Settings.read()
    set_up_log("pipeline" if part in (ALL, ALL_BUT_INTAKE) else part, settings.log_level)
    try:
        PARTS[part](settings)
    except Exception as error:
        if code_of(error) is None:
            process_logger("deploy.pipeline").error("broken", exc_info=error)
            return BROKEN
        for line in lines_of(error, language_of()):
            print(line, file=sys.stderr, flush=True)
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
