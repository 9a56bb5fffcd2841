"""Errors as an operator reads them: one line each, which begins with a stable code. No traceback, no value that was sent.

Only what has a code of ours is expected. SQLAlchemy's errors have codes too, which mean something else, so the form is asked.
"""

import locale
import os
import re
from collections.abc import Mapping
from typing import Final, Literal

from registry.refusal import Refused, Violation
from schemas.refusal_codes import refusal

Language = Literal["zh", "en"]
_CODE: Final = re.compile(r"E(-[A-Z0-9]+)+")
_VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
"""In the order in which POSIX asks them; the first that is set decides."""


def language_of(environment: Mapping[str, str] = os.environ) -> Language:
    """The language of the terminal: Chinese where its locale is, else English."""
    chosen = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    return "zh" if (locale.normalize(chosen) or chosen).lower().startswith("zh") else "en"


def code_of(error: BaseException) -> str | None:
    """The stable code of an error that is expected; None of any other."""
    code = error.violations[0].code if isinstance(error, Refused) else getattr(error, "code", None)
    return code if isinstance(code, str) and _CODE.fullmatch(code) else None


def lines_of(error: BaseException, language: Language) -> list[str]:
    """What to tell of an error that has a code: every violation of a refusal, one line each."""
    if isinstance(error, Refused):
        return [_violation_line(violation, language) for violation in error.violations]
    code = code_of(error)
    assert code is not None
    detail = str(error).removeprefix(f"{code}: ").replace("\n", " ")
    return [f"{code}: {refusal(code).title_zh}：{detail}" if language == "zh" else f"{code}: {detail}"]


def _violation_line(violation: Violation, language: Language) -> str:
    # A policy's sentence names its key, but not the file.
    place = violation.params.get("file") or violation.field
    sentence = refusal(violation.code).describe(language, violation.params)
    return f"{violation.code}: {place}: {sentence}" if place else f"{violation.code}: {sentence}"
