"""What a rebuild can stop with; the live read model is then as it was.

RebuildStopped          a worker stopped, or the log does not hold what the live read model was made of
└── RebuildInterrupted  a worker died, or could not reach the log or the database: begun anew, it may be finished
"""

from typing import ClassVar


class RebuildStopped(Exception):
    """The build was not finished and is removed."""

    code: ClassVar[str] = "E-REBUILD-STOPPED"


class RebuildInterrupted(RebuildStopped):
    """The same, for a reason that passes."""
