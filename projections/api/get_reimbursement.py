"""`GET /v1/reimbursement`: what was reimbursed to the entitled, against the targets; by hospital, county, month."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final

from flask import Response, request

from projections.api.answers import json_answer, wants_csv
from projections.api.endpoint import CSV, JSON, Endpoint, Question
from projections.api.json_schemas import count, record, rows, words
from projections.api.labels import LABELS, Labels
from projections.api.languages import preferred_language
from projections.api.moment_parameters import MOMENT_TOLD, moment_told
from projections.api.parameters import choice
from projections.api.parts import QueryParts
from projections.api.reimbursement_columns import plain_columns
from projections.api.reimbursement_parameters import ACTION, PROBLEMS, WHICH, Asked, asked, check_which
from projections.api.sheet import CSV_SCHEMA, sheet_answer
from projections.register.queries.fields import DIVISION, YUAN, Document, or_null, yuan_text
from projections.reimbursement.figures import BY, Key, Sums, TargetsOf, summed
from projections.reimbursement.rule import KINDS, ratio_text
from projections.reimbursement.settled import PAID

DEFAULT_BY: Final = "county"
SHARE: Final = {"type": "string", "pattern": r"^\d\.\d{4}$", "examples": ["0.9123"]}
KIND: Final = {
    "type": "string",
    "enum": list(KINDS),
    "description": "Code table `reimbursement_target`",
    "examples": ["INPATIENT"],
}

FIGURES: Final = record(
    kind=KIND,
    target=or_null({**SHARE, "description": "What the policy asks for; null: it changed within these months"}),
    settlements=count("Settlements", 312),
    total_fee={**YUAN.schema, "description": "Their whole cost: what the share is of"},
    **{name: {**YUAN.schema, "description": f"Of this `{name}`"} for name in PAID},
    reimbursed={**YUAN.schema, "description": "All of it that the patients did not pay"},
    ratio=or_null({**SHARE, "description": "The share that was reimbursed, cut off after four decimals; null: of nothing"}),
    below_target=count("Settlements that fell short of the target", 17),
    alerts=count("Of these, those with a personal part that matters (rule R1)", 9),
)
ROW: Final = record(
    institution=or_null(words("The hospital; null unless asked for", "H46902400001")),
    county=or_null({**DIVISION.schema, "description": "The county of the household on the day; null unless asked for"}),
    hospital_county=or_null(
        {**DIVISION.schema, "description": "The county that the hospital's code names; null unless asked for"}
    ),
    month=or_null(words("The month of the discharge; null unless asked for", "2019-03")),
    **FIGURES["properties"],
)
ANSWER: Final = record(
    division={**DIVISION.schema, "description": "Where the households lived"},
    first_month=words("The first month", "2019-01"),
    last_month=words("The last one", "2019-03"),
    **MOMENT_TOLD,
    total=rows(FIGURES, "All together, by kind of target"),
    rows=rows(ROW, "In the order of what was asked for"),
    labels=LABELS,
)


def get_reimbursement(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        as_sheet = wants_csv(question.http)
        of = asked(parts, question)
        by = question.values["by"] or (DEFAULT_BY,)
        shown = [
            {**_about(by, key), **_figures(key[-1], sums, parts.targets)}
            for key, sums in summed(of.settled, by, parts.targets).items()
        ]
        return _sheet(parts, of, shown) if as_sheet else _told(parts, of, shown)

    return Endpoint(
        path="/v1/reimbursement",
        name="get_reimbursement",
        tag="Reimbursement",
        summary="Reimbursement against its targets",
        description=(
            "Of the final settlements of members of households that were entitled to the programme's measures on the day of"
            " the discharge: what they cost, who paid how much, the share that was reimbursed, how many fell short of their"
            " target. Every settlement has one target: that of persons in extreme-poverty support, else that of its kind of"
            " care; visits of other outpatients have none and are not counted. Rows are by the words of `by` and by kind of"
            " target; the household's county and the hospital's are two things."
        ),
        action=ACTION,
        answers={JSON: ANSWER, CSV: CSV_SCHEMA},
        parameters=(
            *WHICH,
            choice(
                "by",
                f"What there is a row for: one word or several; {DEFAULT_BY} unless given",
                BY,
                many=True,
                example="institution",
            ),
        ),
        problems=PROBLEMS,
        check=lambda values, faults: check_which(parts, values, faults),
        view=view,
    )


def share_text(share: Fraction) -> str:
    """A target as shares are told."""
    return ratio_text(share.denominator, share.denominator - share.numerator) or ""


def _figures(kind: str, sums: Sums, targets: TargetsOf) -> Document:
    target = sums.target(kind, targets)
    return {
        "kind": kind,
        "target": None if target is None else share_text(target),
        "settlements": sums.settlements,
        "total_fee": yuan_text(sums.total),
        **{name: yuan_text(amount) for name, amount in zip(PAID, sums.paid, strict=True)},
        "reimbursed": yuan_text(sums.total - sums.personal),
        "ratio": ratio_text(sums.total, sums.personal),
        "below_target": sums.below,
        "alerts": sums.alerts,
    }


def _about(by: Sequence[str], key: Key) -> Document:
    """What a row is about; a hospital whose code names no place has no county."""
    return dict.fromkeys(BY) | {word: value or None for word, value in zip(by, key, strict=False)}


def _told(parts: QueryParts, of: Asked, shown: Iterable[Document]) -> Response:
    labels = Labels(parts.code_tables(), parts.divisions())
    for kind in KINDS:
        labels.note_code("reimbursement_target", kind)
    for row in shown:
        labels.note_place(row["county"])
        labels.note_place(row["hospital_county"])
    answer = {
        "division": of.division,
        "first_month": of.months.first_text,
        "last_month": of.months.last_text,
        **moment_told(of.moment),
        "total": [_figures(key[0], sums, parts.targets) for key, sums in summed(of.settled, (), parts.targets).items()],
        "rows": shown,
        "labels": labels.told,
    }
    return json_answer(answer)


def _sheet(parts: QueryParts, of: Asked, shown: Iterable[Document]) -> Response:
    columns = plain_columns(ROW["properties"], parts, preferred_language(request))
    return sheet_answer(columns, shown, f"reimbursement-{of.name}", preferred_language(request))
