"""`registry hospital`: what an operator does for the hospitals that report expenses."""

import re

import click

from consumers.intake.intake import institution_of
from deploy.cli import data_options
from deploy.commands.columns import columns
from deploy.commands.hospital_publishing import publish
from deploy.commands.hospital_registering import register
from deploy.composition.intake_keys import make_intake_key, read_intake_keys, write_intake_keys
from deploy.composition.intake_side import hospital_topics
from deploy.composition.reference_documents import REGISTRY
from deploy.composition.write_side import require_store, write_side
from deploy.settings import Settings
from deploy.topics.making import make_topic
from registry.application.request import Request
from registry.expenses.records import HOSPITAL_TOPIC
from registry.reference.hospital_intake import ResumeHospitalIntake
from schemas.clock import shanghai_date
from schemas.topic_rights import CODES, Kind


@click.group("hospital")
def command() -> None:
    """Hospitals that report medical expenses: who they are, their topics and files, and the key they seal ID numbers with."""


@command.command("add")
@data_options
@click.argument("code")
def add(data: str | None, code: str) -> None:
    """Make the topic of the hospital of this CODE (H and 11 digits, the insurance's).

    On a secure broker, as its user `admin`; `registry broker user add hospital CODE` then makes its user, and
    `registry topics apply` gives it its rights.
    Run again, it does nothing.
    """
    if not re.fullmatch(CODES[Kind.HOSPITAL], code):
        raise click.BadParameter("a hospital's code is H and 11 digits", param_hint="CODE")
    settings = Settings.read(data=data)
    require_store(settings)
    topic = HOSPITAL_TOPIC.of(code)
    click.echo(f"{topic.name}: {'made' if make_topic(settings, topic) else 'is there'}")


@command.command("list")
@data_options
def list_hospitals(data: str | None) -> None:
    """Every hospital that has a topic."""
    rows = [(institution_of(topic) or "", topic) for topic in hospital_topics(Settings.read(data=data))]
    for line in columns(("hospital", "topic"), rows):
        click.echo(line)


@command.command("key")
@data_options
@click.option("--new", is_flag=True, help="Make another key first; what is sealed with older ones can still be opened.")
def key(data: str | None, new: bool) -> None:
    """The key with which hospitals seal ID numbers: its id, and its public half in base64.

    A running API gives a new one out, and a running intake opens what is sealed with it, from then on: both read the file again.
    Where they have copies of it, the intake's is replaced first.
    """
    settings = Settings.read(data=data)
    require_store(settings)
    make_intake_key(settings)
    keys = read_intake_keys(settings)
    if new:
        keys = keys.with_fresh_key()
        write_intake_keys(settings, keys)
    key_id, public = keys.current
    click.echo(f"key_id      {key_id}")
    click.echo(f"public_key  {public}")


@command.command("resume")
@data_options
@click.argument("code")
def resume(data: str | None, code: str) -> None:
    """Take in again what the hospital of this CODE sends, and what has come while it was stopped for its dead letters.

    Run again, it does nothing.
    """
    with write_side(Settings.read(data=data)) as side:
        conversation = side.next_id()
        today = shanghai_date(side.clock.now())
        done = side.service.execute(
            ResumeHospitalIntake(institution=code, effective_on=today), Request(REGISTRY, "SYSTEM", conversation, conversation)
        )
    click.echo(f"{code}: {'resumed' if done.events else 'is not stopped'}")


command.add_command(publish)
command.add_command(register)
