"""Who may write and read which topic: the one place that says it, for a broker that knows principals.

The topics name the kinds of principals that write and read them (`topics.toml`); here are the principals, and the ids under which
they join groups and run transactions. What is not given here is refused. No I/O.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from schemas.topics import TopicSpec, catalogue


class Kind(StrEnum):
    """What a principal is. The first seven are processes of the registry."""

    RELAY = "relay"
    PROJECTOR = "projector"
    FEED = "feed"
    INTAKE = "intake"
    DELIVER = "deliver"
    API = "api"
    ADMIN = "admin"
    AUDITOR = "auditor"
    HOSPITAL = "hospital"
    AGENCY = "agency"


CODES: Final = {
    Kind.HOSPITAL: re.compile(r"H[0-9]{11}"),
    Kind.AGENCY: re.compile(r"[0-9A-HJ-NP-RTUW-Y]{18}"),
    Kind.AUDITOR: re.compile(r"[a-z0-9]{1,32}"),
}
"""Kinds of which there are many, and what tells those of a kind apart: a hospital's code with the insurance, an agency's unified
social credit code, an auditor's short name."""

TEMPLATE_OWNERS: Final = {"institution": Kind.HOSPITAL, "uscc": Kind.AGENCY}
"""The value that makes a template's topic -> whose own it is."""

GROUPS: Final = {
    Kind.PROJECTOR: ("projector", "rebuild", "verify", "lag", "status"),
    Kind.FEED: ("feed",),
    Kind.INTAKE: ("intake",),
    Kind.DELIVER: ("deliver",),
    Kind.API: ("lag", "status", "export"),
}
"""What the names of the groups of our own processes begin with."""

TRANSACTIONAL: Final = frozenset({Kind.RELAY, Kind.FEED, Kind.INTAKE})
"""Kinds that write in transactions; the ids of these begin with the kind's name."""


class PrincipalWrong(ValueError):
    """E-PRINCIPAL: there is no such kind of principal, or the code is not one of its kind."""

    code = "E-PRINCIPAL"


@dataclass(frozen=True, slots=True, order=True)
class Principal:
    """A user of the broker. `code` tells those of a kind apart; the registry's own processes have none."""

    kind: Kind
    code: str = ""

    def __post_init__(self) -> None:
        """Raises PrincipalWrong."""
        form = CODES.get(self.kind)
        if form is None and self.code:
            raise PrincipalWrong(f"there is one {self.kind}, without a code")
        if form is not None and not form.fullmatch(self.code):
            raise PrincipalWrong(f"a code of the kind {self.kind} is {form.pattern}, not {self.code!r}")

    @property
    def name(self) -> str:
        """The user's name on the broker."""
        return f"{self.kind}-{self.code}" if self.code else str(self.kind)

    @classmethod
    def named(cls, user: str) -> "Principal | None":
        """The principal of this user's name; None where it is nobody that we know."""
        kind, _, code = user.partition("-")
        try:
            principal = cls(Kind(kind), code)
        except ValueError:
            return None
        return principal if principal.name == user else None


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """One thing that a principal may do. `prefixed`: with everything whose name begins so.

    WRITE and READ of a topic include looking its partitions up. READ of a group is to join it, WRITE of a
    transactional id to use it.
    """

    resource: Literal["topic", "group", "transactional_id"]
    name: str
    operation: Literal["READ", "WRITE"]
    prefixed: bool = False


def rights_of(principal: Principal, prefix: str = "") -> frozenset[Right]:
    """All that a principal may do. `prefix`: what the ids of our own processes begin with, as in the setting kafka_prefix.

    The administrator has no rights of this kind: the broker lets him do everything.
    """
    if principal.kind is Kind.ADMIN:
        return frozenset()
    return frozenset([*_topics(principal), *_ids(principal, prefix)])


def own_topics(principal: Principal) -> tuple[TopicSpec, ...]:
    """The topics that are made for this principal."""
    return tuple(spec.of(principal.code) for spec in catalogue() if _owner(spec) is principal.kind)


def _topics(principal: Principal) -> Iterator[Right]:
    for spec in catalogue():
        # Others than its owner have to do with all topics of a template.
        own = _owner(spec) is principal.kind
        name = spec.of(principal.code).name if own else spec.stem
        prefixed = spec.is_template and not own
        if principal.kind in spec.written_by:
            yield Right("topic", name, "WRITE", prefixed)
        if principal.kind in spec.read_by:
            yield Right("topic", name, "READ", prefixed)


def _ids(principal: Principal, prefix: str) -> Iterator[Right]:
    for group in GROUPS.get(principal.kind, ()):
        yield Right("group", prefix + group, "READ", prefixed=True)
    if principal.kind in TRANSACTIONAL:
        yield Right("transactional_id", prefix + principal.kind, "WRITE", prefixed=True)
    if principal.kind in (Kind.AGENCY, Kind.AUDITOR):
        yield Right("group", f"{principal.name}.", "READ", prefixed=True)


def _owner(spec: TopicSpec) -> Kind | None:
    return TEMPLATE_OWNERS[spec.name.partition("{")[2].partition("}")[0]] if spec.is_template else None
