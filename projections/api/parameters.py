"""Parameters of questions: declared once, and both read and described in the OpenAPI document by that declaration.

Every fault of every parameter is gathered; a parameter that nobody declared is one too, since a misspelt filter that is silently
ignored answers another question than was asked.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from werkzeug.datastructures import MultiDict

from projections.api.errors import Faults
from projections.register.queries.fields import DIVISION, ID, day_number, micros
from schemas.code_tables import table
from schemas.divisions import is_division_code
from schemas.topic_rights import CODES, Kind

_MONTH: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_OPAQUE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:\-]{0,63}")
YEARS: Final = range(1900, 9000)
"""In which instants are: at the very ends of the calendar no other time zone can be told."""
_FLAGS: Final = {"true": True, "false": False}
_LOST_PLUS: Final = re.compile(r" (?=\d\d:?\d\d$)")


class ParameterWrong(Exception):
    """A value breaks its parameter's rule: the code of the fault, and what its sentence shows."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A query parameter. `read` makes its value of a text, or raises ParameterWrong.

    many: it may hold several, separated by commas or given again; its value is a tuple.
    """

    name: str
    read: Callable[[str], Any]
    schema: Mapping[str, Any]
    means: str
    example: Any = None
    many: bool = False
    default: Any = None

    @property
    def described(self) -> dict[str, Any]:
        """As the OpenAPI document has it."""
        schema: Mapping[str, Any] = {"type": "array", "items": self.schema} if self.many else self.schema
        if self.default is not None:
            schema = {**schema, "default": self.default}
        described = {"name": self.name, "in": "query", "required": False, "description": self.means, "schema": schema}
        described |= {"style": "form", "explode": False} if self.many else {}
        return described if self.example is None else {**described, "example": self.example}


def read_parameters(parameters: Iterable[Parameter], given: "MultiDict[str, str]", faults: Faults) -> dict[str, Any]:
    """Value by name; the default, or an empty tuple, for what was not given or is wrong."""
    declared = {parameter.name: parameter for parameter in parameters}
    for name in given:
        if name not in declared:
            faults.add("E-FIELD-UNKNOWN", at=name)
    return {name: _read(parameter, given.getlist(name), faults) for name, parameter in declared.items()}


def _read(parameter: Parameter, texts: list[str], faults: Faults) -> Any:
    if parameter.many:
        texts = [text for given in texts for text in given.split(",")]
    elif len(texts) > 1:
        faults.add("E-PARAMETER-REPEATED", at=parameter.name)
        return parameter.default
    values = []
    for text in texts:
        try:
            values.append(parameter.read(text))
        except ParameterWrong as wrong:
            faults.add(wrong.code, at=parameter.name, **wrong.params)
            return () if parameter.many else parameter.default
    if parameter.many:
        return tuple(dict.fromkeys(values))
    return values[0] if values else parameter.default


def whole(name: str, means: str, minimum: int, maximum: int, **more: Any) -> Parameter:
    """A whole number within inclusive bounds."""

    def read(text: str) -> int:
        # Ten digits at most: a longer text is no number that anybody means, and costs to read.
        if not re.fullmatch(r"-?[0-9]{1,10}", text):
            raise ParameterWrong("E-FIELD-TYPE", expected="WHOLE_NUMBER")
        if not minimum <= int(text) <= maximum:
            raise ParameterWrong("E-FIELD-RANGE", minimum=minimum, maximum=maximum)
        return int(text)

    return Parameter(
        name=name, read=read, means=means, schema={"type": "integer", "minimum": minimum, "maximum": maximum}, **more
    )


def day(name: str, means: str, **more: Any) -> Parameter:
    """A day; its value is its number."""

    def read(text: str) -> int:
        try:
            return day_number(date.fromisoformat(text))
        except ValueError:
            raise ParameterWrong("E-FIELD-TYPE", expected="DATE") from None

    return Parameter(name=name, read=read, means=means, schema={"type": "string", "format": "date"}, **more)


def month(name: str, means: str, **more: Any) -> Parameter:
    """A month; its value is the number of its first day."""

    def read(text: str) -> int:
        if not _MONTH.fullmatch(text) or int(text[:4]) not in YEARS:
            raise ParameterWrong("E-FIELD-TYPE", expected="MONTH")
        return day_number(date.fromisoformat(f"{text}-01"))

    return Parameter(name=name, read=read, means=means, schema={"type": "string", "pattern": f"^{_MONTH.pattern}$"}, **more)


def hospital(name: str, means: str, **more: Any) -> Parameter:
    """A hospital by its code, whether or not there is one."""

    def read(text: str) -> str:
        if not CODES[Kind.HOSPITAL].fullmatch(text):
            raise ParameterWrong("E-FIELD-TYPE", expected="HOSPITAL_CODE")
        return text

    schema = {"type": "string", "pattern": f"^{CODES[Kind.HOSPITAL].pattern}$"}
    return Parameter(name=name, read=read, means=means, schema=schema, **more)


def instant(name: str, means: str, **more: Any) -> Parameter:
    """An instant with its offset; its value is in microseconds."""

    def read(text: str) -> int:
        try:
            # A plus that was not written as %2B arrives as a blank.
            moment = datetime.fromisoformat(_LOST_PLUS.sub("+", text))
            if moment.tzinfo is None or moment.year not in YEARS:
                raise ValueError
            return micros(moment)
        except (ValueError, OverflowError):
            raise ParameterWrong("E-FIELD-TYPE", expected="INSTANT") from None

    return Parameter(name=name, read=read, means=means, schema={"type": "string", "format": "date-time"}, **more)


def codes(name: str, means: str, of: str, also: Iterable[str] = (), **more: Any) -> Parameter:
    """Codes of a code table; `also`: words that mean something here and are not in the table."""
    known = [*also, *table(of).codes]

    def read(text: str) -> str:
        if text not in known:
            raise ParameterWrong("E-CODE-UNKNOWN", table=of)
        return text

    described = f"{means} (code table `{of}`; several with commas)"
    return Parameter(name=name, read=read, means=described, schema={"type": "string", "enum": known}, many=True, **more)


def choice(name: str, means: str, among: Iterable[str], **more: Any) -> Parameter:
    """One of a few words."""
    words = list(among)

    def read(text: str) -> str:
        if text not in words:
            raise ParameterWrong("E-CHOICE", choices=words)
        return text

    return Parameter(name=name, read=read, means=means, schema={"type": "string", "enum": words}, **more)


def flag(name: str, means: str, **more: Any) -> Parameter:
    """Yes or no; its value is a bool, None where it was not given."""

    def read(text: str) -> bool:
        if text not in _FLAGS:
            raise ParameterWrong("E-CHOICE", choices=list(_FLAGS))
        return _FLAGS[text]

    return Parameter(name=name, read=read, means=means, schema={"type": "boolean"}, **more)


def opaque(name: str, means: str, **more: Any) -> Parameter:
    """An identifier: letters, digits and a few signs."""

    def read(text: str) -> str:
        if not _OPAQUE.fullmatch(text):
            raise ParameterWrong("E-FIELD-TYPE", expected="OPAQUE_ID")
        return text

    return Parameter(name=name, read=read, means=means, schema={"type": "string", "pattern": f"^{_OPAQUE.pattern}$"}, **more)


def identifier(name: str, means: str, **more: Any) -> Parameter:
    """A UUID, as its 16 bytes."""

    def read(text: str) -> bytes:
        if not _UUID.fullmatch(text):
            raise ParameterWrong("E-FIELD-TYPE", expected="UUID")
        return UUID(text).bytes

    return Parameter(name=name, read=read, means=means, schema=ID.schema, **more)


def division(name: str, means: str, **more: Any) -> Parameter:
    """A division by its 12 digits; whether there is one, the endpoint asks."""

    def read(text: str) -> str:
        if not is_division_code(text):
            raise ParameterWrong("E-FIELD-TYPE", expected="DIVISION")
        return text

    return Parameter(name=name, read=read, means=means, schema=DIVISION.schema, **more)
