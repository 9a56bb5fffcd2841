"""Where a command would act, as far as can be said before it is decided: who may not act there learns nothing of the place.

What a decision then records is asked about once more, event by event: that is the whole truth, and this is the front door.
"""

from collections.abc import Iterator
from uuid import UUID

from registry.application.planning import Loader
from registry.command import Command
from registry.early_warning.assess import AssessEarlyWarning
from registry.early_warning.assign import AssignEarlyWarning
from registry.early_warning.command import WarningCommand
from registry.early_warning.warnings import EarlyWarnings, stream_id_of
from registry.household.command import HouseholdCommand
from registry.person.erasure import ErasePersonalData
from registry.policy.validation import province_of
from registry.reference.code_table import ChangeCodeTable
from registry.reference.county_plan import AdoptConsolidationPlan
from registry.reference.division_set import ChangeDivisions
from registry.reference.hospital_intake import ResumeHospitalIntake, StopHospitalIntake
from registry.reference.policy_document import ActivatePolicy
from schemas.access import Actor
from schemas.division_codes import is_division_code


def places_named(command: Command, loader: Loader, actor: Actor) -> frozenset[str]:
    """The 12-digit codes of the places that the command names or that its subjects are in; others are left to be refused."""
    return frozenset(place for place in _places(command, loader, actor) if isinstance(place, str) and is_division_code(place))


def place_of_household(household_id: UUID, loader: Loader) -> str:
    """The household's village now; empty for one that the register does not know."""
    return loader.household(household_id).division


def place_of_person(person_id: UUID, loader: Loader) -> str:
    """The village of the person's household now or, for somebody who lives in none, of the last one; empty for nobody's."""
    person = loader.person(person_id)
    if person.household_id is not None:
        return place_of_household(person.household_id, loader)
    return person.division


def _places(command: Command, loader: Loader, actor: Actor) -> Iterator[object]:
    match command:
        case HouseholdCommand():
            yield place_of_household(command.household_id, loader) or getattr(command, "division", "")
            other = getattr(command, "into_household_id", None)
            yield place_of_household(other, loader) if other is not None else ""
        case WarningCommand():
            yield loader.aggregate(EarlyWarnings, stream_id_of(command.subject_id)).division
            if isinstance(command, AssessEarlyWarning):
                yield command.division
            elif isinstance(command, AssignEarlyWarning):
                yield command.township
        case ErasePersonalData():
            yield place_of_person(command.person_id, loader)
        case AdoptConsolidationPlan():
            yield command.county
        case ActivatePolicy():
            yield command.document.get("division")
        case ChangeDivisions() | ChangeCodeTable() | StopHospitalIntake() | ResumeHospitalIntake():
            yield province_of(actor.division)  # they hold for the whole of it
