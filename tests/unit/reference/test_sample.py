"""Samples drawn by lot, and what was found at their households."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from registry.reference.sample import (
    DrawSample,
    RecordSampleCheck,
    SampleCheckRecorded,
    SampleDrawn,
    digest_of,
    draw,
)
from registry.reference.stream import stream_id
from tests.support.register import a_register, on
from tests.support.scenario import COUNTY, day, noon_of, ref, seen

FRAME = [UUID(int=number) for number in range(1, 401)]
SAMPLE_ID = ref(1)
STREAM = stream_id("sample", SAMPLE_ID)
DRAWN = DrawSample(
    sample_id=SAMPLE_ID,
    effective_on=day(10),
    place=COUNTY,
    kind="WRONG_EXIT",
    seed="q4-2018",
    as_of=day(9),
    known_at=noon_of(day(9)),
    frame_size=len(FRAME),
    frame_sha256=digest_of(FRAME),
    households=draw(FRAME, "q4-2018", 20),
)
FIRST = DRAWN.households[0]
CHECK = RecordSampleCheck(
    sample_id=SAMPLE_ID, effective_on=day(12), household_id=FIRST, result="RIGHT_EXIT", persons=4, checker="staff-3"
)


def test_the_lot_follows_from_the_seed_and_from_nothing_else() -> None:
    shuffled = FRAME[:]
    Random(5).shuffle(shuffled)
    assert draw(shuffled, "q4-2018", 20) == DRAWN.households
    assert draw(FRAME, "q5-2018", 20) != DRAWN.households
    assert draw(FRAME, "q4-2018", 10) == DRAWN.households[:10]
    assert (digest_of(shuffled), len(set(DRAWN.households))) == (DRAWN.frame_sha256, 20)


def test_who_leaves_the_frame_changes_nobody_elses_lot() -> None:
    without = [one for one in FRAME if one != FIRST]
    assert draw(without, "q4-2018", 19) == DRAWN.households[1:]
    assert digest_of(without) != DRAWN.frame_sha256


def test_everybody_is_drawn_about_equally_often() -> None:
    drawn = [one for seed in range(1_000) for one in draw(FRAME[:40], str(seed), 10)]
    counts = [drawn.count(one) for one in FRAME[:40]]
    assert min(counts) > 190  # expected 250, standard deviation 13.7
    assert max(counts) < 310


def test_a_sample_is_kept_with_all_that_it_takes_to_draw_it_again() -> None:
    kept = seen(SampleDrawn, place=COUNTY, division=COUNTY, seed="q4-2018", as_of=day(9), frame_size=400)
    register = a_register().when(DRAWN).then(on(STREAM, kept))
    event: Any = register.event(STREAM, SampleDrawn)
    assert (tuple(event.households), event.frame_sha256, event.known_at) == (
        DRAWN.households,
        DRAWN.frame_sha256,
        noon_of(day(9)),
    )
    register.when(DRAWN).then_nothing_happens()


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"place": "469030888000"}, "E-DIVISION-UNKNOWN", "place"),
        ({"kind": "MOOD"}, "E-CODE-UNKNOWN", "kind"),
        ({"seed": " "}, "E-FIELD-TYPE", "seed"),
        ({"seed": "王某某"}, "E-FIELD-TYPE", "seed"),
        ({"seed": "469999199001011234"}, "E-FIELD-TYPE", "seed"),
        ({"seed": "s" * 65}, "E-FIELD-TYPE", "seed"),
        ({"households": ()}, "E-FIELD-RANGE", "households"),
        ({"frame_size": 19}, "E-FIELD-RANGE", "households"),
        ({"households": (FIRST, FIRST)}, "E-SAMPLE-TWICE", "households"),
        ({"effective_on": day(21)}, "E-DATE-FUTURE", "effective_on"),
        ({"as_of": day(21)}, "E-DATE-FUTURE", "as_of"),
        ({"known_at": noon_of(day(20)) + timedelta(seconds=1)}, "E-DATE-FUTURE", "known_at"),
    ],
)
def test_what_is_no_sample_is_refused(change: dict[str, Any], code: str, field: str) -> None:
    outcome = a_register().today(day(20)).when(replace(DRAWN, **change))
    assert outcome.then_refuses(code).fields(code) == [field]


def test_another_sample_does_not_take_the_id() -> None:
    other = replace(DRAWN, households=draw(FRAME, "again", 20), seed="again")
    a_register(DRAWN).when(other).then_refuses("E-ID-TAKEN")


def test_a_finding_is_recorded_and_a_later_one_replaces_it() -> None:
    found = seen(SampleCheckRecorded, household_id=FIRST, kind="WRONG_EXIT", result="RIGHT_EXIT", persons=4, division=COUNTY)
    register = a_register(DRAWN).when(CHECK).then(on(STREAM, found))
    register.when(replace(CHECK, effective_on=day(13))).then_nothing_happens()
    register.when(replace(CHECK, result="WRONG_EXIT")).then(on(STREAM, seen(SampleCheckRecorded, result="WRONG_EXIT")))


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"sample_id": ref(2)}, "E-SAMPLE-UNKNOWN", "sample_id"),
        ({"household_id": ref(7)}, "E-SAMPLE-NOT-DRAWN", "household_id"),
        ({"result": "MISSED"}, "E-SAMPLE-RESULT", "result"),
        ({"result": "APPROVES"}, "E-SAMPLE-RESULT", "result"),
        ({"persons": 0}, "E-FIELD-RANGE", "persons"),
        ({"effective_on": day(9)}, "E-DATE-ORDER", "effective_on"),
        ({"effective_on": day(21)}, "E-DATE-FUTURE", "effective_on"),
        ({"checker": "13800138000"}, "E-STAFF-ID", "checker"),
    ],
)
def test_what_is_no_finding_is_refused(change: dict[str, Any], code: str, field: str) -> None:
    outcome = a_register(DRAWN).today(day(20)).when(replace(CHECK, **change))
    assert outcome.then_refuses(code).fields(code) == [field]


def test_every_fault_is_told_at_once() -> None:
    wrong = replace(CHECK, household_id=ref(7), result="MISSED", effective_on=day(9))
    a_register(DRAWN).when(wrong).then_refuses("E-SAMPLE-NOT-DRAWN", "E-SAMPLE-RESULT", "E-DATE-ORDER")
