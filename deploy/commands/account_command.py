"""`registry account`: people's accounts for the pages."""

import sys
from datetime import datetime

import click

from deploy.cli import data_options, language
from deploy.commands.columns import columns
from deploy.composition.write_side import write_side
from deploy.settings import Settings
from registry.accounts.account import Account
from registry.accounts.accounts import PRIVILEGED
from registry.accounts.one_time_codes import Authenticator
from schemas.access import Actor
from schemas.clock import SHANGHAI
from schemas.code_tables import table


@click.group("account")
def command() -> None:
    """Add, list and disable people's accounts for the pages. Programs have tokens instead (`registry token`)."""


@command.command("add")
@data_options
@click.option("--role", type=click.Choice(sorted(table("role").codes)), required=True, help="What its holder may do.")
@click.option("--division", metavar="CODE", required=True, help="Where: 12 digits, with everything below it.")
@click.option("--user", metavar="ID", required=True, help="Opaque id to sign in with, never a name.")
@click.option("--organisation", metavar="ID", required=True, help="Opaque id of the holder's office.")
def add(data: str | None, role: str, division: str, user: str, organisation: str) -> None:
    """Add an account. Its password is asked for, or is the first line of standard input; never an argument, which others see.

    Where the role needs an authenticator, one is made, and goes to standard output.
    """
    with write_side(Settings.read(data=data)) as side:
        side.accounts.add(Actor(user, role, organisation, division), _password())
        authenticator = side.accounts.set_authenticator(user) if role in PRIVILEGED else None
    click.echo(f"account {user}: {table('role').label(role, language())}, {division}", err=True)
    if authenticator is not None:
        _show(authenticator)


@command.command("password")
@data_options
@click.argument("user")
def password(data: str | None, user: str) -> None:
    """Give an account another password, asked for as by `add`. Ends its sessions, and a lock."""
    with write_side(Settings.read(data=data)) as side:
        side.accounts.set_password(user, _password())
    click.echo(f"account {user} has a new password", err=True)


@command.command("totp")
@data_options
@click.argument("user")
def totp(data: str | None, user: str) -> None:
    """Give an account another authenticator: its address (otpauth://) goes to standard output, and is shown only now."""
    with write_side(Settings.read(data=data)) as side:
        authenticator = side.accounts.set_authenticator(user)
    _show(authenticator)


@command.command("disable")
@data_options
@click.argument("user")
def disable(data: str | None, user: str) -> None:
    """End an account for ever, with its sessions. Its id is never given again."""
    with write_side(Settings.read(data=data)) as side:
        side.accounts.disable(user)
    click.echo(f"account {user} is disabled")


@command.command("list")
@data_options
def list_accounts(data: str | None) -> None:
    """Every account, in order of ids."""
    with write_side(Settings.read(data=data)) as side:
        now, found = side.clock.now(), side.accounts.list()
    head = ("user", "state", "role", "organisation", "division", "authenticator", "last sign-in")
    for line in columns(head, [_cells(account, now) for account in found]):
        click.echo(line)


def _password() -> str:
    if sys.stdin.isatty():
        asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        return asked
    return sys.stdin.readline().rstrip("\r\n")


def _show(authenticator: Authenticator) -> None:
    click.echo(f"authenticator of {authenticator.user_id}; shown only now:", err=True)
    click.echo(authenticator.address())


def _cells(account: Account, now: datetime) -> tuple[object, ...]:
    actor, last = account.actor, account.last_sign_in_at
    locked = account.locked_until is not None and now < account.locked_until
    state = "disabled" if account.disabled_at is not None else "locked" if locked else "valid"
    seen = last and f"{last.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    has = "yes" if account.authenticator else "no"
    return (actor.user_id, state, actor.role, actor.organisation, actor.division, has, seen)
