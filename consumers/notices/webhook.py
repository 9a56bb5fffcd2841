"""Sends notices to offices' own programs: an HTTPS request with a signature, as https://www.standardwebhooks.com has it.

Redirects are not followed, and a name that leads into a private network is refused unless the operator allows it: whoever owns a
name outside need not be able to make us talk to what stands inside. The address that was checked is the one connected to.
"""

import base64
import binascii
import hashlib
import hmac
import re
import socket
import ssl
from collections.abc import Callable, Sequence
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv6Address, ip_address
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import orjson

from consumers.notices.cutting import cut_after
from consumers.notices.notice import Notice
from consumers.notices.outcome import SEND_S, Outcome, Result, code_of_trouble

CHANNEL: Final = "WEBHOOK"
ANSWER_S: Final = 20.0
GONE: Final = 410
_SECRET: Final = "whsec_"
_SECRET_BYTES: Final = range(24, 65)
_PORTS: Final = {"https": 443, "http": 80}
_HOST: Final = re.compile(r"[A-Za-z0-9.-]+|[0-9A-Fa-f:.]+")

SecretsOf = Callable[[str, str], Sequence[bytes]]
"""(division, URL) -> the secrets that its office shares with us, the newest first."""


class _PrivateAddress(OSError):
    """The name leads to a private network."""


class WebhookSender:
    """Posts notices. wall: the time of the world, which receivers compare with their own; ca_file: as for e-mail."""

    def __init__(
        self, secrets_of: SecretsOf, wall: Callable[[], datetime], *, private_addresses: bool = False, ca_file: str = ""
    ) -> None:
        self._secrets_of = secrets_of
        self._wall = wall
        self._private = private_addresses
        self._tls = ssl.create_default_context(cafile=ca_file or None)

    def server_of(self, address: str) -> str:
        """The host of a URL."""
        return urlsplit(address).netloc

    def send(self, notice: Notice, address: str) -> Outcome:
        """Post it: 2xx is delivered, 410 is never; whatever else comes is tried again."""
        body = body_of(notice)
        timestamp = int(self._wall().timestamp())
        signature = sign(self._secrets_of(notice.recipient, address), str(notice.notice_id), timestamp, body)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "household-registry",
            "webhook-id": str(notice.notice_id),
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature,
        }
        try:
            status = self._post(urlsplit(address), body, headers)
        except _PrivateAddress:
            return Outcome(Result.AWAY, "PRIVATE-ADDRESS")
        except OSError as error:
            return Outcome(Result.AWAY, code_of_trouble(error))
        except HTTPException:  # what answers there is no HTTP server
            return Outcome(Result.AWAY, "NO-HTTP")
        if status // 100 == 2:
            return Outcome(Result.DELIVERED, f"HTTP-{status}")
        return Outcome(Result.NEVER if status == GONE else Result.AGAIN, f"HTTP-{status}")

    def _post(self, url: SplitResult, body: bytes, headers: dict[str, str]) -> int:
        """The status of the answer, whose body nobody reads. Raises OSError, HTTPException."""
        host, port = url.hostname or "", url.port or _PORTS[url.scheme]
        connection = _Connection(host, port, self._addresses(host, port), self._tls if url.scheme == "https" else None)
        try:
            with cut_after(SEND_S, lambda: connection.sock):
                path = url.path or "/"
                connection.request("POST", f"{path}?{url.query}" if url.query else path, body, headers)
                return connection.getresponse().status
        finally:
            connection.close()

    def _addresses(self, host: str, port: int) -> list[tuple[Any, ...]]:
        """Where the name leads. Raises _PrivateAddress, OSError."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        if not self._private and not all(_is_public(str(address[0])) for *_, address in found):
            raise _PrivateAddress
        return found


class _Connection(HTTPConnection):
    """To addresses that were looked up and checked before, in the name of the host."""

    def __init__(self, host: str, port: int, addresses: Sequence[tuple[Any, ...]], tls: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=ANSWER_S)
        self.default_port = _PORTS["http" if tls is None else "https"]
        self._addresses = addresses
        self._tls = tls

    def connect(self) -> None:
        """The first address that answers. Raises OSError."""
        failure = OSError("no address")
        for family, kind, protocol, _, address in self._addresses:
            self.sock = socket.socket(family, kind, protocol)
            try:
                self.sock.settimeout(ANSWER_S)
                self.sock.connect(address)
                break
            except OSError as error:
                failure = error
                self.close()
        else:
            raise failure
        if self._tls is not None:
            self.sock = self._tls.wrap_socket(self.sock, server_hostname=self.host)


def body_of(notice: Notice) -> bytes:
    """What is posted: the same bytes each time."""
    data = {
        **notice.facts,
        "about": notice.about,
        "recipient": notice.recipient,
        "subject": notice.subject,
        "text": notice.text,
    }
    return orjson.dumps({"type": notice.kind, "timestamp": notice.caused_at, "data": data}, option=orjson.OPT_UTC_Z)


def sign(secrets: Sequence[bytes], message_id: str, timestamp: int, body: bytes) -> str:
    """The signatures of a message, one for each secret: while a secret is changed, both fit."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    digests = [hmac.new(secret, signed, hashlib.sha256).digest() for secret in secrets]
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)


def read_secrets(text: str) -> tuple[bytes, ...]:
    """The secrets of a file, one a line: `whsec_` and base64 of 24 to 64 bytes. Raises ValueError, which repeats none."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise ValueError("there is no secret in it")
    return tuple(map(_secret, lines))


def is_webhook_url(text: str, *, private_addresses: bool) -> bool:
    """Whether it is an https URL without a user, a password or a fragment; http too where private addresses are allowed."""
    schemes = ("https", "http") if private_addresses else ("https",)
    try:
        url = urlsplit(text)
        plain = url.username is None and url.password is None and not url.fragment and url.port != 0
    except ValueError:
        return False
    printable = text.isascii() and text.isprintable() and " " not in text
    return printable and plain and url.scheme in schemes and bool(_HOST.fullmatch(url.hostname or ""))


def _secret(line: str) -> bytes:
    try:
        secret = base64.b64decode(line.removeprefix(_SECRET), validate=True)
    except binascii.Error:
        raise ValueError("a line is not base64") from None
    if not line.startswith(_SECRET) or len(secret) not in _SECRET_BYTES:
        raise ValueError(f"a line is not {_SECRET} and base64 of {_SECRET_BYTES[0]} to {_SECRET_BYTES[-1]} bytes")
    return secret


def _is_public(text: str) -> bool:
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_global and not address.is_multicast
