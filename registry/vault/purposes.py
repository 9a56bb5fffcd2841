"""Why somebody may look into the vault, and why a person's data may be destroyed: closed lists of codes.

Every read names its purpose (Personal Information Protection Law, articles 6 and 28: a specific purpose and sufficient
necessity); erasure names its ground (article 47).
"""

from registry.refusal import Refusals

READ_PURPOSES = frozenset(
    {
        "REGISTRATION",  # taking a person in, and finding whether they are known already
        "CASE_HANDLING",  # identification, exit, relapse, monitoring: the people who decide must know about whom
        "HOME_VISIT",
        "PUBLICITY",  # preparing the village notice; what is posted is masked
        "COMPARISON",  # the sectors' twice-yearly comparison
        "EXPENSE_MATCHING",  # a hospital's expense, to find whose it is
        "PAYMENT",
        "WARNING_CHECK",  # a township calls on a household after an early warning
        "SUPERVISION",  # an inspection's case rights
        "COMPLAINT",
        "CORRECTION",  # making data right, on request or not (article 46)
        "SUBJECT_REQUEST",  # the person asks what is kept about them (article 45)
        "AUDIT",  # looking into who looked
        "IMPORT",
    }
)

ERASURE_REASONS = frozenset(
    {
        "PURPOSE_ENDED",  # achieved, impossible, or no longer necessary
        "RETENTION_ENDED",
        "CONSENT_WITHDRAWN",
        "UNLAWFUL",  # processed against law or agreement
        "LEGAL_ORDER",
    }
)


def weigh_purpose(purpose: str, refusals: Refusals) -> None:
    """Note a purpose that is on no list."""
    refusals.unless(purpose in READ_PURPOSES, "E-CODE-UNKNOWN", at="purpose", table="read_purpose", value=purpose)


def weigh_reason(reason: str, refusals: Refusals) -> None:
    """Note a ground for erasure that is on no list."""
    known = reason in ERASURE_REASONS
    refusals.unless(known, "E-CODE-UNKNOWN", at="reason", table="erasure_reason", value=reason)
