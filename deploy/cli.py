"""The `registry` program. A subcommand is imported when it is called, so that `--help` is quick.

Errors are one clear line with a stable code; exit status 1, and 2 for wrong usage.
"""

import importlib
import sys
from typing import Any

import click

from deploy.told_errors import Language, code_of, language_of, lines_of

SUBCOMMANDS = {
    "up": "Serve what is there: the API, the relay, the projector, the feed, the intake and the notices, until Ctrl-C.",
    "demo": "Make a synthetic province, live through 2018-09 to 2021-03, then serve it.",
    "status": "Show what this installation holds and how far behind each part is.",
    "import": "Import households, measures or visits from a spreadsheet.",
    "token": "Create, list and revoke access tokens.",
    "account": "Add, list and disable people's accounts for the pages.",
    "policy": "Check, activate and list policy documents.",
    "migrate": "Make the tables in PostgreSQL, or bring them to this program's revision.",
    "migrate-log": "Move from the embedded log to Kafka.",
    "rebuild": "Make a read model again from the log, beside the live one, and swap.",
    "verify": "Check the store's chain and the read models' digests.",
    "export": "Write the whole history to files that anybody can check.",
    "restore": "Make a register from an export, in an empty folder.",
    "vault": "Care for the personal data: rotate keys, show who read what.",
    "schemas": "Check and freeze the event schemas.",
    "broker": "Run a real Apache Kafka on this machine.",
    "topics": "Make the log's topics as the catalogue wants them, and give users their rights.",
    "serve": "Run the API alone.",
    "relay": "Run the relay alone, from the event store to the log.",
    "project": "Run the projector alone, from the log to the read models.",
    "feed": "Run the public feed alone, from the log to the topics that agencies read.",
    "intake": "Run the intake alone, from the hospitals' topics to the accepted expenses.",
    "deliver": "Tell offices of early warnings, by e-mail and webhooks.",
    "notices": "What offices were told: list it, try again, check the file of recipients.",
    "whatif": "Assess a period's medical expenses under another policy, beside what was raised; changes nothing.",
    "visits": "Flag the home visits that a rule of policy doubts.",
    "sample": "Draw households by lot for a check, and draw a sample again.",
    "national": "Compare an extract of the national system with the register.",
    "digest": "The weekly digest of a supervision team or the province: make, show and verify it.",
    "hospital": "Hospitals that report expenses: their topics, and the key for ID numbers.",
}
"""Each is the module deploy/commands/<name>_command.py."""


FAILED = 1


class Subcommands(click.Group):
    """Finds a subcommand in the module of its name, and tells what goes wrong in it in the operator's language."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order above."""
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command, imported now."""
        if name not in SUBCOMMANDS:
            return None
        module = importlib.import_module(f"deploy.commands.{name.replace('-', '_')}_command")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl(list(SUBCOMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand; never shows a traceback for an error that has a code, or that the system's own words explain."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # whoever read our output has seen enough
            sys.stderr.close()
        except OSError as error:
            place = f": {error.filename}" if error.filename else ""
            click.echo(f"E-CANNOT-START: {error.strerror or error}{place}", err=True)
        except Exception as error:
            if code_of(error) is None:
                raise
            for line in lines_of(error, ctx.obj or language_of()):
                click.echo(line, err=True)
        return FAILED


@click.command(cls=Subcommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="household-registry")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of refusals and labels (default: the terminal's).")
@click.pass_context
def registry(context: click.Context, lang: Language | None) -> None:
    """The household lifecycle registry.

    Settings are options or environment variables REGISTRY_...; the data is kept in ./var unless --data says otherwise.
    Errors are one line with a stable code, and exit status 1 (2 for wrong usage).
    """
    context.obj = lang or language_of()


def main(arguments: list[str] | None = None) -> None:
    """Run the program and exit."""
    try:
        status = registry.main(arguments, prog_name="registry", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        sys.exit(130)
    sys.exit(status if isinstance(status, int) else 0)


def language() -> Language:
    """The language in which this command speaks."""
    chosen: Language = click.get_current_context().find_root().obj
    return chosen


def data_options(command: Any) -> Any:
    """The options that name the data of an installation."""
    return click.option("--data", metavar="DIR", help="Folder of the embedded databases (default: var).")(command)


if __name__ == "__main__":
    main()
