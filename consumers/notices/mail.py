"""Sends notices as e-mail, by one SMTP server: the province's own, which knows the offices' mailboxes.

TLS from the start (smtps) or before anything else is said (smtp with STARTTLS, or nothing at all); without TLS only where the
operator says so by the scheme smtp+plain, and never with a password. The id of a notice is the e-mail's Message-ID.
"""

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final
from urllib.parse import urlsplit

from consumers.notices.cutting import cut_after
from consumers.notices.notice import Notice
from consumers.notices.outcome import SEND_S, Outcome, Result, code_of_trouble

CHANNEL: Final = "EMAIL"
ANSWER_S: Final = 20.0
PORTS: Final = {"smtps": 465, "smtp": 587, "smtp+plain": 25}
ADDRESS: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"
)
ADDRESS_MAX: Final = 254
"""As long as the protocol takes one."""
_ROUTE: Final = "mail server"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where e-mails are handed in, and in whose name. ca_file: certificates (PEM) that sign the server's; "": the system's."""

    scheme: str
    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    ca_file: str = ""

    @classmethod
    def at(cls, url: str, sender: str, user: str = "", password: str = "", ca_file: str = "") -> "MailServer":
        """From `smtps://host[:port]`, `smtp://...` or `smtp+plain://...`, as the settings check it."""
        parts = urlsplit(url)
        return cls(parts.scheme, parts.hostname or "", parts.port or PORTS[parts.scheme], sender, user, password, ca_file)


class MailSender:
    """Hands e-mails to the server, each over a connection of its own. wall: the time of the world, for the Date."""

    def __init__(self, server: MailServer, wall: Callable[[], datetime]) -> None:
        self._server = server
        self._wall = wall
        self._tls = ssl.create_default_context(cafile=server.ca_file or None)
        self._own_name = smtplib.SMTP().local_hostname  # looked up once: where names are slow, that takes seconds

    def server_of(self, address: str) -> str:
        """One for all."""
        return _ROUTE

    def send(self, notice: Notice, address: str) -> Outcome:
        """Hand it in. A mailbox that the server says there is not is given up; whatever else fails is tried again."""
        message = self._message(notice, address)
        try:
            with self._connected() as smtp:
                smtp.send_message(message, self._server.sender, [address])
        except smtplib.SMTPRecipientsRefused as refused:
            code, _ = refused.recipients[address]
            return Outcome(_of_this_one(code), f"SMTP-{code}")
        except smtplib.SMTPDataError as refused:
            return Outcome(_of_this_one(refused.smtp_code), f"SMTP-{refused.smtp_code}")
        except smtplib.SMTPResponseException as refused:  # the greeting, the password, the sender: wrong for all alike
            return Outcome(Result.AWAY, f"SMTP-{refused.smtp_code}")
        except smtplib.SMTPServerDisconnected:
            return Outcome(Result.AWAY, "CUT-OFF")
        except smtplib.SMTPException:  # it cannot do what we insist on: TLS, or a password
            return Outcome(Result.AWAY, "SMTP-LACKING")
        except OSError as error:
            return Outcome(Result.AWAY, code_of_trouble(error))
        return Outcome(Result.DELIVERED, "SMTP-250")

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        server = self._server
        if server.scheme == "smtps":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(timeout=ANSWER_S, local_hostname=self._own_name, context=self._tls)
        else:
            smtp = smtplib.SMTP(timeout=ANSWER_S, local_hostname=self._own_name)
        try:
            with cut_after(SEND_S, lambda: smtp.sock):
                # Not named to the constructor, which would connect beyond the bound; the certificate is checked against it.
                smtp._host = server.host  # type: ignore[attr-defined]
                code, _ = smtp.connect(server.host, server.port)
                if code != 220:
                    raise smtplib.SMTPConnectError(code, "")
                if server.scheme == "smtp":
                    smtp.starttls(context=self._tls)
                if server.user:
                    smtp.login(server.user, server.password)
                yield smtp
                with suppress(smtplib.SMTPException, OSError):
                    smtp.quit()  # it has the e-mail: how it says good-bye does not matter
        finally:
            smtp.close()

    def _message(self, notice: Notice, address: str) -> EmailMessage:
        sender = self._server.sender
        message = EmailMessage(policy=policy.SMTP)
        message["From"] = sender
        message["To"] = address
        message["Subject"] = notice.subject
        message["Date"] = format_datetime(self._wall())
        message["Message-ID"] = f"<{notice.notice_id}@{sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message["X-Registry-Notice"] = notice.kind
        message.set_content(notice.text, charset="utf-8", cte="base64")
        return message


def _of_this_one(code: int) -> Result:
    """5xx: never; what else: not now."""
    return Result.NEVER if code // 100 == 5 else Result.AGAIN
