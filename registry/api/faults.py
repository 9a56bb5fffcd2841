"""Why a request was not carried out, as stable codes: one reading of every exception, for the answer, the metrics and the log."""

from registry.application.service import Conflict, VersionStale
from registry.refusal import Refused
from registry.store.errors import IdempotencyMismatch, StoreUnavailable
from registry.vault.refusal import VaultError, VaultUnavailable
from schemas.log_errors import LogError, LogUnavailable

NOT_NOW = (StoreUnavailable, VaultUnavailable, LogUnavailable)
"""May be well in a moment; the same request may be sent again."""
OUR_OWN = "E-INTERNAL"


def codes_of(error: BaseException) -> tuple[str, ...]:
    """Every code that the client is told, the first one first."""
    match error:
        case Refused():
            return tuple(dict.fromkeys(violation.code for violation in error.violations))
        case VersionStale() | Conflict() | StoreUnavailable() | VaultError() | LogError():
            return (error.code,)
        case IdempotencyMismatch():
            return ("E-IDEMPOTENCY-MISMATCH",)
    return (OUR_OWN,)


def is_refusal(error: BaseException) -> bool:
    """Whether it was the request's fault, or somebody else was faster; else it was ours."""
    return isinstance(error, Refused | VersionStale | Conflict | IdempotencyMismatch)
