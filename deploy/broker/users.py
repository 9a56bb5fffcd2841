"""The users of a secure cluster: each has a password, in a file for its owner to carry away, and the rights of its kind.

A password is written down before the cluster learns of it: whenever we are stopped, one of the two files opens the door.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from deploy.broker.errors import BrokerProblem
from deploy.broker.layout import Cluster
from deploy.broker.secrets import new_password, replace_secret
from deploy.broker.security import ADMIN, admin_addresses
from deploy.topics.applying import carry_out, plan
from deploy.topics.kafka_admin import KafkaAdmin
from schemas.log_errors import LogUnavailable
from schemas.topic_rights import CODES, Kind, Principal

OWN: Final = tuple(Principal(kind) for kind in Kind if kind not in CODES and kind is not Kind.ADMIN)
"""The registry's own processes: every secure cluster has them."""


@contextmanager
def opened_admin(cluster: Cluster) -> Iterator[KafkaAdmin]:
    """The cluster as its administrator; let go of when the block is left. Raises BrokerProblem, LogUnavailable."""
    if not cluster.secure:
        raise BrokerProblem(f"the broker in {cluster.folder} knows no users: registry broker start --secure --dir <another>")
    admin = _open(cluster)
    try:
        yield admin
    finally:
        admin.close()


def add_user(cluster: Cluster, admin: KafkaAdmin, principal: Principal, prefix: str) -> Path:
    """A new user with its rights, and its own topic where it has one; where its password is. Raises BrokerProblem."""
    if principal.name in admin.users():
        raise BrokerProblem(f"there is a user {principal.name}: registry broker user rotate {principal.name}")
    file = _give_password(cluster, admin, principal.name)
    whole = plan(admin, prefix)
    assert whole.rights is not None
    mine = f"User:{principal.name}"
    own = tuple(topic for topic in whole.topics.create if principal.code and principal.code in topic.name)
    rights = replace(whole.rights, give=tuple(entry for entry in whole.rights.give if entry.principal == mine), take=())
    carry_out(admin, replace(whole, topics=replace(whole.topics, create=own, change=()), rights=rights))
    return file


def rotate_password(cluster: Cluster, admin: KafkaAdmin, user: str) -> Path:
    """Another password for a user; where it is. Who is connected stays so, who comes again needs the new one."""
    _check_known(admin, user)
    return _give_password(cluster, admin, user)


def remove_user(cluster: Cluster, admin: KafkaAdmin, user: str) -> None:
    """Nobody may do anything as this user any more, connected or not. Topics stay. Raises BrokerProblem."""
    if user == ADMIN:
        raise BrokerProblem("without its administrator a cluster cannot be cared for")
    _check_known(admin, user)
    admin.take([entry for entry in admin.entries() or () if entry.principal == f"User:{user}"])
    admin.remove_user(user)
    cluster.password_file(user).unlink(missing_ok=True)


def make_own_users(cluster: Cluster, prefix: str) -> None:
    """The registry's own processes, as far as the cluster does not know them."""
    with opened_admin(cluster) as admin:
        known = admin.users()
        for principal in OWN:
            if principal.name not in known:
                add_user(cluster, admin, principal, prefix)


def _check_known(admin: KafkaAdmin, user: str) -> None:
    if user not in admin.users():
        raise BrokerProblem(f"there is no user {user}")


def _give_password(cluster: Cluster, admin: KafkaAdmin, user: str) -> Path:
    file, next_file = cluster.password_file(user), cluster.next_password_file(user)
    password = new_password()
    replace_secret(next_file, password)
    admin.set_password(user, password)
    os.replace(next_file, file)
    return file


def _open(cluster: Cluster) -> KafkaAdmin:
    address, *next_one = admin_addresses(cluster)
    try:
        return KafkaAdmin(address)
    except LogUnavailable:
        if not next_one:
            raise
    admin = KafkaAdmin(next_one[0])
    os.replace(cluster.next_password_file(ADMIN), cluster.password_file(ADMIN))
    return admin
