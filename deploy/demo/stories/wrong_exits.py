"""Wrong exits (错退): supervision finds that the standard was not met on the exit date, and the county puts it right."""

from collections.abc import Iterator
from datetime import timedelta

from deploy.demo.life import EXITED
from deploy.demo.stories import exits, helping
from deploy.demo.stories.papers import paper
from deploy.demo.turn import Step, Turn
from registry.household.wrong_exit import ReverseExit

_REASONS = ("INCOME_BELOW_LINE", "INCOME_BELOW_LINE", "GUARANTEE_NOT_MET", "PROCEDURE_VIOLATED")


def reverse(turn: Turn) -> Iterator[Step]:
    """The household is registered again, its spell unbroken; it is helped, and exits again some day."""
    life = turn.life
    if life.status not in EXITED:
        return
    if life.case:
        life.plan(turn.in_days(10, 30), reverse)
        return
    on = turn.promptly()
    yield turn.tell(
        turn.office.county,
        ReverseExit,
        on,
        reason_code=turn.chance.choice(_REASONS),
        evidence=(paper("SUPERVISION_RECORD", turn.chance),),
        lead_kind=turn.chance.choice(("FINDING", "MISMATCH", "SWEEP")),
        lead_id=turn.new_id(),
    )
    life.become("REGISTERED", on)
    life.end_monitoring(on)
    life.retention_until = None
    life.plan(turn.in_days(2, 15), helping.start_measure)
    life.plan(on + timedelta(days=turn.chance.randint(120, 300)), exits.propose)
