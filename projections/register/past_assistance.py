"""Which social assistance a member had on a day: statements as one text, `day:CODE,...`, in the order in which they were made.

Of the statements whose day has come by then the one of the latest day holds; of the same day, the one that was made last.
"""

from typing import Final

NONE: Final = "NONE"


def stated(past: str, on: int, state: str) -> str:
    """The past with one more statement. Of who never had any, that there is none goes without saying."""
    if not past:
        return "" if state == NONE else f"{on}:{state}"
    return f"{past},{on}:{state}"


def assistance_on(past: str, day: int) -> str:
    """Code of the table `social_assistance`; NONE where nothing was stated."""
    holds, since = NONE, None
    for statement in past.split(",") if past else ():
        text, _, state = statement.partition(":")
        if int(text) <= day and (since is None or int(text) >= since):
            holds, since = state, int(text)
    return holds
