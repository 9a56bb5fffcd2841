"""A household's turn: what it does on one day, told as steps in which somebody gives a command."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from deploy.demo.identity import Newcomer
from deploy.demo.lateness import OFFICE_DAYS_MAX, happened, happened_lately
from deploy.demo.life import Life
from deploy.demo.staff import Office
from registry.command import Command
from registry.event import RegistryEvent
from registry.policy.policy import Policy
from schemas.access import Actor

if TYPE_CHECKING:
    from deploy.demo.province import Province

Restating = Callable[[list[RegistryEvent]], Command]
"""A command about an event that the register made: told when the household's stream is at hand."""


class Step(NamedTuple):
    """Somebody gives a command. newcomers: whom the vault has to know before; refused_for: the code that is meant to come."""

    actor: Actor
    command: Command | Restating
    household_id: UUID | None
    thread: UUID
    newcomers: tuple[Newcomer, ...] = ()
    refused_for: str = ""


@dataclass(slots=True)
class Turn:
    """A household's turn: its chance, the conversation that its commands belong to, and the province around it."""

    life: Life
    today: date
    chance: Random
    province: "Province"
    thread: UUID

    @classmethod
    def of(cls, life: Life, today: date, turn: int, province: "Province") -> "Turn":
        """The turn that an intent gets; chance begins anew with each."""
        chance = province.fate.of(life.number, turn)
        return cls(life, today, chance, province, UUID(int=chance.getrandbits(128), version=4))

    @property
    def office(self) -> Office:
        """Who acts for the household."""
        return self.life.office

    def new_id(self) -> UUID:
        """An id of the household's own choosing."""
        return UUID(int=self.chance.getrandbits(128), version=4)

    def tell(
        self,
        actor: Actor,
        command_class: Callable[..., Command],
        on: date,
        *,
        refused_for: str = "",
        newcomers: tuple[Newcomer, ...] = (),
        **fields: Any,
    ) -> Step:
        """The step in which somebody gives a command about this household, true on that day."""
        command = command_class(household_id=self.life.household_id, effective_on=on, **fields)
        return Step(actor, command, self.life.household_id, self.thread, newcomers, refused_for)

    def late(self, not_before: date) -> date:
        """The day of a fact that is recorded today, as late as such facts are and the offices below the county may."""
        day = happened(self.today, self.chance, not_before)
        return max(day, self.today - timedelta(days=OFFICE_DAYS_MAX))

    def promptly(self) -> date:
        """The day of a fact that is recorded today, soon after it was true, in the household's present status."""
        return happened_lately(self.today, self.chance, self.life.present_since)

    def in_days(self, least: int, most: int) -> date:
        """A day so many days from today."""
        return self.today + timedelta(days=self.chance.randint(least, most))

    def policy(self, on: date) -> Policy:
        """The policy of the household's county on a day."""
        return self.province.policy_for(self.life.office.village, on)

    def happens(self, share: float) -> bool:
        """Whether something of this likelihood happens."""
        return self.chance.random() < share
