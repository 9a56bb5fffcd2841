"""Stops hospitals of whose records too many are dead letters, under the province's policy of the day, and says so."""

from collections.abc import Collection
from hashlib import sha256

from consumers.intake.dead_letter_share import DeadLetterShare
from deploy.composition.intake_side import INTAKE_ACTOR
from deploy.composition.write_side import PROVINCE, WriteSide
from deploy.process_log import process_logger
from registry.application.request import Request
from registry.reference.hospital_intake import StopHospitalIntake
from schemas.clock import shanghai_date

_log = process_logger("deploy.pipeline")


def stop_exceeded(side: WriteSide, share: DeadLetterShare, stopped: Collection[str]) -> bool:
    """Stop whoever exceeds the share and is not stopped; return whether there was one. Repeated after a failure, it stops once.

    Raises what the command service raises.
    """
    today = shanghai_date(side.clock.now())
    policy = side.shelf.policy_for(PROVINCE, today)
    over = share.exceeded(policy.intake_dead_letter_share, policy.intake_dead_letter_records)
    new = [one for one in over if one.institution not in stopped]
    for one in new:
        # The key says which records it was; a later stop of the same hospital is for later ones.
        key = f"stop-intake:{one.institution}:{one.offset}:{one.appended_ms}"
        conversation = side.next_id()
        request = Request(INTAKE_ACTOR, "SYSTEM", conversation, conversation, key, sha256(key.encode()).digest())
        side.service.execute(
            StopHospitalIntake(
                effective_on=today, institution=one.institution, records=one.records, dead_letters=one.dead_letters
            ),
            request,
        )
        _log.warning("hospital stopped", institution=one.institution, records=one.records, dead_letters=one.dead_letters)
    return bool(new)
