"""A digest's figures over all its counties, as people are shown them: small ones only to those who may see households."""

from typing import Any, Final

from projections.weekly.figures import tells_persons

SMALL: Final = 3
"""Below it a number could point to somebody."""
NONE: Final = "—"


def totals(document: dict[str, Any], code: str) -> tuple[int | None, int | None, int | None]:
    """Households or events, persons, and how many of earlier weeks; None: stocks have none of those, some events no persons."""
    stocks = document["stocks"].get(code)
    cells = (stocks or document["flows"][code]).values()
    names = ("households", "persons") if stocks else ("events", "persons", "earlier")
    sums: dict[str, int] = {name: sum(cell[name] for cell in cells) for name in names}
    return sums[names[0]], sums["persons"] if tells_persons(code) else None, sums.get("earlier")


def shown(value: int | None, *, hidden: bool) -> int | str:
    """The number; a dash where there is none; and of a small one, where those are hidden, only that it is small."""
    if value is None:
        return NONE
    return f"< {SMALL}" if hidden and 0 < value < SMALL else value


def written(value: int | str) -> str:
    """What is shown, as text."""
    return value if isinstance(value, str) else f"{value:,}"
