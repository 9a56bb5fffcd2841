"""The log's topics as the catalogue wants them, without asking anybody: for an installation that is being made."""

from deploy.settings import Settings
from deploy.topics.applying import carry_out, plan
from deploy.topics.opening import opened_topics


def make_topics(settings: Settings) -> None:
    """Do all that `registry topics apply` would do. Raises what that raises."""
    with opened_topics(settings) as admin:
        carry_out(admin, plan(admin, settings.kafka_prefix))
