"""Why somebody may look into the vault, and why a person's data may be destroyed: only for what the code tables list."""

from registry.refusal import Refusals
from schemas.code_tables import table


def weigh_purpose(purpose: str, refusals: Refusals) -> None:
    """Note a purpose that the code table `read_purpose` does not have."""
    known = table("read_purpose").known(purpose)
    refusals.unless(known, "E-CODE-UNKNOWN", at="purpose", table="read_purpose", value=purpose)


def weigh_reason(reason: str, refusals: Refusals) -> None:
    """Note a ground for erasure that the code table `erasure_reason` does not have."""
    known = table("erasure_reason").known(reason)
    refusals.unless(known, "E-CODE-UNKNOWN", at="reason", table="erasure_reason", value=reason)
