"""What makes policy documents acceptable: every rule that they break, in one answer.

A document is a plain, JSON-able mapping, as it stands in a file and as it lives in an event:
`division` (12 digits: the province, or a county-level reporting unit), `year`, `revision` (from 1), and sections of
keys. The province's document is the whole policy of its year; a county's holds only what it changes.

PolicyRefused (documents break rules; none of them is taken)
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from registry.refusal import Refused, Violation
from schemas.division_codes import DivisionUnknown, Level, is_division_code, level_of, reporting_unit
from schemas.policy_schema import PolicyKey, policy_schema
from schemas.policy_values import PolicyValue, PolicyValueRefused
from schemas.refusal_codes import describe

Document = Mapping[str, Any]
Address = tuple[str, int]
"""(division, year)"""

HEAD = ("division", "year", "revision")
_YEARS = range(2014, 2100)
_IN_ORDER = (
    ("lines.poverty", "lines.monitoring"),
    ("public_post.age_from", "public_post.age_below"),
    ("re_entry.target_working_days", "re_entry.limit_working_days"),
)
"""Pairs of keys of which the second is never below the first; an optional one that is absent or 0 is left out."""


class PolicyRefused(Refused):
    """Policy documents were refused. Each violation's `field` is the key; its params name the `file`."""

    def __str__(self) -> str:
        return "\n".join(f"{v.params['file']}: {describe(v.code, 'en', **v.params)} [{v.code}]" for v in self.violations)


def province_of(division: str) -> str:
    return division[:2] + "0000000000"


def folder_of(division: str) -> str:
    """`46` for the province, `469024` for a county: the folder of its files, and its name in versions."""
    return division[:2] if level_of(division) is Level.PROVINCE else division[:6]


def file_of(document: Document) -> str:
    """Where the document belongs, such as `46/2019.toml`; for messages it is named so even when it comes by event."""
    division = document.get("division")
    folder = folder_of(division) if isinstance(division, str) and is_division_code(division) else "?"
    return f"{folder}/{document.get('year', '?')}.toml"


def version_of(document: Document) -> str:
    """Such as `469024/2019.1`."""
    return f"{folder_of(document['division'])}/{document['year']}.{document['revision']}"


def flat(document: Document) -> dict[str, Any]:
    """The document's keys, dotted, with their raw values."""
    sections = {segment: node for segment, node in document.items() if segment not in HEAD}
    return dict(_leaves("", sections))


def _leaves(path: str, node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, Mapping):
        for segment, child in node.items():
            # A dot inside a quoted segment must not pass for two segments.
            yield from _leaves(f"{path}.{segment.replace('.', '?')}".lstrip("."), child)
    else:
        yield path, node


def latest(documents: Iterable[Document]) -> dict[Address, Document]:
    """The document that holds for each division and year: its highest revision."""
    found: dict[Address, Document] = {}
    for document in sorted(documents, key=lambda d: (d["division"], d["year"], d["revision"])):
        found[document["division"], document["year"]] = document
    return found


def check(documents: Iterable[Document]) -> None:
    """Raise `PolicyRefused` with every violation of these documents taken together."""
    if violations := validate(documents):
        raise PolicyRefused(violations)


def validate(documents: Iterable[Document]) -> list[Violation]:
    """Every rule that these documents, taken together, break; empty if they are good."""
    given = list(documents)
    violations = [violation for document in given for violation in _head_violations(document)]
    if violations:
        return violations
    violations += _duplicates(given)
    for document in given:
        violations += _value_violations(document)
    newest = latest(given)
    for (division, year), document in newest.items():
        province = newest.get((province_of(division), year))
        if province is None:
            violations.append(_violation("E-POLICY-NO-PROVINCE", document, "division", year=year))
        elif document is not province:
            violations += _county_violations(document, province)
    return violations or list(_contradictions(newest))


def _violation(code: str, document: Document, key: str, **params: Any) -> Violation:
    return Violation(code, key, {"file": file_of(document), "key": key, **params})


def _head_violations(document: Document) -> Iterator[Violation]:
    for key in HEAD:
        if key not in document:
            yield _violation("E-POLICY-KEY-MISSING", document, key)
    division, year, revision = (document.get(key) for key in HEAD)
    if division is not None and not _sets_policy(division):
        yield _violation("E-POLICY-DIVISION", document, "division")
    for key, number, limit in (("year", year, _YEARS), ("revision", revision, range(1, 1000))):
        if number is None:
            continue
        if not isinstance(number, int) or isinstance(number, bool):
            yield _violation("E-POLICY-TYPE", document, key, expected="INTEGER")
        elif number not in limit:
            yield _violation("E-POLICY-RANGE", document, key, limit=f"{limit[0]}-{limit[-1]}")


def _sets_policy(division: object) -> bool:
    """Whether this is the code of a province or of a reporting unit."""
    if not isinstance(division, str) or not is_division_code(division):
        return False
    try:
        return level_of(division) is Level.PROVINCE or reporting_unit(division) == division
    except DivisionUnknown:
        return False


def _duplicates(documents: list[Document]) -> Iterator[Violation]:
    seen: dict[str, Document] = {}
    for document in documents:
        version = version_of(document)
        if version in seen and seen[version] != document:
            yield _violation("E-POLICY-DUPLICATE", document, "revision", version=version)
        seen.setdefault(version, document)


def _value_violations(document: Document) -> Iterator[Violation]:
    values, schema = flat(document), policy_schema()
    for key, raw in values.items():
        spec = schema.find(key)
        if spec is None:
            yield _violation("E-POLICY-KEY-UNKNOWN", document, key)
        elif isinstance(violation := _parsed(document, key, spec, raw), Violation):
            yield violation
    if document["division"] == province_of(document["division"]):
        for key in schema.required:
            if key not in values:
                yield _violation("E-POLICY-KEY-MISSING", document, key)


def _parsed(document: Document, key: str, spec: PolicyKey, raw: object) -> PolicyValue | Violation:
    try:
        return spec.parse(raw)
    except PolicyValueRefused as refused:
        return _violation(refused.code, document, key, **refused.params)


def _county_violations(county: Document, province: Document) -> Iterator[Violation]:
    schema = policy_schema()
    provincial = {**schema.defaults(), **flat(province)}
    for key, raw in flat(county).items():
        spec = schema.find(key)
        if spec is None:
            continue
        if spec.direction is None or key not in provincial:
            yield _violation("E-POLICY-COUNTY-KEY", county, key)
            continue
        theirs = _parsed(province, key, spec, provincial[key])
        ours = _parsed(county, key, spec, raw)
        if isinstance(theirs, Violation) or isinstance(ours, Violation) or spec.may_become(theirs, ours):
            continue
        direction = spec.direction.upper()
        yield _violation("E-POLICY-DIRECTION", county, key, direction=direction, province=theirs, county=ours)


def _contradictions(newest: Mapping[Address, Document]) -> Iterator[Violation]:
    defaults = policy_schema().defaults()
    for (division, year), document in newest.items():
        province = newest[province_of(division), year]
        raw = {**defaults, **flat(province), **flat(document)}
        for first, second in _IN_ORDER:
            low, high = (_value(key, raw) for key in (first, second))
            if low and high and high < low:
                yield _violation("E-POLICY-CONTRADICTION", document, second, other=first)


def _value(key: str, raw: Mapping[str, Any]) -> Any:
    spec = policy_schema().find(key)
    return spec.parse(raw[key]) if spec is not None and key in raw else None
