"""Weekly digests that no register made: every figure of every county with a number of its own choosing, large, small and 0."""

from random import Random

from projections.weekly.figures import FLOWS, NOT_COLLECTED, RECORDING, STOCKS, tells_persons
from projections.weekly.making import Document, all_units
from projections.weekly.teams import units_of
from projections.weekly.window import week

WEEK = "2019-W10"
CHANGES = (("I2a", "2019-W03", 0, -3), ("E2", "2019-W08", 1, 4), ("A4", "2018-W50", -1, 0))
"""figure, week, events, persons: the corrections told."""


def a_digest(team: int | None = None, seed: int = 7) -> Document:
    """The digest of a team, or of the province; the same for the same seed."""
    chance = Random(seed)
    units = all_units() if team is None else units_of(team, week(WEEK).monday)

    def flow(code: str) -> Document:
        events = chance.choice((0, 0, 1, 2, 5, 1340))
        persons = 3 * events if tells_persons(code) else 0
        behind = [chance.randbytes(16).hex() for _ in range(events)]
        return {"events": events, "persons": persons, "earlier": chance.randint(0, events), "behind": behind}

    return {
        "form": "v1",
        "week": WEEK,
        "first_day": "2019-03-04",
        "last_day": "2019-03-10",
        "team": team,
        "position": 123_456,
        "revision": 0,
        "policy_versions": ["2018.1", "2019.1"],
        "stocks": {
            figure.code: {unit: {"households": chance.randint(0, 9000), "persons": chance.randint(0, 30_000)} for unit in units}
            for figure in STOCKS
        },
        "flows": {code: {unit: flow(code) for unit in units} for code in (*(figure.code for figure in FLOWS), *RECORDING)},
        "corrections": [
            {
                "figure": figure,
                "week": of,
                "unit": units[-1],
                "events": events,
                "persons": persons,
                "by": chance.randbytes(16).hex(),
            }
            for figure, of, events, persons in CHANGES
        ],
        "not_collected": list(NOT_COLLECTED),
    }
