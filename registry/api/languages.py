"""Chinese unless the client says that it prefers English."""

from typing import Final

from flask import Request as HttpRequest
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

LANGUAGES: Final = ("zh", "en")


def preferred_language(http: HttpRequest) -> str:
    """`zh` or `en`."""
    return language_of(http.headers.get("Accept-Language", ""))


def language_of(accepted: str) -> str:
    """What the header Accept-Language asks for."""
    return parse_accept_header(accepted, LanguageAccept).best_match(LANGUAGES, "zh")
