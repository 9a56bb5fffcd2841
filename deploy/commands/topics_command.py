"""`registry topics`: the log's topics as the catalogue wants them, and who may do what with them."""

from collections.abc import Iterator

import click

from deploy.cli import data_options
from deploy.commands.columns import columns
from deploy.settings import Settings
from deploy.topics.applying import ApplyPlan, carry_out, plan
from deploy.topics.opening import opened_topics
from deploy.topics.plan import FoundTopic
from deploy.topics.rights_plan import Entry
from deploy.topics.wanted import DAY_MS, FOR_EVER, WantedTopic, wanted_topic
from schemas.topics import catalogue

NOTHING = "nothing to do: every topic is as the catalogue wants it"


@click.group("topics")
def command() -> None:
    """The log's topics: make them as the catalogue wants them, on Kafka or in an embedded log.

    On Kafka the log is REGISTRY_LOG_URL, and the user one who may administer it (REGISTRY_KAFKA_USER: admin on a broker of
    `registry broker start --secure`).
    """


@command.command("apply")
@data_options
@click.option("--dry-run", is_flag=True, help="Show the difference and do nothing.")
@click.option("--yes", is_flag=True, help="Change what is there without asking.")
def apply(data: str | None, dry_run: bool, yes: bool) -> None:
    """Make the topics that are missing, set what is set otherwise, and give each user of the broker its rights.

    The difference is shown first. A topic is never deleted, a keyed topic never gets another number of partitions, and what the
    catalogue does not know is left alone. Run again, it does nothing.
    """
    settings = Settings.read(data=data)
    with opened_topics(settings) as admin:
        planned = plan(admin, settings.kafka_prefix)
        for line in _told(planned):
            click.echo(line)
        if planned.nothing_to_do or dry_run:
            return
        if planned.changes_what_is_there and not yes:
            click.confirm("change what is there?", abort=True)
        carry_out(admin, planned)
        click.echo("done")


@command.command("list")
@data_options
def list_topics(data: str | None) -> None:
    """Every topic that is there, and every one of the catalogue that is not."""
    with opened_topics(Settings.read(data=data)) as admin:
        found = admin.topics()
    known = {spec.name: spec for spec in catalogue()}
    rows: list[tuple[str, object, object, object, str]] = []
    rows += [(t.name, t.partitions, t.copies, t.settings.get("retention.ms"), "there") for t in found.values()]
    rows += [(n, s.partitions, None, None, "wanted" if s.live else "not used yet") for n, s in known.items() if n not in found]
    rows.sort(key=lambda row: row[0])
    for line in columns(("topic", "partitions", "copies", "retention.ms", "state"), rows):
        click.echo(line)


@command.command("show")
@data_options
@click.argument("topic")
def show(data: str | None, topic: str) -> None:
    """One topic's settings: those that matter, there and wanted."""
    with opened_topics(Settings.read(data=data)) as admin:
        found = admin.topics().get(topic)
        brokers = admin.brokers()
    spec = next((spec for spec in catalogue() if spec.name == topic), None)
    if found is None and spec is None:
        raise click.BadParameter(f"there is no topic {topic}, here or in the catalogue", param_hint="TOPIC")
    wanted = _values(wanted_topic(spec, brokers)) if spec else {}
    there = _values(found) if found else {}
    rows = [(name, there.get(name), wanted.get(name)) for name in wanted or there]
    for line in columns(("setting", "there", "wanted"), rows):
        click.echo(line)


def _told(planned: ApplyPlan) -> Iterator[str]:
    """The difference, and what stays as it is."""
    topics, rights = planned.topics, planned.rights
    rows: list[tuple[object, ...]] = [(t.name, "(new topic)", None, _in_short(t)) for t in topics.create]
    rows += [(d.topic, d.setting, d.there, d.wanted) for d in topics.change]
    if rows:
        yield from columns(("topic", "setting", "there", "wanted"), rows)
    if rights is not None and not rights.nothing_to_do:
        changes: list[tuple[Entry, str | None, str | None]] = [(entry, None, entry.permission) for entry in rights.give]
        changes += [(entry, entry.permission, None) for entry in rights.take]
        cells = [(e.principal, e.operation, e.place, there, wanted) for e, there, wanted in sorted(changes, key=lambda c: c[0])]
        yield from columns(("principal", "operation", "on", "there", "wanted"), cells)
    for d in topics.unchangeable:
        yield f"{d.topic} has {d.there} copies, {d.wanted} would be right: move them with Kafka's kafka-reassign-partitions"
    if topics.unknown:
        yield f"left alone, not in the catalogue: {', '.join(topics.unknown)}"
    if rights is not None and rights.unknown:
        yield f"left alone, none of our users: {', '.join(rights.unknown)}"
    if planned.nothing_to_do:
        yield NOTHING


def _in_short(topic: WantedTopic) -> str:
    settings = topic.settings
    kept = "newest of each key" if settings["cleanup.policy"] == "compact" else "for ever"
    if settings["retention.ms"] != FOR_EVER:
        kept = f"{int(settings['retention.ms']) // DAY_MS} days"
    return f"partitions {topic.partitions}, copies {topic.copies}, kept {kept}"


def _values(topic: WantedTopic | FoundTopic) -> dict[str, object]:
    return {"partitions": topic.partitions, "copies": topic.copies, **topic.settings}
