"""`registry migrate`: make the tables in PostgreSQL that cannot be made again, and move them on."""

import click

from deploy.cli import data_options
from deploy.composition.migrations import migrations
from deploy.settings import Settings
from registry.store.migrating import Migrations, Plan


@click.command("migrate")
@data_options
@click.option("--dry-run", is_flag=True, help="Show what would be done and do nothing.")
@click.option("--sql", is_flag=True, help="Print the statements and do nothing, for whoever lets no program change tables.")
def command(data: str | None, dry_run: bool, sql: bool) -> None:
    """Make the tables of event store and vault in PostgreSQL, or bring them to this program's revision.

    To be run before the first start on PostgreSQL and with each newer program, by a role that may make tables; no other command
    does. Run again, or by two at once, it does nothing more. Each database is changed as a whole or not at all. Read models have
    no migrations, and an embedded installation needs none.
    """
    found = migrations(Settings.read(data=data))
    if not found:
        click.echo("event store and vault are files of this installation: nothing to migrate")
    for each in found:
        if sql:
            click.echo(f"-- {each.what}, {each.where}\n{each.sql()}")
            continue
        _tell(each, each.plan() if dry_run else each.apply(), done=not dry_run)


def _tell(each: Migrations, plan: Plan, *, done: bool) -> None:
    place = f"{each.what}, {each.where}"
    if plan.nothing_to_do:
        click.echo(f"{place}: at {plan.found}, nothing to do")
        return
    click.echo(f"{place}: {'done' if done else 'to be done'}")
    if plan.adopts:
        click.echo("  take over the tables that are there, as they are")
    for revision, sentence in plan.steps:
        click.echo(f"  {revision}: {sentence}")
