"""From a command to the aggregates that are to be saved together.

Whoever imports this module has every plan, and with them every command, event and decider of the register.
"""

from collections.abc import Sequence

from registry.aggregate import Aggregate
from registry.application import campaigns, corrections, early_warning, membership, reference, supervision
from registry.application.planning import Loader, plan_of
from registry.command import Command
from registry.decision import Decision

DECLARING = (campaigns, corrections, early_warning, membership, reference, supervision)
"""The modules that declare plans."""


def plan(command: Command, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """Decide a command; the first of the aggregates is its subject. Raises Refused, and then every aggregate is as it was."""
    return plan_of(type(command))(command, loader, decision)
