"""`GET /v1/reimbursement/below-target`: the settlements that fell short, page by page; or the whole list as a sheet."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Response, request

from projections.api.access import HOUSEHOLD
from projections.api.answers import json_answer, wants_csv
from projections.api.cursors import CURSOR, make_cursor, read_cursor
from projections.api.endpoint import CSV, JSON, Endpoint, Question
from projections.api.errors import Faults
from projections.api.get_reimbursement import KIND, SHARE, share_text
from projections.api.json_schemas import record, rows, words
from projections.api.labels import LABELS, Labels
from projections.api.languages import preferred_language
from projections.api.moment_parameters import MOMENT_TOLD, moment_told
from projections.api.parameters import flag, whole
from projections.api.parts import QueryParts
from projections.api.reimbursement_columns import TABLES, plain_columns
from projections.api.reimbursement_parameters import ACTION, PROBLEMS, WHICH, Asked, asked, check_which
from projections.api.sheet import CSV_SCHEMA, sheet_answer
from projections.register.queries.fields import DIVISION, FLAG, ID, YUAN, Document, id_text, or_null, yuan_text
from projections.reimbursement.figures import county_of, hospital_county, month_of
from projections.reimbursement.rule import Targets, ratio_text
from projections.reimbursement.settled import Settled
from projections.reimbursement.shortfalls import page_after, shortfalls
from schemas.access import Actor, decide
from schemas.code_tables import table

ROWS: Final = 100
ROWS_MAX: Final = 1000

ROW: Final = record(
    expense_id={**ID.schema, "description": "The settlement, by the register's own id"},
    institution=words("The hospital", "H46902400001"),
    hospital_county=or_null({**DIVISION.schema, "description": "The county that the hospital's code names"}),
    county={**DIVISION.schema, "description": "The county of the household on the day of the discharge"},
    month=words("The month of the discharge", "2019-03"),
    kind=KIND,
    care={"type": "string", "description": "Code table `care_kind`", "examples": list(table("care_kind").codes)},
    target={**SHARE, "description": "What the policy of the year asks for"},
    ratio={**SHARE, "description": "The share that was reimbursed, cut off after four decimals"},
    total_fee={**YUAN.schema, "description": "The whole cost"},
    reimbursed={**YUAN.schema, "description": "All of it that the patient did not pay"},
    personal_pay={**YUAN.schema, "description": "What the patient paid"},
    alert={**FLAG.schema, "description": "The personal part is as large as matters (rule R1)"},
    household_id=or_null({**ID.schema, "description": "The household; null for who may not ask for households"}),
    person_id=or_null({**ID.schema, "description": "The patient, whom only the vault can name; null for the same"}),
)
ANSWER: Final = record(
    division={**DIVISION.schema, "description": "Where the households lived"},
    first_month=words("The first month", "2019-01"),
    last_month=words("The last one", "2019-03"),
    **MOMENT_TOLD,
    settlements=rows(ROW, "Those with the largest personal part first"),
    next=or_null(words("The cursor of the next page; null: there is none", "WyI3ZjQ...")),
    labels=LABELS,
)


def get_reimbursement_below_target(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        as_sheet = wants_csv(question.http)
        values = question.values
        of = asked(parts, question)
        listed = shortfalls(of.settled, parts.targets, alert=values["alert"])
        if as_sheet:
            columns = plain_columns(ROW["properties"], parts, preferred_language(request))
            shown = (_row(question.actor, *pair) for pair in listed)
            return sheet_answer(columns, shown, f"below-target-{of.name}", preferred_language(request))
        page, last = page_after(listed, read_cursor(values["cursor"], _question(values), Faults()), values["limit"] or ROWS)
        cursor = None if last is None else make_cursor(last, _question(values))
        return _told(parts, of, [_row(question.actor, *pair) for pair in page], cursor)

    return Endpoint(
        path="/v1/reimbursement/below-target",
        name="get_reimbursement_below_target",
        tag="Reimbursement",
        summary="Settlements below their target",
        description=(
            "One by one what `/v1/reimbursement` counts as below its target, for those who have to look into it. Households and"
            " persons are ids, and only for who may ask for a household. As `text/csv` the whole list comes as one sheet."
        ),
        action=ACTION,
        answers={JSON: ANSWER, CSV: CSV_SCHEMA},
        parameters=(
            *WHICH,
            flag("alert", "Only those of which rule R1 makes an alert, or only the others", example=True),
            whole("limit", f"How many at most in a page; {ROWS} unless given", 1, ROWS_MAX, example=ROWS),
            CURSOR,
        ),
        problems=(*PROBLEMS, "E-CURSOR"),
        check=lambda values, faults: _check(parts, values, faults),
        view=view,
    )


def _check(parts: QueryParts, values: Mapping[str, Any], faults: Faults) -> None:
    check_which(parts, values, faults)
    read_cursor(values["cursor"], _question(values), faults)
    if wants_csv(request):
        for name in ("limit", "cursor"):
            if values[name] is not None:
                faults.add("E-FIELD-NOT-ALLOWED", at=name)


def _question(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a cursor belongs to."""
    return {name: value for name, value in values.items() if name not in ("cursor", "limit")}


def _row(actor: Actor, one: Settled, targets: Targets) -> Document:
    may_know = decide(actor, HOUSEHOLD, None) is None
    return {
        "expense_id": id_text(one.expense_id),
        "institution": one.institution,
        "hospital_county": hospital_county(one.institution) or None,
        "county": county_of(one.division),
        "month": month_of(one.discharged_on),
        "kind": one.kind,
        "care": one.care,
        "target": share_text(targets.ratios[one.kind]),
        "ratio": ratio_text(one.total, one.personal),
        "total_fee": yuan_text(one.total),
        "reimbursed": yuan_text(one.total - one.personal),
        "personal_pay": yuan_text(one.personal),
        "alert": targets.alerts(one.kind, one.total, one.personal),
        "household_id": id_text(one.household_id) if may_know else None,
        "person_id": id_text(one.person_id) if may_know else None,
    }


def _told(parts: QueryParts, of: Asked, shown: list[Document], cursor: str | None) -> Response:
    labels = Labels(parts.code_tables(), parts.divisions())
    for row in shown:
        for name, of_codes in TABLES.items():
            labels.note_code(of_codes, row[name])
        labels.note_place(row["county"])
        labels.note_place(row["hospital_county"])
    answer = {
        "division": of.division,
        "first_month": of.months.first_text,
        "last_month": of.months.last_text,
        **moment_told(of.moment),
        "settlements": shown,
        "next": cursor,
        "labels": labels.told,
    }
    return json_answer(answer)
