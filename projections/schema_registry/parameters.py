"""Parameters of queries that several endpoints have, described."""

from collections.abc import Mapping
from typing import Any, Final

_NUMBER: Final = {"type": "integer"}
_TEXT: Final = {"type": "string"}
_FLAG: Final = {"type": "boolean"}
PAGE: Final[Mapping[str, Mapping[str, Any]]] = {
    "offset": {"schema": _NUMBER, "description": "How many to leave out at the beginning"},
    "limit": {"schema": _NUMBER, "description": "How many at most; below 1: all"},
}
PREFIX: Final[Mapping[str, Mapping[str, Any]]] = {
    "subjectPrefix": {"schema": _TEXT, "description": "What the names of the subjects begin with"},
}
LATEST_ONLY: Final[Mapping[str, Mapping[str, Any]]] = {
    "latestOnly": {"schema": _FLAG, "description": "Only the latest version of each subject"},
}
DELETED_ONLY: Final[Mapping[str, Mapping[str, Any]]] = {
    "deletedOnly": {"schema": _FLAG, "description": "Only what was deleted: nothing ever is"},
}
_EVERY_CONTEXT: Final = (":*:", ":.:")


def without_context(prefix: str) -> str:
    """A prefix of subjects without the context that clients put before it: there is only one."""
    for context in _EVERY_CONTEXT:
        prefix = prefix.removeprefix(context)
    return prefix
