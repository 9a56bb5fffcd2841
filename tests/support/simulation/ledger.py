"""What the senders of commands know: what they sent, with which key, and what they were told.

A sender that got no answer sends the same again with the same key, to whichever desk, perhaps while the first attempt still
goes on somewhere. It takes what it is told for true, and holds the register to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

from registry.application.request import Request
from registry.command import Command
from schemas.access import Actor

Events = tuple[tuple[str, int], ...]
"""Ids of the events that a command led to, in order, and their versions in their streams."""


@dataclass
class Sent:
    """A command, or a batch of them under one key. answer: None as long as it is not known what came of it.

    refused: it was, for good; in_flight: how many attempts go on somewhere; abandoned: nobody asks any more.
    """

    key: str
    conversation: UUID
    actor: Actor
    commands: Sequence[Command]
    expected_version: int | None = None
    in_batch: bool = False
    answer: Events | None = None
    refused: bool = False
    abandoned: bool = False
    in_flight: int = 0

    @property
    def open(self) -> bool:
        """Whether its sender still wants to know."""
        return self.answer is None and not self.refused and not self.abandoned

    def request(self) -> Request:
        """The same one, however often it is sent."""
        return Request(
            self.actor, "API", self.conversation, self.conversation, self.key, self.key.encode(), self.expected_version
        )


@dataclass
class Ledger:
    """Everything that was sent."""

    sent: list[Sent] = field(default_factory=list)

    def add(self, sent: Sent) -> Sent:
        """Something new."""
        self.sent.append(sent)
        return sent

    def one_without_answer(self, chance: Random) -> Sent | None:
        """One that is to be sent again."""
        waiting = [sent for sent in self.sent[-40:] if sent.open]
        return chance.choice(waiting) if waiting else None

    def without_answer(self) -> list[Sent]:
        """All those."""
        return [sent for sent in self.sent if sent.open]

    def accepted(self, sent: Sent, events: Events) -> None:
        """Its sender is told that it was, and which events came of it."""
        assert not sent.refused, f"{sent.key} was refused, and then accepted"
        assert sent.answer in (None, events), f"{sent.key} was answered twice, differently: {sent.answer}, then {events}"
        sent.answer = events

    def refused(self, sent: Sent) -> None:
        """Its sender is told that it was. While another attempt goes on, that is no last word."""
        assert sent.answer is None, f"{sent.key} was accepted, and then refused"
        sent.refused = sent.in_flight <= 1
