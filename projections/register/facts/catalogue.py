"""Every fact that the register reads, by event type. Of all other events of a household it keeps the timeline only."""

from typing import Final

from projections.register.facts import assistance, composition, monitoring, need, register_status
from projections.register.facts.fact import Fact

FACTS: Final[dict[str, Fact]] = {
    **register_status.FACTS,
    **composition.FACTS,
    **assistance.FACTS,
    **monitoring.FACTS,
    **need.FACTS,
}
