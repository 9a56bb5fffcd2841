"""What a rebuild can stop with; the live read model is then as it was.

RebuildStopped  a worker stopped or died, or the log does not hold what the live read model was made of
"""

from typing import ClassVar


class RebuildStopped(Exception):
    """The build was not finished and is removed."""

    code: ClassVar[str] = "E-REBUILD-STOPPED"
