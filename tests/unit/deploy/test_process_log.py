"""What processes tell on standard error."""

import json
import subprocess
import sys

SAYS = """
import logging
from deploy.process_log import process_logger, set_up_log
from schemas.log_errors import LogUnavailable

set_up_log("pipeline", "info")
log = process_logger("deploy.pipeline")
log.debug("too quiet")
log.info("relayed", events=5)
try:
    raise ValueError("a name and a number")
except ValueError as error:
    log.error("broken", exc_info=error)
    logging.getLogger("some.library").exception("unexpected %s", "answer")
log.warning("waiting", exc_info=LogUnavailable("locked"))
"""


def lines() -> list[dict[str, object]]:
    done = subprocess.run([sys.executable, "-c", SAYS], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert "a name and a number" not in done.stderr
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_each_line_is_an_object_without_the_words_of_an_unexpected_error() -> None:
    relayed, broken, foreign, waiting = lines()
    assert relayed == relayed | {"process": "pipeline", "level": "info", "event": "relayed", "events": 5}
    for told in (broken, foreign):
        assert told["error"] == "ValueError"
        assert told["at"] == ["<string>:11 <module>"]
    assert foreign["event"] == "unexpected answer"
    assert waiting["code"] == "E-LOG-UNAVAILABLE"
    assert "locked" in str(waiting["problem"])


UNPREPARED = """
from deploy.process_log import process_logger

try:
    name = "a name" + " and a number"
    raise ValueError(name)
except ValueError as error:
    process_logger("deploy.pipeline").warning("waiting", exc_info=error)
"""


def test_a_process_that_never_set_up_its_log_tells_no_values_either() -> None:
    done = subprocess.run([sys.executable, "-c", UNPREPARED], capture_output=True, text=True, check=True)
    assert "waiting" in done.stderr
    assert "ValueError" in done.stderr
    assert "a name and a number" not in done.stdout + done.stderr
