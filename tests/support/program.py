"""The `registry` program, called in this process as a shell would call it."""

from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO

from deploy.cli import main


class StandardInput(redirect_stdout[StringIO]):
    """The same for standard input, which the standard library has no manager for."""

    _stream = "stdin"

    def __init__(self, text: str) -> None:
        super().__init__(StringIO(text))


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


def registry(*arguments: object, stdin: str = "") -> Called:
    """Call `registry` with these arguments and this standard input."""
    out, err = StringIO(), StringIO()
    with StandardInput(stdin), redirect_stdout(out), redirect_stderr(err):
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as ended:
            status = ended.code
    assert isinstance(status, int)
    return Called(status, out.getvalue(), err.getvalue())
