"""What the views can say no with.

ViewsError
├── ViewOutdated    the live build was made by another version of the program
├── RebuildRunning  somebody else is making a build of this read model
└── BuildLost       the build was removed under its maker's hands
"""

from typing import ClassVar


class ViewsError(Exception):
    """Root of the views' errors."""

    code: ClassVar[str] = "E-VIEWS"


class ViewOutdated(ViewsError):
    """Its tables are not those of this program, so it is neither fed nor asked."""

    code = "E-VIEW-OUTDATED"


class RebuildRunning(ViewsError):
    """One at a time makes builds of a read model."""

    code = "E-REBUILD-RUNNING"


class BuildLost(ViewsError):
    """Whoever took the build for interrupted has removed it; nothing was swapped."""

    code = "E-BUILD-LOST"
