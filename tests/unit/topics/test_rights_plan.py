"""What is planned for rights: each user gets exactly its own, and who is none of ours is left alone."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from deploy.topics.rights_plan import ANYBODY, Entry, entries_of, plan_rights
from schemas.topic_rights import Kind, Principal

HOSPITAL = Principal(Kind.HOSPITAL, "H46999900001")
RELAY = Principal(Kind.RELAY)
USERS = [principal.name for principal in (HOSPITAL, RELAY, Principal(Kind.FEED), Principal(Kind.ADMIN))]
WRITE_OWN = Entry("User:hospital-H46999900001", "topic", "hospital.H46999900001.expenses", "WRITE")


def test_a_new_user_gets_all_of_its_rights() -> None:
    plan = plan_rights([HOSPITAL.name], [], "")
    assert plan.give == (WRITE_OWN,)
    assert (plan.take, plan.unknown) == ((), ())


def test_what_a_user_of_ours_has_beyond_its_rights_is_taken() -> None:
    beyond = [
        replace(WRITE_OWN, operation="READ"),
        replace(WRITE_OWN, prefixed=True),
        replace(WRITE_OWN, host="10.0.0.1"),
        replace(WRITE_OWN, permission="DENY"),
        replace(WRITE_OWN, resource="cluster", name="kafka-cluster", operation="ALL"),
    ]
    plan = plan_rights([HOSPITAL.name], [WRITE_OWN, *beyond], "")
    assert not plan.give
    assert plan.take == tuple(sorted(beyond))


def test_strangers_are_listed_and_left_alone() -> None:
    theirs = [replace(WRITE_OWN, principal=p) for p in (ANYBODY, "User:etl", "User:hospital-H46999900009")]
    plan = plan_rights([HOSPITAL.name, "reporting"], [WRITE_OWN, *theirs], "")
    assert plan.nothing_to_do
    assert plan.unknown == ("User:*", "User:etl", "User:hospital-H46999900009", "User:reporting")


def test_another_prefix_moves_the_ids_of_our_processes_only() -> None:
    before, now = entries_of(RELAY, ""), entries_of(RELAY, "b.")
    plan = plan_rights([RELAY.name, HOSPITAL.name], [*before, WRITE_OWN], "b.")
    assert [entry.name for entry in plan.give] == ["b.relay"]
    assert [entry.name for entry in plan.take] == ["relay"]
    assert set(plan.give) | (before - set(plan.take)) == now


entries = st.builds(
    Entry,
    st.sampled_from([f"User:{name}" for name in USERS] + [ANYBODY, "User:etl"]),
    st.sampled_from(["topic", "group", "cluster"]),
    st.sampled_from(["household.events", "hospital.H46999900001.expenses", "*"]),
    st.sampled_from(["READ", "WRITE", "ALL"]),
    st.booleans(),
    st.sampled_from(["ALLOW", "DENY"]),
)


@given(st.sets(entries), st.lists(st.sampled_from(USERS), unique=True))
def test_after_the_plan_each_user_has_exactly_its_rights_and_others_theirs(there: set[Entry], users: list[str]) -> None:
    plan = plan_rights(users, there, "x.")
    then = (there - set(plan.take)) | set(plan.give)
    assert plan_rights(users, then, "x.").nothing_to_do
    for user in users:
        principal = Principal.named(user)
        assert principal is not None
        assert {entry for entry in then if entry.principal == f"User:{user}"} == entries_of(principal, "x.")
    ours = {f"User:{user}" for user in users}
    assert {e for e in then if e.principal not in ours} == {e for e in there if e.principal not in ours}
