"""Where a hospital is, by its national code: H, the six digits of the place that it was given in, five of its own."""

from schemas.division_codes import is_division_code
from schemas.topic_rights import CODES, Kind


def division_of(institution: str) -> str | None:
    """The 12-digit division that a hospital's code names; None for what is no such code."""
    if not CODES[Kind.HOSPITAL].fullmatch(institution):
        return None
    code = institution[1:7] + "000000"
    return code if is_division_code(code) else None
