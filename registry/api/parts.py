"""What the command API is given by whoever puts the program together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from registry.api.metrics import CommandMetrics
from registry.application.service import CommandService
from registry.command import Command
from registry.hospitals.door import ExpenseDoor
from registry.tokens.tokens import Tokens
from registry.vault.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandParts:
    """Everything that the endpoints share.

    commands: the catalogue, each with a route; expenses: takes in what hospitals report; reference_changed: called once
    reference data were recorded, so that this process decides by them at once; ticks: seconds of a clock that never goes back.
    """

    service: CommandService
    commands: Sequence[type[Command]]
    vault: Vault
    tokens: Tokens
    expenses: ExpenseDoor
    reference_changed: Callable[[], None]
    metrics: CommandMetrics
    ticks: Callable[[], float]
