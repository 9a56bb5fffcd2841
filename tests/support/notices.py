"""Offices that are told: a real mail server and a real receiver of webhooks, each of which can be made to refuse or be away."""

import base64
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import UUID, uuid5

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from consumers.notices.notice import Notice
from deploy.broker.certificates import make_authority, make_node_certificate
from tests.support.ports import free_port

PROVINCE, COUNTY, TOWNSHIP = "460000000000", "469030000000", "469030100000"
SECRET_TEXT = "whsec_" + base64.b64encode(b"a secret of a test, 24 b").decode()
SECRET = b"a secret of a test, 24 b"
PASSWORD = "a password of a test"
AT = datetime(2020, 3, 4, 1, tzinfo=UTC)
_IDS = UUID("7b1d5b54-3f4e-5b6c-9d16-000000000000")


def notice(number: int = 1, recipient: str = TOWNSHIP, at: datetime = AT) -> Notice:
    """A notice that says nothing in particular."""
    text = f"通知第 {number} 号。\n\nNotice no. {number}.\n"
    return Notice(
        uuid5(_IDS, str(number)), "test.told", recipient, f"matter-{number}", f"通知 | Notice {number}", text, {"n": number}, at
    )


@dataclass(frozen=True, slots=True)
class Certified:
    """An authority, and a server's certificate for localhost that it has signed."""

    ca_file: Path
    server: ssl.SSLContext


def certified(folder: Path) -> Certified:
    """New ones in this folder."""
    key, certificate, server = folder / "ca.key", folder / "ca.crt", folder / "server.pem"
    make_authority(key, certificate, datetime.now(UTC))
    make_node_certificate(server, key, certificate, datetime.now(UTC))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server)
    return Certified(certificate, context)


@dataclass
class MailServer:
    """What an aiosmtpd does with what comes: keeps it, unless `refuses` says otherwise for an address or the text "DATA"."""

    port: int
    letters: list[tuple[str, EmailMessage]] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    logins: list[str] = field(default_factory=list)
    then: Callable[[], None] = lambda: None

    async def handle_RCPT(self, _server: Any, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Session, envelope: Envelope) -> str:
        if "DATA" in self.refuses:
            return self.refuses["DATA"]
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters += [(address, letter) for address in envelope.rcpt_tos]
        self.then()
        return "250 OK"

    def authenticate(self, _server: Any, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login.decode())
        right = data.password == PASSWORD.encode()
        return AuthResult(success=right, handled=right)

    def subjects(self) -> list[str]:
        return [str(letter["Subject"]) for _, letter in self.letters]

    def ids(self) -> list[str]:
        """The notices' ids, in the order in which they came."""
        return [str(letter["Message-ID"])[1:37] for _, letter in self.letters]


@contextmanager
def mail_server(tls: ssl.SSLContext | None = None, port: int | None = None, *, start_tls: bool = True) -> Iterator[MailServer]:
    """A server until the block is left. tls: from the start, or with STARTTLS, and then it wants a password too."""
    server = MailServer(port or free_port())
    options: dict[str, Any] = {}
    if tls is not None:
        options = {"ssl_context": tls}
    if tls is not None and start_tls:
        options = {"tls_context": tls, "authenticator": server.authenticate, "auth_required": True}
    controller = Controller(server, hostname="127.0.0.1", port=server.port, **options)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


@dataclass
class Receiver:
    """An office's program: keeps what is posted, and answers with the next of `answers`, 204 where there is none."""

    port: int = 0
    posts: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    redirects_to: str = ""
    scheme: str = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://localhost:{self.port}/told"


@contextmanager
def receiver(tls: ssl.SSLContext | None = None, port: int = 0) -> Iterator[Receiver]:
    """One until the block is left."""
    found = Receiver(scheme="http" if tls is None else "https")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.posts.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(found.answers.pop(0) if found.answers else 204)
            if found.redirects_to:
                self.send_header("Location", found.redirects_to)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    found.port = server.server_port
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def recipients_file(folder: Path, *offices: tuple[str, str, str], rest: str = "") -> Path:
    """A file of recipients: (division, e-mail address or "", webhook or "") each, with a secret beside it."""
    secret = folder / "webhook.secret"
    secret.write_text(SECRET_TEXT)
    secret.chmod(0o600)
    lines = ["private_addresses = true", rest]
    for division, email, url in offices:
        lines.append(f"[recipients.{division}]")
        lines += [f'emails = ["{email}"]'] if email else []
        lines += [f'webhook = "{url}"', 'secret_file = "webhook.secret"'] if url else []
    path = folder / "recipients.toml"
    path.write_text("\n".join([*lines, ""]))
    return path


@contextmanager
def dripping(drop: bytes, *, first: bytes = b"") -> Iterator[int]:
    """A server that says something, and then a little again and again, and never comes to an end; its port."""
    stop = Event()
    server = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        with suppress(OSError):
            connection, _ = server.accept()
            with connection:
                connection.sendall(first)
                while not stop.wait(0.05):
                    connection.sendall(drop)

    thread = Thread(target=drip, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        stop.set()
        server.close()
        thread.join(5)
