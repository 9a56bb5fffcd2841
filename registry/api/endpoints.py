"""The command API whole: every endpoint."""

from registry.api.delete_token import delete_token
from registry.api.endpoint import Endpoint
from registry.api.get_error import get_error
from registry.api.get_intake_key import get_intake_key
from registry.api.get_person_accesses import get_person_accesses
from registry.api.get_tokens import get_tokens
from registry.api.parts import CommandParts
from registry.api.patch_person import patch_person
from registry.api.post_campaign_command import post_campaign_commands
from registry.api.post_code_table import post_code_table
from registry.api.post_consolidation_plan import post_consolidation_plan
from registry.api.post_division_exit import post_division_exit_steps
from registry.api.post_divisions import post_divisions
from registry.api.post_exit_plan import post_exit_plan
from registry.api.post_expenses import post_expenses
from registry.api.post_fhir_expenses import post_fhir_expenses
from registry.api.post_hospital_resumption import post_hospital_resumption
from registry.api.post_hospitals import post_hospitals
from registry.api.post_household import post_households
from registry.api.post_household_command import post_household_commands
from registry.api.post_note import post_notes
from registry.api.post_notes_reading import post_notes_readings
from registry.api.post_person import post_person
from registry.api.post_person_erasure import post_person_erasure
from registry.api.post_person_reading import post_person_reading
from registry.api.post_policy import post_policy
from registry.api.post_sample_check import post_sample_check
from registry.api.post_supervision_command import post_supervision_commands
from registry.api.post_supervision_team import post_supervision_team
from registry.api.post_sync_resolution import post_sync_resolution
from registry.api.post_token import post_token
from registry.api.post_warning_command import post_warning_commands


def command_endpoints(parts: CommandParts) -> tuple[Endpoint, ...]:
    """Every endpoint of the command API."""
    return (
        *post_households(parts),
        *post_household_commands(parts),
        *post_warning_commands(parts),
        *post_supervision_commands(parts),
        *post_campaign_commands(parts),
        post_person(parts),
        post_person_reading(parts),
        patch_person(parts),
        post_person_erasure(parts),
        get_person_accesses(parts),
        *post_notes(parts),
        *post_notes_readings(parts),
        post_policy(parts),
        post_divisions(parts),
        post_code_table(parts),
        post_hospitals(parts),
        post_consolidation_plan(parts),
        post_exit_plan(parts),
        *post_division_exit_steps(parts),
        post_sample_check(parts),
        post_sync_resolution(parts),
        post_supervision_team(parts),
        post_expenses(parts),
        post_fhir_expenses(parts),
        get_intake_key(parts),
        post_hospital_resumption(parts),
        post_token(parts),
        get_tokens(parts),
        delete_token(parts),
        get_error(parts),
    )
