"""Why the program does not start, or does not go on, where its operator can mend it."""


class CannotStart(Exception):
    """E-CANNOT-START: another one runs here, the port is taken, or a part of the program refuses to go on."""

    code = "E-CANNOT-START"
