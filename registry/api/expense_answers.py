"""What a hospital is answered: row by row, a token for the person or what is wrong; never anything about the register."""

import json
from collections.abc import Callable, Sequence
from typing import Any, Final

from flask import Response

from registry.api.answers import json_answer
from registry.api.endpoint import REPLAY_HEADER, Asked
from registry.api.json_schema import VIOLATION
from registry.api.languages import preferred_language
from registry.api.parts import CommandParts
from registry.hospitals.door import Answer
from registry.store.command_result import CommandResult
from registry.store.errors import CommandReplayed, IdempotencyMismatch
from schemas.refusal_codes import refusal

ALL, SOME = 200, 207
_ROW: Final = {
    "type": "object",
    "properties": {
        "row": {"type": "integer", "minimum": 1, "description": "its place in what was sent"},
        "settlement_id": {"type": ["string", "null"], "description": "as it was sent; null where it is not in order"},
        "settlement_version": {"type": ["integer", "null"]},
        "taken_in": {"type": "boolean"},
        "person_token": {"type": ["string", "null"], "description": "names the person at this hospital from now on"},
        "violations": {"type": "array", "items": VIOLATION},
    },
    "required": ["row", "settlement_id", "settlement_version", "taken_in", "person_token", "violations"],
}
ANSWERED: Final = {
    "type": "object",
    "properties": {
        "taken_in": {"type": "integer", "minimum": 0, "description": "rows that are in the log"},
        "refused": {"type": "integer", "minimum": 0, "description": "rows that are not"},
        "rows": {"type": "array", "items": _ROW},
    },
    "required": ["taken_in", "refused", "rows"],
}
ANSWERS: Final = {
    ALL: ("Every row is in the log", ANSWERED),
    SOME: ("Some rows are not; each row says so", ANSWERED),
}
PROBLEMS: Final = (
    *("E-INSTITUTION-KEY", "E-HOSPITAL-UNKNOWN", "E-TOO-MANY", "E-LOG-UNAVAILABLE", "E-VAULT-UNAVAILABLE"),
    *("E-PERSON-REF", "E-PERSON-TOKEN", "E-SEAL", "E-ID-LENGTH", "E-ID-CHECKSUM", "E-ID-BIRTHDATE", "E-ID-SYNTHETIC-FORBIDDEN"),
    *("E-RECORD-NUMBER", "E-FIELD-RANGE", "E-FIELD-TOO-LONG", "E-CODE-UNKNOWN", "E-RESIDENCE-UNKNOWN"),
    *("E-DATE-FUTURE", "E-DATE-ORDER", "E-EXPENSE-TOO-OLD", "E-AMOUNT-NEGATIVE", "E-AMOUNT-BALANCE"),
)


def answered_once(parts: CommandParts, asked: Asked, take_in: Callable[[], Sequence[Answer]]) -> Response:
    """Take the rows in and answer; with a key that was used before, answer as then and take nothing in.

    The answer is kept after the log has the rows: whatever breaks off between the two, sending again puts them into the log once
    more, and they count once. Where nothing was taken in nothing is kept, so that the same key may be sent with what was mended.
    """
    earlier = _kept(parts, asked)
    if earlier is not None:
        return _answer(asked, earlier, replayed=True)
    answers = take_in()
    document = _document(answers)
    if document["taken_in"]:
        earlier = _keep(parts, asked, document)
    return _answer(asked, document if earlier is None else earlier, replayed=earlier is not None)


def _document(answers: Sequence[Answer]) -> dict[str, Any]:
    """Without words: who sends again may read another language."""
    rows = [_told(number, answer) for number, answer in enumerate(answers, 1)]
    taken_in = sum(answer.taken_in for answer in answers)
    return {"taken_in": taken_in, "refused": len(rows) - taken_in, "rows": rows}


def _told(number: int, answer: Answer) -> dict[str, Any]:
    violations = [
        {"code": v.code, "field": v.field, "params": {name: _plain(value) for name, value in v.params.items()}}
        for v in answer.violations
    ]
    return {
        "row": number,
        "settlement_id": answer.settlement_id,
        "settlement_version": answer.settlement_version,
        "taken_in": answer.taken_in,
        "person_token": answer.person_token,
        "violations": violations,
    }


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | str | list) else str(value)


def _answer(asked: Asked, document: dict[str, Any], *, replayed: bool) -> Response:
    language = preferred_language(asked.http)
    for row in document["rows"]:
        for violation in row["violations"]:
            violation["rule"] = refusal(violation["code"]).describe(language, violation["params"])
    response = json_answer(document, SOME if document["refused"] else ALL)
    if replayed:
        response.headers[REPLAY_HEADER] = "true"
    return response


def _kept(parts: CommandParts, asked: Asked) -> dict[str, Any] | None:
    """What the same request was answered before. Raises IdempotencyMismatch."""
    circumstances = asked.circumstances
    if circumstances.idempotency_key is None:
        return None
    result = parts.service.store.find_command_result(asked.actor.user_id, circumstances.idempotency_key)
    return None if result is None else _same(result, circumstances.digest)


def _keep(parts: CommandParts, asked: Asked, document: dict[str, Any]) -> dict[str, Any] | None:
    """Keep the answer; what was kept before where the same request was faster. Raises IdempotencyMismatch."""
    circumstances = asked.circumstances
    if circumstances.idempotency_key is None:
        return None
    status = SOME if document["refused"] else ALL
    body = json.dumps(document, separators=(",", ":")).encode()
    result = CommandResult(asked.actor.user_id, circumstances.idempotency_key, circumstances.digest, status, body)
    try:
        parts.service.store.save(command=result)
    except CommandReplayed as replayed:
        return _same(replayed.result, circumstances.digest)
    return None


def _same(result: CommandResult, digest: bytes) -> dict[str, Any]:
    if result.request_digest != digest:
        raise IdempotencyMismatch(result.key)
    document: dict[str, Any] = json.loads(result.body)
    return document
