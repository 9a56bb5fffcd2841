"""What a screen shows of a person to somebody who need not know more."""

import unicodedata

_HIDDEN = "*"


def mask_name(name: str) -> str:
    """陈*, 陈*明, 阿******江: the first and, from three characters on, the last one stay; empty stays empty."""
    name = unicodedata.normalize("NFC", name.strip())
    if len(name) <= 1:
        # A single character left as it is would be the whole name.
        return _HIDDEN if name else ""
    if len(name) == 2:
        return name[0] + _HIDDEN
    return name[0] + _HIDDEN * (len(name) - 2) + name[-1]


def mask_id(number: str) -> str:
    """4****************6: the first and the last character stay.

    More would not do: whoever knows the county, the month of birth and the sex (the register shows them) needs
    only the last four to work out the rest.
    """
    if len(number) <= 2:
        return _HIDDEN * len(number)
    return number[0] + _HIDDEN * (len(number) - 2) + number[-1]


def mask(field: str, value: str) -> str:
    """A field of a person as it is shown to somebody who did not ask for it in full."""
    return mask_name(value) if field == "name" else mask_id(value)
