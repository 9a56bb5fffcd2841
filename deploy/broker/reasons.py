"""What Java and Kafka tell at length when they fail, in one line."""

import re
from typing import Final

from deploy.broker.java import OLDEST

_KNOWN: Final = {
    "UnsupportedClassVersionError": f"this Java is older than {OLDEST}",
    "No space left on device": "no space left on the disk",
    "OutOfMemoryError": "no memory left; KAFKA_HEAP_OPTS says how much it may have",
    "Address already in use": "one of its ports is taken",
}
_TELLING: Final = re.compile(r"\b(ERROR|FATAL|Error|Exception)\b|[a-z](Error|Exception)\b")
_FRAME: Final = re.compile(r"\s*(at |\.\.\. \d+ more)")


def reason_in(told: str) -> str:
    """What is known to be the reason, or the last line that names an error."""
    for sign, words in _KNOWN.items():
        if sign in told:
            return words
    _, no_vm, after = told.partition("Error occurred during initialization of VM")
    if no_vm:
        return f"Java does not start: {' '.join(after.split()) or 'it gave no reason'}"
    lines = [line.strip() for line in told.splitlines() if line.strip() and not _FRAME.match(line)]
    telling = [line for line in lines if _TELLING.search(line)]
    return (telling or lines or ["it gave no reason"])[-1]
