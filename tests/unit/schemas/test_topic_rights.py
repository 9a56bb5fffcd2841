"""Who may do what with each topic: the whole table, written down a second time, so that nothing is given by accident."""

import pytest

from schemas.topic_rights import TEMPLATE_OWNERS, Kind, Principal, PrincipalWrong, Right, own_topics, rights_of
from schemas.topics import TopicSpec, catalogue, live_topics

HOSPITAL, AGENCY = Principal(Kind.HOSPITAL, "H46999900001"), Principal(Kind.AGENCY, "11469999008174419M")
EVERYBODY = [
    *(Principal(kind) for kind in (Kind.RELAY, Kind.PROJECTOR, Kind.FEED, Kind.INTAKE, Kind.DELIVER, Kind.API)),
    Principal(Kind.AUDITOR, "nao"),
    HOSPITAL,
    AGENCY,
]
ALLOWED = {  # w: writes, r: reads, by relay, projector, feed, intake, deliver, api, auditor, hospital, agency
    "household.events": "w r r r - r - - -",
    "person.events": "w r r r - r - - -",
    "reference.events": "w r r r - r - - -",
    "warning.events": "w r r r r r - - -",
    "supervision.events": "w r - - - r - - -",
    "campaign.events": "w r - - - r - - -",
    "household.changes": "- - w - - r - - r",
    "household.register": "- - w - - r - - r",
    "hospital.{institution}.expenses": "- - - r - w - w -",
    "expenses.accepted": "- r - wr - - - - -",
    # The intake's and the API's right to all topics of hospitals takes this one in: it begins with the same word.
    "hospital.expenses.dlq": "- r - wr - wr - - -",
    "registry.positions": "wr r wr wr - r - - -",
    "registry.checkpoints": "w - - - - r r - -",
    "agency.{uscc}.changes": "- - w - - - - - r",
    "supervision.digests": "- - - - - - - - -",
}


def may(principal: Principal, topic: str) -> str:
    held = {r.operation for r in rights_of(principal) if r.resource == "topic" and covers(r, topic)}
    return "".join(letter for operation, letter in (("WRITE", "w"), ("READ", "r")) if operation in held) or "-"


def covers(right: Right, name: str) -> bool:
    return name.startswith(right.name) if right.prefixed else name == right.name


@pytest.mark.parametrize("spec", catalogue(), ids=lambda spec: spec.name)
def test_each_principal_may_do_this_with_each_topic_and_nothing_else(spec: TopicSpec) -> None:
    name = spec.name
    concrete = name.replace("{institution}", HOSPITAL.code).replace("{uscc}", AGENCY.code)
    assert [may(principal, concrete) for principal in EVERYBODY] == ALLOWED[name].split()


def test_the_table_holds_every_topic_and_every_kind() -> None:
    assert set(ALLOWED) == {spec.name for spec in catalogue()}
    assert {principal.kind for principal in EVERYBODY} | {Kind.ADMIN} == set(Kind)
    for spec in catalogue():
        assert {*spec.written_by, *spec.read_by} <= {str(kind) for kind in Kind}


def test_every_topic_in_use_is_written_and_read_by_somebody() -> None:
    assert all(spec.written_by and spec.read_by for spec in live_topics())


@pytest.mark.parametrize(
    ("stranger", "topic"),
    [
        (HOSPITAL, "hospital.H46999900002.expenses"),
        (HOSPITAL, "hospital.H46999900001.expenses2"),
        (AGENCY, "agency.114699990081744190.changes"),
    ],
)
def test_a_stranger_may_do_nothing_with_anothers_topic(stranger: Principal, topic: str) -> None:
    assert may(stranger, topic) == "-"


def ids(principal: Principal, prefix: str = "") -> list[tuple[str, str, str]]:
    return sorted((r.resource, r.name, r.operation) for r in rights_of(principal, prefix) if r.resource != "topic")


def test_processes_join_groups_and_run_transactions_under_names_of_their_own() -> None:
    assert ids(Principal(Kind.RELAY), "hainan.") == [("transactional_id", "hainan.relay", "WRITE")]
    assert ids(Principal(Kind.FEED)) == [("group", "feed", "READ"), ("transactional_id", "feed", "WRITE")]
    assert ids(Principal(Kind.DELIVER)) == [("group", "deliver", "READ")]
    assert ids(Principal(Kind.INTAKE)) == [("group", "intake", "READ"), ("transactional_id", "intake", "WRITE")]
    assert [name for _, name, _ in ids(Principal(Kind.PROJECTOR))] == ["lag", "projector", "rebuild", "status", "verify"]
    assert ids(Principal(Kind.API)) == [("group", name, "READ") for name in ("export", "lag", "status")]


def test_strangers_join_groups_that_begin_with_their_own_name_and_run_no_transactions() -> None:
    assert ids(HOSPITAL, "hainan.") == []
    assert ids(AGENCY, "hainan.") == [("group", "agency-11469999008174419M.", "READ")]
    assert ids(Principal(Kind.AUDITOR, "nao")) == [("group", "auditor-nao.", "READ")]
    assert not [r for p in EVERYBODY for r in rights_of(p) if r.resource == "transactional_id" and not r.name]


def test_the_administrator_is_given_nothing_here() -> None:
    assert rights_of(Principal(Kind.ADMIN)) == frozenset()


def test_a_users_name_says_who_it_is() -> None:
    for principal in [*EVERYBODY, Principal(Kind.ADMIN)]:
        assert Principal.named(principal.name) == principal
    for name in ("relay-1", "relay-", "hospital", "hospital-", "hospital-H4699990001", "agency-x", "somebody", "", "-"):
        assert Principal.named(name) is None


@pytest.mark.parametrize(
    ("kind", "code"),
    [(Kind.HOSPITAL, ""), (Kind.HOSPITAL, "46999900001"), (Kind.AGENCY, "nao"), (Kind.RELAY, "2"), (Kind.AUDITOR, "a.b")],
)
def test_a_code_that_is_none_of_its_kind_is_refused(kind: Kind, code: str) -> None:
    with pytest.raises(PrincipalWrong) as refused:
        Principal(kind, code)
    assert refused.value.code == "E-PRINCIPAL"


def test_a_hospital_and_an_agency_have_a_topic_of_their_own() -> None:
    assert [spec.name for spec in own_topics(HOSPITAL)] == ["hospital.H46999900001.expenses"]
    assert [spec.name for spec in own_topics(AGENCY)] == ["agency.11469999008174419M.changes"]
    assert own_topics(Principal(Kind.RELAY)) == ()
    placeholders = {spec.name.partition("{")[2].partition("}")[0] for spec in catalogue() if spec.is_template}
    assert placeholders == set(TEMPLATE_OWNERS)
