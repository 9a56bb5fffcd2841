"""What is wrong or odd about a row, by the column in which it shows."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from registry.refusal import Refusals, Refused, Violation


class Finding(NamedTuple):
    """One finding.

    row: as the spreadsheet counts; column: machine name, empty for the whole row; code: `E-` refused, `W-` recorded but odd;
    params: as of a Violation, never personal data.
    """

    row: int
    column: str
    code: str
    params: dict[str, Any]

    @property
    def refuses(self) -> bool:
        """Whether the row was not recorded for it."""
        return self.code.startswith("E-")


class Refusing(Exception):
    """An entry of the file cannot be recorded; `findings` has every reason."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(", ".join(dict.fromkeys(finding.code for finding in self.findings)))


def noted_in(refusals: Refusals) -> tuple[Violation, ...]:
    """What was gathered."""
    try:
        refusals.raise_any()
    except Refused as refused:
        return refused.violations
    return ()


class Findings:
    """All findings of a file, by row. The same is not said twice."""

    def __init__(self) -> None:
        self._by_row: dict[int, list[Finding]] = {}

    def add(self, findings: Iterable[Finding]) -> None:
        """Note these."""
        for finding in findings:
            noted = self._by_row.setdefault(finding.row, [])
            if not any((f.column, f.code) == (finding.column, finding.code) for f in noted):
                noted.append(finding)

    def of_row(self, row: int) -> list[Finding]:
        """Those of a row, in the order in which they were noted."""
        return self._by_row.get(row, [])

    def counted(self) -> dict[str, int]:
        """Code -> how often, most frequent first."""
        counts: dict[str, int] = {}
        for finding in self:
            counts[finding.code] = counts.get(finding.code, 0) + 1
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def __iter__(self) -> Iterator[Finding]:
        return (finding for findings in self._by_row.values() for finding in findings)

    def __len__(self) -> int:
        """How many rows have any."""
        return len(self._by_row)
