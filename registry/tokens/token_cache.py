"""The tokens of the last seconds, so that a client's hundred requests ask the database once.

Bounded in number and age. Only tokens that exist are kept, so inventing ids fills nothing.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock
from uuid import UUID

from registry.tokens.token_row import KnownToken

FRESH_FOR = timedelta(seconds=5)
"""How long another process may go on honouring a token after it was revoked."""
_TOKENS_MAX = 1024


class TokenCache:
    """Safe between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._tokens: OrderedDict[UUID, tuple[datetime, KnownToken]] = OrderedDict()

    def get(self, token_id: UUID, now: datetime) -> KnownToken | None:
        """The token, if it was read from the database less than FRESH_FOR ago."""
        with self._lock:
            read_at, known = self._tokens.get(token_id, (None, None))
            # Not before either: a clock that was set back must not keep a token fresh for long.
            if read_at is None or not read_at <= now < read_at + FRESH_FOR:
                return None
            self._tokens.move_to_end(token_id)
            return known

    def put(self, known: KnownToken, now: datetime) -> None:
        """Keep a token that was just read; the one unused for longest makes room."""
        with self._lock:
            self._tokens[known.issued.token_id] = (now, known)
            self._tokens.move_to_end(known.issued.token_id)
            if len(self._tokens) > _TOKENS_MAX:
                self._tokens.popitem(last=False)

    def forget(self, token_id: UUID) -> None:
        with self._lock:
            self._tokens.pop(token_id, None)
