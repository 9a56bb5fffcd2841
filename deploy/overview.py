"""What an installation holds, how far behind each part is, and what is wrong, as one document: for `registry status`.

All parts are asked at once and waited for no longer than ANSWER_S, whatever is down: what gives no answer says so in its place,
with the stable code of what could not be reached and why, and the rest is told all the same.
"""

from typing import Final

import sqlalchemy.exc
from sqlalchemy import make_url

from deploy.bounded import NoAnswer, answers_within
from deploy.settings import Settings
from deploy.status.judging import judge
from deploy.status.parts import Document, questions
from deploy.told_errors import Language, code_of
from registry.store.errors import StoreMissing

ANSWER_S: Final = 2.8
UNREACHABLE: Final = {
    "store": "E-STORE-UNAVAILABLE",
    "register": "E-STORE-UNAVAILABLE",
    "view": "E-VIEWS",
    "hospitals": "E-VIEWS",
}
"""By the first word of a part, what is out of reach where it says nothing itself; else it is the log."""


def overview(settings: Settings, language: Language = "en") -> Document:
    """The whole document. `language`: of what is wrong. Raises StoreMissing."""
    document: Document = {"places": places(settings)}
    answers = answers_within(ANSWER_S, questions(settings))
    # A read model's lag needs the log too: where neither answers, it is the log that is away.
    unreachable = UNREACHABLE if not isinstance(answers["log"], Exception) else {**UNREACHABLE, "view": "E-LOG-UNAVAILABLE"}
    # The silence of hospitals is judged by the store's policy on a read model.
    if isinstance(answers["store"], Exception):
        unreachable = {**unreachable, "hospitals": UNREACHABLE["store"]}
    for part, answer in answers.items():
        if isinstance(answer, StoreMissing):
            raise answer
        document[part] = (
            _problem(answer, unreachable.get(part.split()[0], "E-LOG-UNAVAILABLE")) if isinstance(answer, Exception) else answer
        )
    wrong = judge(document, settings, language)
    return {"ok": not wrong, "wrong": wrong} | document


def places(settings: Settings) -> Document:
    """Where everything is."""
    return {
        "data": str(settings.path("").absolute()),
        "store": without_password(settings.store),
        "vault": without_password(settings.vault),
        "log": settings.log,
        "views": without_password(settings.views),
        "api": f"{settings.host}:{settings.port}",
        "metrics": f"{settings.metrics_host}:{settings.metrics_port}",
    }


def without_password(url: str) -> str:
    """The address of a database, as it may be shown."""
    return make_url(url).render_as_string(hide_password=True)


def _problem(error: Exception, unreachable: str) -> Document:
    """unreachable: what to call it where the part says nothing itself. Raises an error that nobody expects."""
    code = code_of(error)
    if code is not None:
        return {"problem": code, "why": str(error).removeprefix(f"{code}: ")}
    if isinstance(error, NoAnswer):
        return {"problem": unreachable, "why": str(error)}
    if isinstance(error, sqlalchemy.exc.OperationalError | sqlalchemy.exc.InterfaceError):
        # Its own words may repeat the address with its password, or values of a row.
        return {"problem": unreachable, "why": type(error.orig).__name__}
    raise error
