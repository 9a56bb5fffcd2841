"""From a declared command to its endpoint: parsed from the declaration, executed by the service, described from it too."""

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from flask import Response

from registry.api.answers import outcome_answer
from registry.api.endpoint import Asked, Endpoint
from registry.api.json_schema import OUTCOME
from registry.api.known_persons import check_persons, new_members, takes_members
from registry.api.parts import CommandParts
from registry.application.request import Outcome
from registry.application.shape import codes_of_shape
from registry.command import Command, action_of, decider_of
from registry.household.command import HouseholdCommand, StatusCommand
from registry.household.corrections import CorrectFact
from registry.household.statements import STATEMENTS

_CODE: Final = re.compile(r"E(?:-[A-Z0-9]+)+\b(?!\*|-)")
NO_REASON: Final[Mapping[str, Callable[[], Any]]] = {"reason_code": lambda: None}
"""A command without a table of reasons takes none: whatever text it is would be dropped unseen."""
REASONS_OF_OTHERS: Final = frozenset({CorrectFact})
"""Takes the reasons of the command whose fact it says again."""
SUBJECTS: Final = frozenset({"household_id", "subject_id", "finding_id", "complaint_id"})
"""Fields that name what a command is about, whose version `If-Match` asks for."""
OF_ONE_KIND: Final = frozenset({"household_id", "finding_id", "complaint_id", "mismatch_id"})
"""Fields that are the id of a stream: that of another kind of subject is E-ID-TAKEN."""
RECORDED: Final = {
    200: ("Recorded, or nothing was to be recorded", OUTCOME),
    201: ("Recorded; what it is about is new to the register", OUTCOME),
}
OF_ANY: Final = ("E-AUTH-SCOPE", "E-CONCURRENCY")
"""What the service refuses of a command whatever it is: of another division, and beside another of the same moment."""


def command_endpoint(
    parts: CommandParts,
    command_class: type[Command],
    path: str,
    tag: str,
    in_path: Sequence[str] = (),
    then: Callable[[Outcome], None] = lambda outcome: None,
    example: Mapping[str, Any] = MappingProxyType({}),
) -> Endpoint:
    """The endpoint of a command.

    in_path: its fields that the path says; then: called once it was accepted; example: values of fields whose schema does not say
    enough to make an example of.
    """

    def view(asked: Asked) -> Response:
        if new_members(asked.body):
            parts.service.authorise(asked.body, asked.actor)  # before anything is said of persons
            check_persons(asked.body, parts.vault)
        outcome = parts.service.execute(asked.body, asked.circumstances)
        then(outcome)
        return outcome_answer(outcome, asked)

    summary, _, more = (command_class.__doc__ or "").partition("\n")
    refusals = " ".join((decider_of(command_class).__doc__ or "").split())
    return Endpoint(
        method="POST",
        path=path,
        name=action_of(command_class),
        tag=tag,
        summary=summary.strip(),
        description=" ".join(filter(None, [" ".join(more.split()), f"Rules: {refusals}" if refusals else ""])),
        action=action_of(command_class),
        view=view,
        body=command_class,
        in_path=tuple(in_path),
        given=NO_REASON if command_class.REASONS is None and command_class not in REASONS_OF_OTHERS else {},
        example=example,
        answers=RECORDED,
        problems=announced(command_class),
        keyed=True,
        versioned=any(field.name in SUBJECTS for field in dataclasses.fields(command_class)),
    )


def announced(command_class: type[Command]) -> tuple[str, ...]:
    """The codes that this command may be refused for, besides those of every request: its decider's, and those of its kind."""
    own = [*_CODE.findall(decider_of(command_class).__doc__ or ""), *_of_all_such(command_class)]
    if command_class in REASONS_OF_OTHERS:  # whatever may be said again may be refused again
        for said in dict.fromkeys(statement.command for statement in STATEMENTS.values()):
            own += announced(said)
    return tuple(dict.fromkeys(own))


def _of_all_such(command_class: type[Command]) -> Iterator[str]:
    """What a command of this kind may be refused for, which no decider says: see `begin`, `check_persons`, `check_shape`."""
    yield from OF_ANY
    yield from codes_of_shape(command_class)
    if any(field.name in OF_ONE_KIND for field in dataclasses.fields(command_class)):
        yield "E-ID-TAKEN"
    if issubclass(command_class, HouseholdCommand):
        yield from ("E-DATE-FUTURE", "E-DATE-TOO-OLD")
    if issubclass(command_class, StatusCommand):
        yield from ("E-STATE", "E-DATE-BEFORE-LAST")
    if takes_members(command_class):
        yield "E-PERSON-UNKNOWN"
