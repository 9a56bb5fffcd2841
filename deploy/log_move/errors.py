"""Why a log is not moved. What was done so far stays, and is gone on from."""


class LogNotEmpty(Exception):
    """E-LOG-NOT-EMPTY: the new log holds records that no move put there."""

    code = "E-LOG-NOT-EMPTY"


class LogMoveRefused(Exception):
    """E-LOG-MOVE: the two logs, or what read models make of them, are not the same; or there is nothing to move."""

    code = "E-LOG-MOVE"
