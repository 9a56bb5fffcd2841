"""The log's topics as the catalogue wants them, without asking anybody: all of them, or one that is new."""

from collections.abc import Sequence

from deploy.settings import Settings
from deploy.topics.applying import carry_out, plan
from deploy.topics.opening import opened_topics
from deploy.topics.plan import plan_topics
from schemas.topics import TopicSpec


def make_topics(settings: Settings) -> None:
    """Do all that `registry topics apply` would do. Raises what that raises."""
    with opened_topics(settings) as admin:
        carry_out(admin, plan(admin, settings.kafka_prefix))


def make_each(settings: Settings, specs: Sequence[TopicSpec]) -> None:
    """Make those of these topics that are not there. Raises what `make_topic` raises."""
    with opened_topics(settings) as admin:
        admin.create(plan_topics(specs, admin.topics(), admin.brokers()).create)


def make_topic(settings: Settings, spec: TopicSpec) -> bool:
    """Make one topic, with its settings, unless it is there; whether it was made.

    Raises LogUnavailable, PartitionsChanged, TopicsRefused where this user may not make topics.
    """
    with opened_topics(settings) as admin:
        missing = plan_topics([spec], admin.topics(), admin.brokers()).create
        admin.create(missing)
        return bool(missing)
