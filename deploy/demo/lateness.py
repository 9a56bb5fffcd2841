"""How late a fact is recorded: most within three days, some after months.

Source: an assumption, since no statistic was found: 70 % within 3 days, 20 % in 4 to 14, 8 % in 15 to 60, 2 % in 61 to 180.
"""

from datetime import date, timedelta
from random import Random

OFFICE_DAYS_MAX = 60
"""Beyond this only the county may record a fact (policy `records.backdating_days`)."""
_BANDS = ((0.70, 0, 3), (0.90, 4, 14), (0.98, 15, OFFICE_DAYS_MAX), (1.0, OFFICE_DAYS_MAX + 1, 180))
_PROMPT = ((0.80, 0, 1), (0.97, 2, 3), (1.0, 4, 14))


def happened(today: date, chance: Random, not_before: date) -> date:
    """The day on which a fact that is recorded today was true."""
    return _back(today, chance, _BANDS, not_before)


def happened_lately(today: date, chance: Random, not_before: date) -> date:
    """The same for the steps of a procedure, which offices record as they take them."""
    return _back(today, chance, _PROMPT, not_before)


def _back(today: date, chance: Random, bands: tuple[tuple[float, int, int], ...], not_before: date) -> date:
    drawn = chance.random()
    least, most = next((least, most) for share, least, most in bands if drawn <= share)
    return min(today, max(today - timedelta(days=chance.randint(least, most)), not_before))
