"""One household's story from the first settlement to the closing of its case, held by a file: what is told after each step.

Run with SNAP_UPDATE=1 to change the file on purpose, and read what has changed.
"""

import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from consumers.warning.timers import command_of_the_day
from projections.database import snapshot
from projections.expenses.queries.cases import case_events, case_now
from projections.expenses.queries.open_cases import open_cases
from projections.register.queries.event_telling import EventTeller
from projections.register.queries.fields import day_number
from registry.early_warning.outcome import RecordWarningOutcome
from registry.early_warning.visit import RecordWarningVisit, VerifyEarlyWarning
from schemas.catalogue import registry_catalogue
from schemas.codec import Codec
from tests.support.early_warnings import CASE
from tests.support.families import FATHER, MOTHER, opening
from tests.support.scenario import HOUSEHOLD, day
from tests.support.warning_bench import POLICY_FOR, WarningBench

GOLDEN = Path(__file__).parents[2] / "golden" / "early_warning" / "story.json"
TELLER = EventTeller(Codec(registry_catalogue()))
LATE = date(2018, 9, 26)
"""After the last day of the visit."""
ABOUT: dict[str, Any] = {"subject_id": HOUSEHOLD, "case_id": CASE}


def story(bench: WarningBench) -> Iterator[tuple[str, date]]:
    """What happens, and on which day."""
    bench.pipe.execute(opening())
    bench.spend(FATHER, 3500, day(10), 1)
    bench.assess(FATHER)
    yield "a first stay, of which the family bears 3,500 yuan: watched", day(10)
    bench.spend(MOTHER, 2500, day(11), 2)
    bench.spend(FATHER, 2000, day(12), 3)
    bench.assess(FATHER, MOTHER)
    yield "two more: the father's year comes to 5,500", day(12)
    bench.spend(FATHER, 7000, day(13), 4)
    bench.assess(FATHER)
    yield "a fourth: the level rises", day(13)
    bench.spend(MOTHER, 500, day(11), 2, kind="CORRECTED", settlement_version=2)
    bench.assess(MOTHER)
    yield "the hospital corrects the mother's", day(14)
    with snapshot(bench.expenses) as connection:
        due = [command_of_the_day(case, POLICY_FOR, LATE) for case in open_cases(connection)]
    bench.pipe.execute(*(command for command in due if command is not None))
    yield "nobody came in time: the county is told", LATE
    bench.pipe.execute(RecordWarningVisit(effective_on=LATE, visitors=("staff-1", "staff-2"), **ABOUT))
    bench.pipe.execute(VerifyEarlyWarning(effective_on=date(2018, 9, 27), finding="HARDSHIP", **ABOUT))
    yield "two officers go there and say what they found", date(2018, 9, 27)
    bench.pipe.execute(RecordWarningOutcome(effective_on=date(2018, 9, 28), outcome="ALREADY_REGISTERED_ADJUSTED", **ABOUT))
    yield "its measures are adjusted, which ends the case", date(2018, 9, 28)
    bench.spend(FATHER, 7000, day(13), 4)
    bench.assess(FATHER)
    yield "a hospital sends the fourth once more: nothing follows", date(2018, 9, 28)


def test_the_story_is_told_as_it_was(bench: WarningBench) -> None:
    told: list[dict[str, Any]] = []
    version = -1
    for happened, on in story(bench):
        bench.flow()
        with snapshot(bench.expenses) as connection:
            found = case_now(connection, CASE.bytes, day_number(on))
            events, _ = case_events(connection, CASE.bytes, version, 100, TELLER)
        assert found is not None
        version = max((event["version"] for event in events), default=version)
        told.append({"day": on.isoformat(), "happened": happened, "events": events, "case": found[0]})
    made = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if os.environ.get("SNAP_UPDATE") == "1":
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(made, encoding="utf-8")
    assert made == GOLDEN.read_text(encoding="utf-8")
