"""How large a province the demonstration makes, and the plan's targets at that size.

Source: three-year plan, item 2: 33,000 households with 122,600 persons had not exited; 83,000 persons were to exit in 2018, the
other 39,600 in 2019. Targets are report lines: nothing in the demonstration reads them but the table at its end.
"""

from dataclasses import dataclass
from types import MappingProxyType

PLAN_HOUSEHOLDS = 33_000
PLAN_PERSONS = 122_600
PLAN_EXITS = MappingProxyType({2018: 83_000, 2019: 39_600, 2020: 0})
"""Persons that were to exit in each year, in the whole province."""
EXITED_PERSONS_PER_HOUSEHOLD = 4.27


@dataclass(frozen=True, slots=True)
class Scale:
    """Households not yet exited, a sample of those that had exited, households that only the ledger knows, villages.

    others: rural residents in no household of the register. At small scale fewer than in proportion: it would take too long.
    """

    name: str
    not_exited: int
    exited: int
    ledger: int
    villages: int
    others: int

    @property
    def persons_not_exited(self) -> int:
        """Persons in the households that have not exited, in the plan's proportion."""
        return round(PLAN_PERSONS * self.not_exited / PLAN_HOUSEHOLDS)

    @property
    def persons_exited(self) -> int:
        """Persons in the sample of households that had exited."""
        return round(self.exited * EXITED_PERSONS_PER_HOUSEHOLD)

    def target(self, year: int) -> int:
        """Persons that were to exit in a year, scaled."""
        return round(PLAN_EXITS.get(year, 0) * self.not_exited / PLAN_HOUSEHOLDS)


SCALES = MappingProxyType(
    {
        scale.name: scale
        for scale in (
            Scale("tiny", 300, 270, 900, 24, 3_000),
            Scale("small", 3_300, 3_000, 10_000, 160, 12_000),
            Scale("full", 33_000, 30_000, 15_000, 600, 4_920_000),
        )
    }
)
