"""The columns that a sheet may have: their form is read from the commands that they end up in, not declared again."""

import dataclasses
import types
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from registry.command import NO_SHAPE, Shape, shape_of


class Form(Enum):
    """What a cell holds. IDENTIFIER: text that looks like a number and must not lose a digit."""

    TEXT = "TEXT"
    IDENTIFIER = "IDENTIFIER"
    WHOLE = "WHOLE"
    AMOUNT = "AMOUNT"
    DATE = "DATE"
    INSTANT = "INSTANT"
    CODE = "CODE"
    CODES = "CODES"


_FORMS = {str: Form.TEXT, int: Form.WHOLE, Decimal: Form.AMOUNT, date: Form.DATE, datetime: Form.INSTANT}


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `name`: stable machine name; `required`: in every row of the sheet; `once`: but not in further rows of a
    household.
    """

    name: str
    form: Form
    shape: Shape = NO_SHAPE
    required: bool = False
    once: bool = False


def of_field(record: type[Any], field: str, name: str = "", *, required: bool = False, once: bool = False) -> Column:
    """The column for a field of a command or of a record within one, called as the field is unless a name is given."""
    return Column(name or field, form_of(record, field), _shape(record, field), required, once)


def form_of(record: type[Any], field: str) -> Form:
    """What cells hold that are to become this field."""
    hint = get_type_hints(record)[field]
    if get_origin(hint) in (Union, types.UnionType):
        (hint,) = [inner for inner in get_args(hint) if inner is not types.NoneType]
    if get_origin(hint) is tuple:
        return Form.CODES
    return Form.CODE if _shape(record, field).table is not None else _FORMS[hint]


def _shape(record: type[Any], name: str) -> Shape:
    return next(shape_of(field) for field in dataclasses.fields(record) if field.name == name)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A kind of sheet. `together`: groups of columns of which a file has all or none. `kind`: code table import_kind."""

    kind: str
    columns: tuple[Column, ...]
    together: tuple[frozenset[str], ...] = ()

    def column(self, name: str) -> Column:
        """The column of this name. Raises KeyError."""
        return {column.name: column for column in self.columns}[name]

    def missing(self, present: Iterable[str]) -> tuple[str, ...]:
        """Columns that a file with these lacks, in the sheet's order."""
        has = set(present)
        due = {column.name for column in self.columns if column.required}
        due = due.union(*(group for group in self.together if group & has))
        return tuple(column.name for column in self.columns if column.name in due - has)
