"""The file of recipients: who is told where, how often it is tried, and how old may be what is still told.

All that is wrong with it is said at once, each with the line where it stands.
"""

import re
import ssl
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from consumers.notices.book import Book, Office
from consumers.notices.mail import ADDRESS, ADDRESS_MAX
from consumers.notices.schedule import Schedule
from consumers.notices.webhook import is_webhook_url, read_secrets
from registry.refusal import Refusals, refuse
from registry.vault.key_files import read_key_file
from registry.vault.refusal import KeyRefused
from schemas.division_codes import Level
from schemas.divisions import Divisions

KEYS: Final = ("ca_file", "lapse_after_days", "link", "private_addresses", "recipients", "retry")
OFFICE_KEYS: Final = ("emails", "secret_file", "webhook")
NUMBERS: Final = {"first_s": range(1, 3601), "longest_s": range(1, 86_401), "tries": range(1, 1001)}
DAYS: Final = range(1, 366)
_LEVELS: Final = frozenset({Level.PROVINCE, Level.PREFECTURE, Level.COUNTY, Level.TOWNSHIP})


@dataclass(frozen=True, slots=True)
class Recipients:
    """What the file says. lapse_after: what was caused longer ago when it is first read is not told any more; link: a URL with
    `{about}` in it, or ""; private_addresses: whether webhooks may stand in private networks; ca_file: certificates (PEM) that
    sign those of webhooks, "" for those that the system trusts.
    """

    book: Book
    schedule: Schedule
    lapse_after: timedelta = timedelta(days=7)
    link: str = ""
    private_addresses: bool = False
    ca_file: str = ""


def read_recipients(path: Path, province: str, divisions: Divisions, *, can_mail: bool) -> Recipients:
    """What a file says. can_mail: whether there is a mail server. Raises Refused, with everything that is wrong."""
    try:
        text = path.read_text("utf-8")
        document = tomllib.loads(text)
    except OSError as error:
        refuse("E-NOTICES-FILE", file=str(path), problem=error.strerror or str(error))
    except ValueError as error:  # TOML's, or of bytes that are no UTF-8
        refuse("E-NOTICES-FILE", file=str(path), problem=str(error))
    return _Reading(path, text, divisions).recipients(document, province, can_mail=can_mail)


