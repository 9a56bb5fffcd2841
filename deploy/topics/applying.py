"""From what is there to what the catalogue wants: looked at first, then done."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from deploy.topics.admin import TopicAdmin
from deploy.topics.plan import TopicPlan, plan_topics
from deploy.topics.rights_plan import RightsPlan, plan_rights, principals_among
from schemas.topic_rights import CODES, TEMPLATE_OWNERS, Kind, own_topics
from schemas.topics import TopicSpec, catalogue, live_topics


@dataclass(frozen=True, slots=True)
class ApplyPlan:
    """All that is to be done. rights: None where the log lets everybody do everything."""

    topics: TopicPlan
    rights: RightsPlan | None

    @property
    def nothing_to_do(self) -> bool:
        """Whether all is as it should be."""
        return self.topics.nothing_to_do and (self.rights is None or self.rights.nothing_to_do)

    @property
    def changes_what_is_there(self) -> bool:
        """Whether something is changed or taken away, and not only added."""
        return bool(self.topics.change or (self.rights is not None and self.rights.take))


def plan(admin: TopicAdmin, prefix: str) -> ApplyPlan:
    """Look, and say what has to be done. Raises PartitionsChanged, LogUnavailable, TopicsRefused."""
    entries = admin.entries()
    users = () if entries is None else admin.users()
    found = admin.topics()
    specs = _specs(found.keys(), users)
    granted = {name for spec in catalogue() if spec.is_template for name in _topics_of(spec, found.keys())}
    rights = None if entries is None else plan_rights(users, entries, prefix)
    return ApplyPlan(plan_topics(specs, found, admin.brokers(), ours=granted), rights)


def carry_out(admin: TopicAdmin, planned: ApplyPlan) -> None:
    """Do it. Broken off, it is done again: what is done already is then no difference any more."""
    admin.create(planned.topics.create)
    admin.change(planned.topics.changes())
    if planned.rights is not None:
        admin.take(planned.rights.take)
        admin.give(planned.rights.give)


def _specs(found: Collection[str], users: Iterable[str]) -> list[TopicSpec]:
    """The topics there should be, and those there are although nothing produces them yet.

    A hospital's topic is there as soon as the hospital is a user. An agency's is made by its grant, which says how long it lasts.
    """
    specs = {spec.name: spec for spec in live_topics()}
    specs |= {spec.name: spec for spec in catalogue() if spec.name in found}
    for principal in principals_among(users):
        if principal.kind is Kind.HOSPITAL:
            specs |= {spec.name: spec for spec in own_topics(principal)}
    return list(specs.values())


def _topics_of(template: TopicSpec, found: Collection[str]) -> Iterator[str]:
    """Those of a template's topics that are there."""
    before, _, rest = template.name.partition("{")
    value, _, after = rest.partition("}")
    form = CODES[TEMPLATE_OWNERS[value]]
    for name in found:
        if name.startswith(before) and name.endswith(after) and form.fullmatch(name[len(before) : len(name) - len(after)]):
            yield name
