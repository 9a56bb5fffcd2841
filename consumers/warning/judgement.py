"""How it stands with a household or a person by what is known, under one policy: for the register, or for a what-if."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from consumers.warning.assessment import PolicyFor, assess_household, assess_person
from consumers.warning.belonging import of_household, of_nobody
from consumers.warning.reading import Known
from projections.expenses.belonging import household_of
from registry.early_warning.assess import AssessEarlyWarning


@dataclass(frozen=True, slots=True)
class Judgement:
    """today: the day that is judged on; province: where nobody knows a better place; since, until: the days on which a window may
    end, or the days that the register looks at itself.
    """

    policy_for: PolicyFor
    today: date
    province: str
    since: date | None = None
    until: date | None = None

    def household(self, known: Known, household_id: UUID) -> AssessEarlyWarning:
        """Raises NotYetKnown."""
        members = known.members.get(household_id, ())
        # Of a household that is no more nobody is warned; whoever left it before counts where he went.
        gone = known.is_gone(household_id, self.today)
        own = [] if gone else of_household(known.bills_of(members, self.until), known.memberships, household_id)
        return assess_household(
            household_id,
            own,
            lambda day: known.standing_on(self.policy_for, household_id, day),
            self.policy_for,
            self.today,
            self.since,
        )

    def person(self, known: Known, person_id: UUID) -> AssessEarlyWarning | UUID:
        """Of what is no household's; or the household whose all of it is today."""
        own = known.memberships.get(person_id, ())
        unclaimed = of_nobody(known.bills_of([person_id], self.until), own)
        household_id = household_of(own, self.today)
        if household_id is not None and not unclaimed:
            return household_id
        return assess_person(person_id, unclaimed, self.policy_for, self.today, self.province, self.since)

    def is_small(self, known: Known, person_id: UUID) -> bool:
        """Whether nothing of this person can fire, and no household has to be asked."""
        return not known.memberships.get(person_id) and known.is_small(person_id, self.policy_for)
