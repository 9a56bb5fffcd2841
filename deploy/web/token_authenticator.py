"""Tokens as the web application's authenticator: who presents a good one is let in, every other is counted by its reason."""

from collections.abc import Callable

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from deploy.web.authentication import Admitted
from registry.store.errors import StoreUnavailable
from registry.tokens.tokens import TokenRefused, Tokens

NO_TOKEN = "NONE"


class TokenAuthenticator:
    """refused: told the reason for each request that is not let in."""

    def __init__(self, tokens: Tokens, refused: Callable[[str], None]) -> None:
        self._tokens = tokens
        self._refused = refused

    def authenticate(self, secret: str | None) -> Admitted | None:
        """See Authenticator."""
        if secret is None:
            self._refused(NO_TOKEN)
            return None
        try:
            held = self._tokens.held(secret)
        except (OperationalError, InterfaceError, PoolExhausted) as error:
            raise StoreUnavailable(type(error).__name__) from error
        if isinstance(held, TokenRefused):
            self._refused(held.reason)
            return None
        return Admitted(held.actor, held.expires_at)
