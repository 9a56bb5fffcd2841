"""`registry token`: create, list and revoke access tokens."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import click

from deploy.cli import data_options, language
from deploy.commands.columns import columns
from deploy.composition.write_side import write_side
from deploy.settings import Settings
from registry.tokens.token_row import IssuedToken
from registry.tokens.tokens import LIFETIME_MAX
from schemas.access import Actor
from schemas.clock import SHANGHAI
from schemas.code_tables import table

DAYS = 90


@click.group("token")
def command() -> None:
    """Create, list and revoke access tokens. No request to the register is anonymous: each carries a token."""


@command.command("create")
@data_options
@click.option("--role", type=click.Choice(sorted(table("role").codes)), required=True, help="What its holder may do.")
@click.option("--division", metavar="CODE", required=True, help="Where: 12 digits, with everything below it.")
@click.option("--user", metavar="ID", required=True, help="Opaque id of its holder, never a name.")
@click.option("--organisation", metavar="ID", required=True, help="Opaque id of the holder's office.")
@click.option("--days", type=click.IntRange(1, LIFETIME_MAX.days), default=DAYS, show_default=True, help="How long it is valid.")
def create(data: str | None, role: str, division: str, user: str, organisation: str, days: int) -> None:
    """Create a token. It is shown now and never again: the register keeps only a hash of it.

    The token alone goes to standard output, so that it can be piped; what is told of it goes to standard error.
    """
    with write_side(Settings.read(data=data)) as side:
        expires_at = side.clock.now() + timedelta(days=days)
        made = side.tokens.create(Actor(user, role, organisation, division), expires_at)
    label = table("role").label(role, language())
    click.echo(f"token {made.token_id} for {user}: {label}, {division}, until {_local(expires_at)}; shown only now:", err=True)
    click.echo(made.reveal())


@command.command("list")
@data_options
@click.option("--json", "as_json", is_flag=True, help="As a JSON array.")
def list_tokens(data: str | None, as_json: bool) -> None:
    """Every token that was ever made, newest first, without its secret."""
    with write_side(Settings.read(data=data)) as side:
        now = side.clock.now()
        shown = [_Shown.of(issued, now) for issued in side.tokens.list()]
    if as_json:
        click.echo(json.dumps([token.document() for token in shown], indent=2))
        return
    head = ("token", "state", "user", "role", "organisation", "division", "expires", "last used")
    for line in columns(head, [token.cells() for token in shown]):
        click.echo(line)


@command.command("revoke")
@data_options
@click.argument("token_id", type=click.UUID)
def revoke(data: str | None, token_id: UUID) -> None:
    """End the token with this id for ever. Running processes take no more notice of it within seconds."""
    with write_side(Settings.read(data=data)) as side:
        side.tokens.revoke(token_id)
    click.echo(f"token {token_id} is revoked")


@dataclass(frozen=True, slots=True)
class _Shown:
    """A token as it is listed."""

    issued: IssuedToken
    state: str

    @classmethod
    def of(cls, issued: IssuedToken, now: datetime) -> "_Shown":
        if issued.revoked_at is not None:
            return cls(issued, "revoked")
        return cls(issued, "expired" if now >= issued.expires_at else "valid")

    def cells(self) -> tuple[object, ...]:
        issued, actor = self.issued, self.issued.actor
        last_used = issued.last_used_at and _local(issued.last_used_at)
        return (
            issued.token_id,
            self.state,
            actor.user_id,
            actor.role,
            actor.organisation,
            actor.division,
            _local(issued.expires_at),
            last_used,
        )

    def document(self) -> dict[str, Any]:
        issued, actor = self.issued, self.issued.actor
        instants = {name: getattr(issued, name) for name in ("created_at", "expires_at", "revoked_at", "last_used_at")}
        return {
            "token_id": str(issued.token_id),
            "state": self.state,
            "user": actor.user_id,
            "role": actor.role,
            "organisation": actor.organisation,
            "division": actor.division,
            **{name: instant and instant.isoformat() for name, instant in instants.items()},
        }


def _local(instant: datetime) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
