"""What a client of a schema registry is told instead of an answer: Confluent's own numbers, which stock clients know."""

from dataclasses import dataclass
from typing import Final, NoReturn


@dataclass(frozen=True, slots=True)
class Fault:
    """An error code, whose first three digits are the HTTP status, and its words. What was sent is never repeated."""

    code: int
    message: str

    @property
    def status(self) -> int:
        """The HTTP status that goes with it."""
        return int(str(self.code)[:3])


NOT_UNDERSTOOD: Final = Fault(400, "The request cannot be understood: its body has to be a JSON object, and a count a number.")
SUBJECT_NOT_FOUND: Final = Fault(40401, "Subject not found.")
VERSION_NOT_FOUND: Final = Fault(40402, "Version not found.")
SCHEMA_NOT_FOUND: Final = Fault(40403, "Schema not found.")
SCHEMA_INVALID: Final = Fault(42201, "The schema is not a valid Avro schema that stands by itself.")
VERSION_INVALID: Final = Fault(42202, 'A version is a number from 1 up, or "latest".')
READ_ONLY: Final = Fault(42205, "This registry is read-only: its schemas are published with the program.")


class RegistryError(Exception):
    """A question that is not answered."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def refuse(fault: Fault) -> NoReturn:
    """Refuse. Raises RegistryError."""
    raise RegistryError(fault)
