"""The `registry` program, called in this process as a shell would call it."""

from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO

from deploy.cli import main


@dataclass(frozen=True, slots=True)
class Called:
    """Exit status and what was said."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """Of standard output."""
        return self.out.splitlines()

    @property
    def codes(self) -> list[str]:
        """The code of each line of standard error."""
        return [line.split(":")[0] for line in self.err.splitlines()]


def registry(*arguments: object) -> Called:
    """Call `registry` with these arguments."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as ended:
            status = ended.code
    assert isinstance(status, int)
    return Called(status, out.getvalue(), err.getvalue())
