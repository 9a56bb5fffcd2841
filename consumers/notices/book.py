"""Where offices are reached: by e-mail, by a webhook, or both. An office that is not in the book is reached where the next one
above it is, so that everything reaches somebody.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from consumers.notices import mail, webhook
from consumers.notices.outbox import Destination
from schemas.division_codes import parent_code


@dataclass(frozen=True, slots=True)
class Office:
    """How one office is reached. url: "" where it has no webhook; secrets: of the webhook, the newest first."""

    emails: tuple[str, ...] = ()
    url: str = ""
    secrets: tuple[bytes, ...] = ()

    @property
    def destinations(self) -> tuple[Destination, ...]:
        """Each mailbox, and the webhook."""
        hook = ((webhook.CHANNEL, self.url),) if self.url else ()
        return (*((mail.CHANNEL, email) for email in self.emails), *hook)


@dataclass(frozen=True, slots=True)
class Book:
    """The offices by division, 12 digits. The province is one of them."""

    offices: Mapping[str, Office]

    def office_for(self, division: str) -> tuple[str, Office]:
        """The office of a division, or of the nearest above that has one; with the division whose it is."""
        place: str | None = division
        while place is not None:
            office = self.offices.get(place)
            if office is not None:
                return place, office
            place = parent_code(place)
        raise LookupError(f"nobody is reached for the division {division}")

    def destinations_of(self, division: str) -> tuple[Destination, ...]:
        """Where a division's office is reached."""
        return self.office_for(division)[1].destinations

    def still_at(self, division: str, channel: str, address: str) -> bool:
        """Whether a division's office is reached there."""
        return (channel, address) in self.destinations_of(division)

    def secrets_of(self, division: str, url: str) -> tuple[bytes, ...]:
        """The secrets of an office's webhook."""
        _, office = self.office_for(division)
        return office.secrets if office.url == url else ()

    @property
    def has_emails(self) -> bool:
        """Whether anybody is reached by e-mail."""
        return any(office.emails for office in self.offices.values())
