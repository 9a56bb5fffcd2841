"""Whose an expense is: the household's in which the person was on the day, or the person's own where there was none.

A window's days are days of discharge, so who changes the household between admission and discharge counts in the later one. What
somebody spent before any household of the register had him belongs to the first that takes him in: his case goes on there.
Source: domain, early warning.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's time in a household: from `joined_on` to the day before `left_on`."""

    household_id: UUID
    joined_on: date
    left_on: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the person is a member on the day."""
        return self.joined_on <= day and (self.left_on is None or day < self.left_on)


def household_of(memberships: Sequence[Membership], day: date) -> UUID | None:
    """The household whose expense it is. memberships: the person's, in the order in which the register learnt them."""
    there = [membership for membership in memberships if membership.holds_on(day)]
    if there:
        return there[-1].household_id
    # Who never came, as was found later, left on the day of joining.
    lived = [membership for membership in memberships if membership.left_on is None or membership.left_on > membership.joined_on]
    if lived and all(day < membership.joined_on for membership in lived):
        return min(lived, key=lambda membership: membership.joined_on).household_id
    return None