class _Reading:
    """Of one file."""

    def __init__(self, path: Path, text: str, divisions: Divisions) -> None:
        self._path = path
        self._lines = text.splitlines()
        self._divisions = divisions
        self._refusals = Refusals()

    def recipients(self, document: Mapping[str, Any], province: str, *, can_mail: bool) -> Recipients:
        """All of it. Raises Refused."""
        self._only(document, "", KEYS)
        private = self._typed(document, "private_addresses", bool, "boolean", default=False)
        link = self._link(document, private=private)
        ca_file = self._ca_file(document)
        days = self._number(document, "lapse_after_days", DAYS, 7)
        schedule = self._schedule(self._typed(document, "retry", dict, "table", default={}))
        table = self._typed(document, "recipients", dict, "table", default={})
        offices = dict(self._offices(table, private=private))
        if province not in table:
            self._wrong("E-NOTICES-PROVINCE", ("recipients",), division=province)
        book = Book(offices)
        if book.has_emails and not can_mail:
            self._wrong("E-NOTICES-SMTP", ("emails",))
        self._refusals.raise_any()
        return Recipients(book, schedule, timedelta(days=days), link, private, ca_file)

    def _offices(self, table: Mapping[str, Any], *, private: bool) -> Iterator[tuple[str, Office]]:
        for division, entry in table.items():
            known = self._divisions.get(division)
            if known is None or known.level not in _LEVELS:
                self._wrong("E-NOTICES-DIVISION", (division,), division=division)
            if not isinstance(entry, dict):
                self._wrong("E-NOTICES-FORM", (division,), key=f"recipients.{division}", form="table")
                continue
            self._only(entry, f"recipients.{division}", OFFICE_KEYS, within=(division,))
            if not entry.keys() & {"emails", "webhook"}:
                self._wrong("E-NOTICES-EMPTY", (division,), division=division)
            url = self._url(entry, division, private=private)
            yield division, Office(tuple(self._emails(entry, division)), url, self._secrets(entry, division, url=url))

    def _emails(self, entry: Mapping[str, Any], division: str) -> Iterator[str]:
        key = f"recipients.{division}.emails"
        emails = entry.get("emails", [])
        if not isinstance(emails, list):
            self._wrong("E-NOTICES-FORM", (division, "emails"), key=key, form="array")
            return
        for number, email in enumerate(emails, 1):
            if isinstance(email, str) and len(email) <= ADDRESS_MAX and ADDRESS.fullmatch(email):
                yield email
            else:
                self._wrong("E-NOTICES-EMAIL", (division, "emails", str(email)), key=key, number=number)

    def _url(self, entry: Mapping[str, Any], division: str, *, private: bool) -> str:
        url = entry.get("webhook", "")
        if "webhook" not in entry or (isinstance(url, str) and is_webhook_url(url, private_addresses=private)):
            return str(url)
        self._wrong("E-NOTICES-WEBHOOK", (division, "webhook"), key=f"recipients.{division}.webhook")
        return ""

    def _secrets(self, entry: Mapping[str, Any], division: str, *, url: str) -> tuple[bytes, ...]:
        key, name = f"recipients.{division}.secret_file", entry.get("secret_file")
        if ("webhook" in entry) != ("secret_file" in entry):
            self._wrong("E-NOTICES-SECRET", (division,), key=key, problem="a webhook has a secret, and nothing else has one")
        if "secret_file" not in entry:
            return ()
        if not isinstance(name, str):
            self._wrong("E-NOTICES-FORM", (division, "secret_file"), key=key, form="string")
            return ()
        try:
            return read_secrets(read_key_file(self._path.parent / name))
        except OSError as error:
            problem = error.strerror or str(error)
        except (ValueError, KeyRefused) as error:
            problem = str(error)
        self._wrong("E-NOTICES-SECRET", (division, "secret_file"), key=key, problem=problem)
        return ()

    def _link(self, document: Mapping[str, Any], *, private: bool) -> str:
        link: str = self._typed(document, "link", str, "string", default="")
        if link and not ("{about}" in link and is_webhook_url(link.replace("{about}", "x"), private_addresses=private)):
            self._wrong("E-NOTICES-LINK", ("link",), place="{about}")
        return link

    def _ca_file(self, document: Mapping[str, Any]) -> str:
        name: str = self._typed(document, "ca_file", str, "string", default="")
        if not name:
            return ""
        path = self._path.parent / name
        try:
            ssl.create_default_context(cafile=str(path))
        except OSError as error:  # SSLError is one
            self._wrong("E-NOTICES-CA", ("ca_file",), problem=error.strerror or "no certificate is in it")
        return str(path)

    def _schedule(self, table: Mapping[str, Any]) -> Schedule:
        self._only(table, "retry", tuple(NUMBERS), within=("retry",))
        default = Schedule()
        values = {name: self._number(table, name, NUMBERS[name], getattr(default, name), within=("retry",)) for name in NUMBERS}
        return Schedule(**values)

    def _number(self, table: Mapping[str, Any], name: str, allowed: range, default: int, within: tuple[str, ...] = ()) -> int:
        value = table.get(name, default)
        if isinstance(value, int) and not isinstance(value, bool) and value in allowed:
            return value
        self._wrong("E-NOTICES-NUMBER", (*within, name), key=name, low=allowed[0], high=allowed[-1])
        return default

    def _typed(self, table: Mapping[str, Any], name: str, kind: type, form: str, *, default: Any) -> Any:
        value = table.get(name, default)
        if isinstance(value, kind):
            return value
        self._wrong("E-NOTICES-FORM", (name,), key=name, form=form)
        return default

    def _only(self, table: Mapping[str, Any], place: str, known: tuple[str, ...], within: tuple[str, ...] = ()) -> None:
        for key in table.keys() - set(known):
            name = f"{place}.{key}" if place else key
            self._wrong("E-NOTICES-KEY", (*within, key), key=name, known=", ".join(known))

    def _wrong(self, code: str, where: tuple[str, ...], **params: Any) -> None:
        """Note it, with the line on which the last of these words stands, each looked for after the one before."""
        self._refusals.add(code, at="", file=f"{self._path}:{self._line_of(where)}", **params)

    def _line_of(self, where: tuple[str, ...]) -> int:
        line = 0
        for word in where:
            # A key stands alone, a value anywhere; what is not found leaves the line of what is around it.
            alone = re.compile(rf'(^|[\s."\[{{,]){re.escape(word)}("?\s*[=.\]]|$)')
            found = [n for n in range(line, len(self._lines)) if word in self._code_of(n)]
            line = next((n for n in found if alone.search(self._code_of(n))), found[0] if found else line)
        return line + 1

    def _code_of(self, number: int) -> str:
        """A line without what is a comment from its beginning."""
        text = self._lines[number].strip()
        return "" if text.startswith("#") else text
