"""The intake of one process: the judge of hospitals' records on this installation's vault, keys and divisions."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from consumers.intake.intake import INTAKE, Intake, Told, institution_of, nobody
from consumers.intake.judging import ExpenseJudge, Identify
from deploy.composition.intake_keys import IntakeKeyFile
from deploy.composition.keys import read_keys
from deploy.composition.log_side import open_consumer, open_producer, topic_names
from deploy.composition.write_side import PROVINCE, WriteSide
from deploy.settings import Settings
from registry.expenses.person_tokens import PersonTokens
from schemas.access import Actor
from schemas.catalogue import registry_catalogue

INTAKE_ACTOR: Final = Actor("intake", "OPERATOR", "registry", PROVINCE)
PURPOSE: Final = "EXPENSE_MATCHING"


def hospital_topics(settings: Settings) -> list[str]:
    """The hospitals' topics that there are. Raises LogUnavailable."""
    return sorted(name for name in topic_names(settings) if institution_of(name) is not None)


def person_tokens(settings: Settings) -> PersonTokens:
    """Gives out and opens the tokens by which hospitals name patients. Raises KeyRefused."""
    _, lookup = read_keys(settings)
    return PersonTokens(lookup.token_key)


def open_intake(side: WriteSide, topics: Sequence[str], told: Told = nobody, identify: Identify | None = None) -> Intake:
    """An intake of these topics that goes on from its mark; every older one is refused from then on. Its owner closes it.

    told: of each batch that is stored; identify: instead of the vault of this side.

    Raises KeyRefused, LogUnavailable, LogDamaged, UnknownTopic.
    """

    def by_the_vault(numbers: Sequence[str]) -> Sequence[UUID]:
        return side.vault.identify(numbers, INTAKE_ACTOR, PURPOSE)

    settings = side.settings
    judge = ExpenseJudge(
        registry_catalogue(),
        IntakeKeyFile(settings),
        person_tokens(settings),
        identify or by_the_vault,
        side.shelf.divisions,
        side.clock,
        settings.source,
        allow_synthetic=settings.synthetic_ids,
    )
    consumer = open_consumer(settings, INTAKE, topics)
    try:
        return Intake(consumer, open_producer(settings, INTAKE, side.clock), judge, told)
    except BaseException:
        consumer.close()
        raise
