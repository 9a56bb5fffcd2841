"""The sheet of an extract of the national system: a row is a household as that has it."""

from types import MappingProxyType
from typing import Final

from registry.importing.columns import Column, Form, Sheet, of_field
from registry.importing.sheets import HOUSEHOLD_NUMBER
from registry.reference.national_sync import CompareWithNational

COMPARED: Final = ("division", "size", "attribute", "main_cause")
"""Columns that may be left out, or empty."""
NATIONAL: Final = Sheet(
    "NATIONAL",
    (
        HOUSEHOLD_NUMBER,
        of_field(CompareWithNational, "exit_flag", required=True),
        Column("division", Form.IDENTIFIER),
        *(of_field(CompareWithNational, name) for name in COMPARED[1:]),
    ),
)
SHEETS: Final = MappingProxyType({NATIONAL.kind: NATIONAL})
