"""Public posts: paid work such as ranger, cleaner or carer, kept for members of entitled households.

Source: three-year plan, items 6 and 7; the national data-quality rules give the ages and allow nobody more than two posts. A post
is a contract: it goes on when the household's entitlement ends, until somebody ends it.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from registry.command import code, decides
from registry.decision import Decision
from registry.household.assistance import (
    age_on,
    check_amount,
    check_entitled,
    check_member,
    check_order,
    recorded_before,
    require_known,
)
from registry.household.command import HouseholdCommand, begin
from registry.household.event import HouseholdEvent
from registry.household.household import Household, Post
from registry.refusal import refuse


class PublicPostGranted(HouseholdEvent):
    """A member got a public post."""

    TOPIC = "household.public_post_granted"
    post_id: UUID
    person_id: UUID
    post_type: str
    starts_on: date
    monthly_wage: Decimal

    def apply(self, aggregate: Household) -> None:
        aggregate.posts[self.post_id] = Post(self.person_id, self.post_type, self.effective_on, self.starts_on)


class PublicPostEnded(HouseholdEvent):
    """A public post ended."""

    TOPIC = "household.public_post_ended"
    post_id: UUID

    def apply(self, aggregate: Household) -> None:
        aggregate.posts[self.post_id].ended_on = self.effective_on


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantPublicPost(HouseholdCommand):
    """Give a member a post; it begins on the effective day unless `starts_on` is later. `monthly_wage` in yuan."""

    post_id: UUID | None = None
    person_id: UUID
    post_type: str = code("public_post_type")
    starts_on: date | None = None
    monthly_wage: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class EndPublicPost(HouseholdCommand):
    """End a post on the effective day."""

    post_id: UUID


@decides(GrantPublicPost)
def grant_public_post(household: Household, command: GrantPublicPost, decision: Decision) -> None:
    """E-NOT-ENTITLED, E-NOT-A-MEMBER, E-BENEFICIARY-AGE, E-POST-HELD, E-AMOUNT, E-DATE-ORDER, E-ID-TAKEN."""
    require_known(household)
    starts_on = command.starts_on or command.effective_on
    known = household.posts.get(command.post_id) if command.post_id else None
    stored = known and (known.person_id, known.post_type, known.granted_on, known.starts_on)
    if recorded_before(stored, (command.person_id, command.post_type, command.effective_on, starts_on), at="post_id"):
        return
    refusals = begin(household, command, decision)
    policy = decision.policy_for(household.division, command.effective_on)
    check_entitled(household, command, decision, refusals, lasting=True)
    member = check_member(household, command.person_id, refusals)
    if member is not None:
        lowest, below = policy.public_post_age_from, policy.public_post_age_below
        of_age = lowest <= age_on(member.birth_month, starts_on) < below
        refusals.unless(of_age, "E-BENEFICIARY-AGE", at="person_id", minimum=lowest, below=below)
    held = [post for post in household.posts.values() if post.person_id == command.person_id and post.ended_on is None]
    most = policy.public_posts_per_person
    free = len(held) < most and all(post.post_type != command.post_type for post in held)
    refusals.unless(free, "E-POST-HELD", at="person_id", maximum=most)
    check_amount(command.monthly_wage, refusals, at="monthly_wage")
    check_order(refusals, "effective_on", command.effective_on, "starts_on", starts_on)
    refusals.raise_any()
    household.trigger(
        PublicPostGranted,
        decision,
        command.effective_on,
        evidence=command.evidence,
        post_id=command.post_id or decision.next_id(),
        person_id=command.person_id,
        post_type=command.post_type,
        starts_on=starts_on,
        monthly_wage=command.monthly_wage,
    )


@decides(EndPublicPost)
def end_public_post(household: Household, command: EndPublicPost, decision: Decision) -> None:
    """E-POST-UNKNOWN, E-DATE-ORDER; nothing where it has ended. In any status, and for members who left."""
    require_known(household)
    post = household.posts.get(command.post_id)
    if post is None:
        refuse("E-POST-UNKNOWN", at="post_id")
    if post.ended_on is not None:
        return
    refusals = begin(household, command, decision)
    check_order(refusals, "granted_on", post.granted_on, "effective_on", command.effective_on)
    refusals.raise_any()
    household.trigger(PublicPostEnded, decision, command.effective_on, evidence=command.evidence, post_id=command.post_id)
