"""The factory that granian's worker calls: the web application over the installation that the environment names.

Server and worker are two processes. The worker ends with its server, also when that is killed outright: else it would keep the
port, and a second server would share it unseen. What it opened is closed when it ends.
"""

import os
import sys
from contextlib import ExitStack
from multiprocessing.util import Finalize
from typing import Final

from deploy.child import BROKEN, REFUSED
from deploy.parent_watch import die_with_parent
from deploy.process_log import process_logger, set_up_log
from deploy.settings import Settings
from deploy.told_errors import code_of, language_of, lines_of
from deploy.web.composing import web_application
from deploy.web.wsgi_types import WsgiApplication

SERVER: Final = "API_PID"
"""The variable that tells the worker whom to die with."""
_LAST: Final = 10


def make_application() -> WsgiApplication:
    """Open everything that the API needs. Where that cannot be, say why in a line and end the process."""
    server = os.environ.get(SERVER)
    if server:
        die_with_parent(int(server))
    settings = Settings.read()
    set_up_log("api", settings.log_level)
    opened = ExitStack()
    try:
        application = opened.enter_context(web_application(settings))
    except Exception as error:
        sys.exit(_told(error))
    # Not atexit: a worker that was forked ends without it.
    Finalize(None, opened.close, exitpriority=_LAST)
    return application


def _told(error: Exception) -> int:
    """Say why there is no application; return the exit status."""
    if code_of(error) is None:
        process_logger("deploy.api").error("broken", exc_info=error)
        return BROKEN
    for line in lines_of(error, language_of()):
        print(line, file=sys.stderr, flush=True)
    return REFUSED
