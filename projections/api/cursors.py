"""Cursors: where the next page begins, opaque to clients and checked when they come back.

A cursor is the key of the last row and a digest of the question that it belongs to (division, filters, order, moment), so that it
cannot be used with another one by mistake. It is not signed, for it grants nothing: it says where to go on within a list that the
actor's own scope and the parameters decide anew with every page, and whoever makes one up sees what a filter would show as well.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from projections.api.errors import Faults
from projections.api.parameters import Parameter
from projections.register.queries.pages import Key

AT: Final = "cursor"
_LENGTH_MAX: Final = 200
_DIGEST_BYTES: Final = 8
_ID_BYTES: Final = 16
_NUMBER_MAX: Final = 2**63 - 1

CURSOR: Final = Parameter(
    name=AT,
    read=lambda text: text,
    schema={"type": "string", "maxLength": _LENGTH_MAX},
    means="Where to go on: the `next` of the page before, with the same other parameters",
)


def make_cursor(key: Key, question: Mapping[str, Any]) -> str:
    """The cursor of the page after a row."""
    content = [_digest(question), key[0], key[1].hex()]
    return base64.urlsafe_b64encode(json.dumps(content, separators=(",", ":")).encode()).decode().rstrip("=")


def read_cursor(text: str | None, question: Mapping[str, Any], faults: Faults) -> Key | None:
    """The key to go on after; None for the first page. Notes E-CURSOR for what is no cursor, or another question's."""
    if text is None:
        return None
    try:
        return _key(text, _digest(question))
    except (ValueError, TypeError, RecursionError):
        faults.add("E-CURSOR", at=AT)
        return None


def _key(text: str, expected: str) -> Key:
    """Raises ValueError, TypeError."""
    if len(text) > _LENGTH_MAX:
        raise ValueError
    digest, value, household_id = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    last_id = bytes.fromhex(household_id)
    if digest != expected or type(value) is not int or abs(value) > _NUMBER_MAX or len(last_id) != _ID_BYTES:
        raise ValueError
    return value, last_id


def _digest(question: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()[: 2 * _DIGEST_BYTES]
