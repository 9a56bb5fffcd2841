"""Chinese unless the client says that it prefers English; the same rule as for problem details."""

from flask import Request


def preferred_language(http: Request) -> str:
    """`zh` or `en`."""
    return http.accept_languages.best_match(["zh", "en"], "zh")
