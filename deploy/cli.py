"""The `registry` program. A subcommand is imported when it is called, so that `--help` is quick.

Errors are one clear line with a stable code; exit status 1, and 2 for wrong usage.
"""

import importlib
import sys
from typing import Any

import click

SUBCOMMANDS = {
    "up": "Serve what is there: the API, the relay and the projector, until Ctrl-C.",
    "demo": "Make a synthetic province, live through 2018-09 to 2021-03, then serve it.",
    "status": "Show what this installation holds and how far behind each part is.",
    "import": "Import households, measures or visits from a spreadsheet.",
    "token": "Create, list and revoke access tokens.",
    "policy": "Check and activate policy documents.",
    "rebuild": "Make a read model again from the log, beside the live one, and swap.",
    "verify": "Check the store's chain and the read models' digests.",
    "schemas": "Check and freeze the event schemas.",
    "vault": "Care for the personal data: rotate keys, show who read what.",
}


class Subcommands(click.Group):
    """Finds a subcommand in the module of its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order above."""
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command, imported now."""
        if name not in SUBCOMMANDS:
            return None
        module = importlib.import_module(f"deploy.commands.{name}_command")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl(list(SUBCOMMANDS.items()))


@click.command(cls=Subcommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="household-registry")
def registry() -> None:
    """The household lifecycle registry.

    Settings are options or environment variables REGISTRY_...; the data is kept in ./var unless --data says otherwise.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the program; never shows a traceback for an error that has a code."""
    try:
        registry.main(arguments, prog_name="registry", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        sys.exit(130)
    except Exception as error:
        code = getattr(error, "code", None)
        if not isinstance(code, str):
            raise
        click.echo(f"{code}: {error}", err=True)
        sys.exit(1)
    sys.exit(0)


def data_options(command: Any) -> Any:
    """The options that name the data of an installation."""
    return click.option("--data", metavar="DIR", help="Folder of the embedded databases (default: var).")(command)


if __name__ == "__main__":
    main()
