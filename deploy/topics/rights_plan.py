"""What has to be done so that each user of the broker may do what its kind may, and nothing else. No I/O.

Users whose name says no kind are none of ours: their entries are left alone, and so are those of users who do not exist.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from schemas.topic_rights import Principal, rights_of

ANYBODY: Final = "User:*"


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One entry of the broker's access list, in Kafka's words. `principal`: `User:<name>`; host `*`: wherever it comes from."""

    principal: str
    resource: str
    name: str
    operation: str
    prefixed: bool = False
    permission: str = "ALLOW"
    host: str = "*"

    @property
    def place(self) -> str:
        """What it is about."""
        return f"{self.resource} {self.name}{'...' if self.prefixed else ''}"


@dataclass(frozen=True, slots=True)
class RightsPlan:
    """give, take: entries to make and to remove; unknown: users, and principals of entries, that are none of ours."""

    give: tuple[Entry, ...]
    take: tuple[Entry, ...]
    unknown: tuple[str, ...]

    @property
    def nothing_to_do(self) -> bool:
        """Whether everybody may what he may."""
        return not self.give and not self.take


def principals_among(users: Iterable[str]) -> list[Principal]:
    """The users whose names say what they are."""
    return sorted(principal for principal in map(Principal.named, users) if principal is not None)


def entries_of(principal: Principal, prefix: str) -> frozenset[Entry]:
    """All entries of a principal. `prefix`: as in `rights_of`."""
    return frozenset(
        Entry(f"User:{principal.name}", right.resource, right.name, right.operation, right.prefixed)
        for right in rights_of(principal, prefix)
    )


def plan_rights(users: Collection[str], there: Collection[Entry], prefix: str) -> RightsPlan:
    """The plan for these users of the broker."""
    principals = principals_among(users)
    names = {f"User:{principal.name}" for principal in principals}
    wanted = {entry for principal in principals for entry in entries_of(principal, prefix)}
    ours = {entry for entry in there if entry.principal in names}
    unknown = {f"User:{user}" for user in users} | {entry.principal for entry in there}
    return RightsPlan(
        give=tuple(sorted(wanted - ours)),
        take=tuple(sorted(ours - wanted)),
        unknown=tuple(sorted(unknown - names)),
    )
