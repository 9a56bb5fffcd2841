"""Notices in this installation: the file of recipients, the mail server, the outbox, and who makes notices of which topic."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from consumers.notices import mail, webhook
from consumers.notices.early_warnings import TOPIC, EarlyWarningNotices
from consumers.notices.gathering import Gathering
from consumers.notices.mail import MailSender, MailServer
from consumers.notices.outcome import Sender
from consumers.notices.recipients import Recipients, read_recipients
from consumers.notices.webhook import WebhookSender
from deploy.clocks import SystemClock
from deploy.composition.write_side import PROVINCE, open_events, require_store
from deploy.settings import Settings, SettingWrong
from registry.application.reference_shelf import ReferenceShelf
from schemas.catalogue import registry_catalogue
from schemas.clock import Clock
from schemas.divisions import Divisions

TOPICS: Final = (TOPIC,)
"""What notices are made of."""


@contextmanager
def opened_divisions(settings: Settings, clock: Clock) -> Iterator[Callable[[], Divisions]]:
    """The tree of divisions as it is now. Raises StoreMissing, StoreUnavailable."""
    require_store(settings)
    store = open_events(settings, clock)
    try:
        yield ReferenceShelf(store.events_of_types, time.monotonic).divisions
    finally:
        store.close()


def recipients(settings: Settings, divisions: Divisions) -> Recipients:
    """What the file of recipients says. Raises Refused with all that is wrong with it; SettingWrong where there is none."""
    if not settings.notices_file:
        raise SettingWrong("REGISTRY_NOTICES_FILE must be the file of recipients: docs/notices.md")
    return read_recipients(Path(settings.notices_file), PROVINCE, divisions, can_mail=bool(settings.smtp_url))


def senders(settings: Settings, known: Recipients) -> Mapping[str, Sender]:
    """A sender for each channel that can be used. Raises SettingWrong."""
    wall = SystemClock().now
    book = known.book
    found: dict[str, Sender] = {
        webhook.CHANNEL: WebhookSender(book.secrets_of, wall, private_addresses=known.private_addresses, ca_file=known.ca_file)
    }
    if settings.smtp_url:
        try:
            found[mail.CHANNEL] = MailSender(_mail_server(settings), wall)
        except OSError as error:
            raise SettingWrong(f"REGISTRY_SMTP_CA_FILE must be a file of certificates: {error.strerror or error}") from None
    return found


def gathering(engine: Engine, known: Recipients, divisions: Callable[[], Divisions], clock: Clock) -> Gathering:
    """What takes the log in, on the outbox."""
    source = EarlyWarningNotices(registry_catalogue(), divisions, known.link)
    return Gathering(engine, source, known.book.destinations_of, clock, known.lapse_after)


def _mail_server(settings: Settings) -> MailServer:
    password = ""
    if settings.smtp_password_file:
        try:
            password = Path(settings.smtp_password_file).read_text("utf-8").strip()
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no text"
            raise SettingWrong(f"REGISTRY_SMTP_PASSWORD_FILE must be a file that can be read: {reason}") from None
    return MailServer.at(settings.smtp_url, settings.smtp_from, settings.smtp_user, password, settings.smtp_ca_file)
