"""The policy that a decision is made under: every figure of the programme, for one county and year.

A `Policy` is frozen and named by its version, which every event carries. A `PolicyBook` holds the documents that
policies are made of and answers which one holds where and when. Neither reads files: documents are mappings, out of
files at the start or out of events for ever after.
"""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, get_origin, get_type_hints

from registry.policy.validation import Document, check, flat, latest, province_of, version_of
from schemas.division_codes import DivisionUnknown, reporting_unit
from schemas.policy_schema import policy_schema
from schemas.policy_values import PolicyValue

_CENT = Decimal("0.01")
_NO_CATEGORIES: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SubsidyRule:
    """What policy says of a category of subsidy; None where it says nothing. `age_below` is exclusive, amounts are yuan."""

    maximum: Decimal | None
    period: str | None
    age_from: int | None
    age_below: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """Policy of one county (or of the province) for one year; lines and amounts in yuan, days of the calendar.

    Each field is annotated with its key of the schema; for a key with a `<table>` segment it maps codes to values.
    """

    version: str
    """Such as `46/2018.1`, or `46/2019.1+469024/2019.1` where the county has a document of its own."""
    year: int
    """The year of the documents; a later day may be decided under it while no newer one exists."""

    poverty_line: Annotated[Decimal, "lines.poverty"]
    declared_monitoring_line: Annotated[Decimal | None, "lines.monitoring"]
    monitoring_factor: Annotated[Fraction, "lines.monitoring_factor"]
    rural_income: Annotated[Decimal, "lines.rural_income"]

    publicity_days_village: Annotated[int, "publicity.village_days"]
    publicity_days_township: Annotated[int, "publicity.township_days"]
    """0: there is no second publicity."""
    appraisal_quorum: Annotated[Fraction, "appraisal.quorum"]
    """Attended is at least this share of the representatives."""
    appraisal_pass_ratio: Annotated[Fraction, "appraisal.pass_ratio"]
    """Votes for are more than this share of those who attended."""
    appraisal_due_days: Annotated[int, "appraisal.requested_due_days"]
    step_working_days: Annotated[Mapping[str, int], "step_working_days.<procedure_step>"]
    procedure_working_days: Annotated[int, "procedure.total_working_days"]
    rejection_appeal_days: Annotated[int, "appeal.rejection_days"]
    clear_out_appeal_days: Annotated[int, "appeal.clear_out_days"]
    clear_out_objection_days: Annotated[int, "clear_out.objection_days"]
    """Whole days between the notice to the household and the clear-out."""
    split_look_back_months: Annotated[int, "split.look_back_months"]
    split_elderly_age: Annotated[int, "split.elderly_age"]

    min_months: Annotated[int, "exit.min_months"]
    """Whole months from the spell's start to the proposal of an exit."""
    verification_days: Annotated[int, "exit.verification_days"]
    retention_months: Annotated[int, "retention.months"]
    retention_not_before: Annotated[date, "retention.not_before"]
    consolidation_days: Annotated[int, "consolidation.due_days"]
    home_check_days: Annotated[int, "relapse.home_check_days"]
    re_entry_target_working_days: Annotated[int, "re_entry.target_working_days"]
    re_entry_limit_working_days: Annotated[int, "re_entry.limit_working_days"]

    review_days: Annotated[Mapping[str, int], "monitoring.review_days.<monitoring_category>"]
    monitoring_income_test: Annotated[frozenset[str], "monitoring.income_test"]
    monitoring_min_months: Annotated[int, "monitoring.min_months"]

    first_measure_days: Annotated[int, "assistance.first_measure_days"]
    stalled_measure_days: Annotated[int, "assistance.stalled_days"]
    visit_overdue_days: Annotated[int, "visits.overdue_days"]
    visit_minutes_min: Annotated[int, "visits.minutes_min"]
    visit_minutes_per_day_max: Annotated[int, "visits.minutes_per_day_max"]
    visit_entries_per_minute_max: Annotated[int, "visits.entries_per_minute_max"]
    visit_entry_days_max: Annotated[int, "visits.entry_days_max"]
    public_post_age_from: Annotated[int, "public_post.age_from"]
    public_post_age_below: Annotated[int, "public_post.age_below"]
    public_posts_per_person: Annotated[int, "public_post.per_person"]
    measures_for_cause: Annotated[Mapping[str, frozenset[str]], "required_measures.<poverty_cause>"]
    measures_for_risk: Annotated[Mapping[str, frozenset[str]], "required_measures_for_risk.<risk_type>"]
    subsidy_maximum: Annotated[Mapping[str, Decimal], "subsidy.<subsidy_category>.maximum"]
    subsidy_period: Annotated[Mapping[str, str], "subsidy.<subsidy_category>.period"]
    subsidy_age_from: Annotated[Mapping[str, int], "subsidy.<subsidy_category>.age_from"]
    subsidy_age_below: Annotated[Mapping[str, int], "subsidy.<subsidy_category>.age_below"]

    backdating_days: Annotated[int, "records.backdating_days"]

    warning_thresholds_listed: Annotated[Mapping[str, Decimal], "warnings.listed.<warning_rule>"]
    warning_thresholds_unlisted: Annotated[Mapping[str, Decimal], "warnings.unlisted.<warning_rule>"]
    warning_income_share: Annotated[Fraction, "warnings.income_share"]
    warning_rural_income_share: Annotated[Fraction, "warnings.rural_income_share"]
    warning_income_months: Annotated[int, "warnings.income_months"]
    warning_small_amount: Annotated[Decimal, "warnings.small_amount"]
    warning_due_working_days: Annotated[Mapping[str, int], "warnings.due_working_days.<warning_level>"]
    warning_claim_working_days: Annotated[int, "warnings.claim_working_days"]
    warning_outcome_working_days: Annotated[int, "warnings.outcome_working_days"]
    warning_escalation_working_days: Annotated[int, "warnings.escalation_working_days"]
    warning_reopen_factor: Annotated[Fraction, "warnings.reopen_factor"]
    warning_suppress_days: Annotated[int, "warnings.suppress_days"]
    warning_episode_days: Annotated[int, "warnings.episode_days"]

    finding_obstacle_severities: Annotated[frozenset[str], "supervision.obstacle_severities"]
    """An open finding about a household holds back its exit if it is as grave as that."""
    complaint_days: Annotated[int, "supervision.complaint_days"]
    comparison_excluded_sectors: Annotated[frozenset[str], "comparison.excluded_sectors"]
    """Sectors whose data are not asked for: bank data need a ground in law."""
    mismatch_due_working_days: Annotated[int, "comparison.verify_working_days"]
    sweep_month_from: Annotated[int, "sweep.month_from"]
    sweep_month_to: Annotated[int, "sweep.month_to"]
    """The sweep begins in these months, both included."""

    reimbursement_targets: Annotated[Mapping[str, Fraction], "reimbursement.target.<reimbursement_target>"]
    reimbursement_alert_personal: Annotated[Decimal, "reimbursement.alert_personal"]

    intake_dead_letter_share: Annotated[Fraction, "intake.dead_letter_share"]
    """A hospital of whose records more than this share are dead letters is stopped."""
    intake_dead_letter_records: Annotated[int, "intake.dead_letter_records"]
    intake_usual_interval_hours: Annotated[int, "intake.usual_interval_hours"]
    intake_silent_factor: Annotated[int, "intake.silent_factor"]

    @property
    def monitoring_line(self) -> Decimal:
        """The year's own line or, where it has none, the poverty line times the factor, to the cent."""
        if self.declared_monitoring_line:
            return self.declared_monitoring_line
        factor = self.monitoring_factor
        return (self.poverty_line * factor.numerator / factor.denominator).quantize(_CENT, ROUND_HALF_UP)

    def monitoring_review_days(self, category: str) -> int:
        """Days between reviews of a category of monitored household."""
        return self.review_days[category]

    def appraisal_due(self, requested_on: date) -> date:
        """The day by which a requested appraisal is held."""
        return requested_on + timedelta(days=self.appraisal_due_days)

    def retention_until(self, exited_on: date) -> date:
        """The last day on which a household that exited then keeps its policies."""
        month = exited_on.month - 1 + self.retention_months
        year, month = exited_on.year + month // 12, month % 12 + 1
        end = date(year, month, min(exited_on.day, monthrange(year, month)[1]))
        return max(end, self.retention_not_before)

    def required_measures(self, cause: str) -> frozenset[str]:
        """Measure categories of which any one meets the cause of poverty; empty if none is asked for."""
        return self.measures_for_cause.get(cause, _NO_CATEGORIES)

    def required_measures_for_risk(self, risk: str) -> frozenset[str]:
        """Measure categories of which any one meets the risk; empty if none is asked for."""
        return self.measures_for_risk.get(risk, _NO_CATEGORIES)

    def subsidy_rule(self, category: str) -> SubsidyRule:
        return SubsidyRule(
            self.subsidy_maximum.get(category),
            self.subsidy_period.get(category),
            self.subsidy_age_from.get(category),
            self.subsidy_age_below.get(category),
        )


