"""`GET /v1/divisions/{code}/sample-checks`: samples drawn between two days, what they found, and the rates with their n."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from flask import Response

from projections.api.answers import json_answer
from projections.api.division_path import BRIEF, brief, division_in_scope
from projections.api.endpoint import JSON, Endpoint, Question
from projections.api.errors import Faults
from projections.api.figures import AMOUNT, amount
from projections.api.json_schemas import count, record, rows, words
from projections.api.labels import LABELS, Labels
from projections.api.parameters import day
from projections.api.parts import QueryParts
from projections.register.queries.fields import (
    DAY,
    DIVISION,
    ID,
    INSTANT,
    Document,
    day_number,
    day_text,
    id_text,
    instant_text,
    or_null,
)
from projections.register.queries.samples import FOUND, IN_PERSONS, NOT_REACHED, SampleFigures, samples_of
from schemas.clock import shanghai_date
from schemas.code_tables import table

ACTION: Final = "query.totals"
KINDS, RESULTS = "sample_kind", "sample_result"
RATE: Final = record(
    of={"type": "string", "enum": ["HOUSEHOLDS", "PERSONS"], "examples": ["HOUSEHOLDS"]},
    numerator=count("Found", 1),
    denominator=count("n: checked and reached", 398),
    percent=or_null({"type": "string", "description": "With two decimals; null: nobody was reached", "examples": ["0.25"]}),
)
FIGURES: Final = record(
    drawn=count("Households drawn", 400),
    checked=AMOUNT,
    not_reached=AMOUNT,
    by_result=record("By code table `sample_result`", **dict.fromkeys(table(RESULTS).codes, AMOUNT)),
    rate=RATE,
)
SAMPLE: Final = record(
    sample_id=ID.schema,
    division=DIVISION.schema,
    kind={"type": "string", "enum": list(table(KINDS).codes), "examples": ["WRONG_EXIT"]},
    drawn_on=DAY.schema,
    seed=words("The lot follows from it", "q4-2018"),
    as_of={**DAY.schema, "description": "The lot could fall on households that stood so on this day"},
    known_at={**INSTANT.schema, "description": "by what was known at this instant"},
    frame_size=count("On so many households it could fall", 4_120),
    frame_sha256=words("SHA-256 of their ids in ascending order", "ab" * 32),
    figures=FIGURES,
)
ANSWER: Final = record(
    division=BRIEF,
    first_day=DAY.schema,
    last_day=DAY.schema,
    by_kind=record("Of all samples of a kind together", **dict.fromkeys(table(KINDS).codes, FIGURES)),
    samples=rows(SAMPLE, "Oldest first"),
    labels=LABELS,
)


def get_division_sample_checks(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        divisions = parts.divisions()
        division = division_in_scope(divisions, question, ACTION)
        first, last = _days(parts, question.values)
        with parts.reading() as connection:
            samples = samples_of(connection, division.code, first, last)
        labels = Labels(parts.code_tables(), divisions)
        for name in (KINDS, RESULTS):
            for code in table(name).codes:
                labels.note_code(name, code)
        for sample in samples:
            labels.note_place(sample.division)
        by_kind = {kind: _figures(kind, [s for s in samples if s.kind == kind]) for kind in table(KINDS).codes}
        days = {"first_day": day_text(first), "last_day": day_text(last)}
        told = [_sample(sample) for sample in samples]
        return json_answer({"division": brief(division), **days, "by_kind": by_kind, "samples": told, "labels": labels.told})

    return Endpoint(
        path="/v1/divisions/{code}/sample-checks",
        name="get_division_sample_checks",
        tag="Divisions",
        summary="Sample checks of a division",
        description=(
            "Samples drawn within the division between two days and what was found: wrong exits, missed households, approval."
            " Every rate has its n. With seed, day and instant anybody can draw the same households again."
        ),
        action=ACTION,
        answers={JSON: ANSWER},
        parameters=(
            day("from", "Drawn on this day or later; the first of this year unless given", example="2018-01-01"),
            day("to", "The last day; today unless given", example="2018-12-31"),
        ),
        missing=("E-DIVISION-UNKNOWN",),
        problems=("E-AUTH-SCOPE", "E-DATE-ORDER"),
        check=lambda values, faults: _check(parts, values, faults),
        view=view,
    )


def _days(parts: QueryParts, values: Mapping[str, Any]) -> tuple[int, int]:
    today = shanghai_date(parts.clock.now())
    last = day_number(today) if values["to"] is None else values["to"]
    return (day_number(today.replace(month=1, day=1)) if values["from"] is None else values["from"]), last


def _check(parts: QueryParts, values: Mapping[str, Any], faults: Faults) -> None:
    first, last = _days(parts, values)
    if first > last:
        faults.add("E-DATE-ORDER", at="from", first="from", then="to")


def _sample(sample: SampleFigures) -> Document:
    return {
        "sample_id": id_text(sample.sample_id),
        "division": sample.division,
        "kind": sample.kind,
        "drawn_on": day_text(sample.drawn_on),
        "seed": sample.seed,
        "as_of": day_text(sample.as_of),
        "known_at": instant_text(sample.known_at),
        "frame_size": sample.frame_size,
        "frame_sha256": sample.frame_sha256.hex(),
        "figures": _figures(sample.kind, [sample]),
    }


def _figures(kind: str, samples: Iterable[SampleFigures]) -> Document:
    drawn, found = 0, {code: [0, 0] for code in table(RESULTS).codes}
    for sample in samples:
        drawn += sample.drawn
        for result, (households, persons) in sample.by_result.items():
            sums = found.setdefault(result, [0, 0])
            sums[0] += households
            sums[1] += persons
    reached = [sum(sums[part] for result, sums in found.items() if result != NOT_REACHED) for part in (0, 1)]
    part = int(kind in IN_PERSONS)
    numerator, denominator = found[FOUND[kind]][part], reached[part]
    return {
        "drawn": drawn,
        "checked": amount(reached),
        "not_reached": amount(found[NOT_REACHED]),
        "by_result": {result: amount(sums) for result, sums in found.items()},
        "rate": {
            "of": "PERSONS" if part else "HOUSEHOLDS",
            "numerator": numerator,
            "denominator": denominator,
            "percent": f"{100 * numerator / denominator:.2f}" if denominator else None,
        },
    }
