"""The pages' door: accounts and sessions behind it, and a line in the log for every try, without what was typed."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from deploy.process_log import process_logger
from deploy.web.authentication import Admitted
from projections.api.errors import ViewUnavailable
from registry.accounts.account import SignInRefused
from registry.accounts.accounts import Accounts
from registry.accounts.sessions import Sessions
from registry.store.errors import StoreUnavailable

LET_IN = "LET_IN"
_log = process_logger("deploy.web.sign_in")


class AccountDoor:
    """See Door."""

    def __init__(self, accounts: Accounts, sessions: Sessions) -> None:
        self._accounts = accounts
        self._sessions = sessions

    def sign_in(self, user_id: str, password: str, code: str) -> str | None:
        """See Door."""
        with _reachable():
            found = self._accounts.sign_in(user_id, password, code)
            if isinstance(found, SignInRefused):
                # What belongs to no account may be a name, or a password in the wrong field.
                _log.warning("sign-in", outcome=found.reason, user_id=None if found.reason == "UNKNOWN" else user_id)
                return None
            _log.info("sign-in", outcome=LET_IN, user_id=found.user_id, role=found.role)
            return self._sessions.open(found.user_id)

    def sign_out(self, secret: str) -> None:
        """See Door."""
        with _reachable():
            self._sessions.end(secret)


class SessionAuthenticator:
    """Sessions as the web application's authenticator of its pages."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def authenticate(self, secret: str | None) -> Admitted | None:
        """See Authenticator."""
        if not secret:
            return None
        try:
            held = self._sessions.held(secret)
        except (OperationalError, InterfaceError, PoolExhausted) as error:
            raise StoreUnavailable(type(error).__name__) from error
        return None if held is None else Admitted(held.actor, held.until)


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, PoolExhausted) as error:
        # Its message may hold values of rows, and stays out.
        raise ViewUnavailable(type(error).__name__) from error