@cache
def _keys_of_fields() -> Mapping[str, str]:
    """Field name -> key of the schema."""
    hints = get_type_hints(Policy, include_extras=True)
    return {name: hint.__metadata__[0] for name, hint in hints.items() if get_origin(hint) is Annotated}


def _policy(version: str, year: int, raw: Mapping[str, Any]) -> Policy:
    """The policy of raw values by full key, which were validated."""
    schema = policy_schema()
    plain: dict[str, PolicyValue] = {}
    by_code: dict[str, dict[str, PolicyValue]] = {spec.name: {} for spec in schema.keys if "<" in spec.name}
    for key, value in raw.items():
        spec = schema.find(key)
        assert spec is not None, key
        if spec.name in by_code:
            by_code[spec.name][spec.code_in(key)] = spec.parse(value)
        else:
            plain[key] = spec.parse(value)
    values: dict[str, Any] = {
        name: MappingProxyType(by_code[key]) if key in by_code else plain.get(key) for name, key in _keys_of_fields().items()
    }
    return Policy(version=version, year=year, **values)


class PolicyBook:
    """All policy documents together; the highest revision of each division and year holds.

    Raises `PolicyRefused` with every violation of the documents taken together. Immutable but for its cache.
    """

    __slots__ = ("_cache", "_documents", "_newest", "_years")

    def __init__(self, documents: Iterable[Document]) -> None:
        self._documents = tuple(documents)
        check(self._documents)
        self._newest = latest(self._documents)
        self._years: dict[str, list[int]] = {}
        for division, year in sorted(self._newest):
            self._years.setdefault(division, []).append(year)
        self._cache: dict[tuple[str, int], Policy] = {}

    @property
    def documents(self) -> tuple[Document, ...]:
        """Everything that the book was made of, older revisions too."""
        return self._documents

    def with_added(self, *documents: Document) -> "PolicyBook":
        """A book with these documents too; raises `PolicyRefused` if they do not fit."""
        return PolicyBook((*self._documents, *documents))

    def for_(self, division: str, on: date) -> Policy:
        """The policy for a place (12-digit code) on a day, by the day's year.

        A year without a document is decided under the last one before it, and a year before the first document under the
        first: a register must be able to record what happened before it was opened. A county's document holds in its own
        year only, so a change never outlives the provincial figures that it was measured against. Raises KeyError for a
        place in a province without policy.
        """
        province = province_of(division)
        years = self._years[province]
        year = years[max(bisect_right(years, on.year) - 1, 0)]
        try:
            unit = reporting_unit(division)
        except DivisionUnknown:
            unit = province
        address = (unit, year)
        policy = self._cache.get(address)
        if policy is None:
            policy = self._cache[address] = self._make(province, unit, year)
        return policy

    def _make(self, province: str, unit: str, year: int) -> Policy:
        provincial = self._newest[province, year]
        raw = {**policy_schema().defaults(), **flat(provincial)}
        version = version_of(provincial)
        county = self._newest.get((unit, year)) if unit != province else None
        if county is not None:
            raw |= flat(county)
            version += f"+{version_of(county)}"
        return _policy(version, year, raw)
