"""A secure cluster: who is let in, by which door, and who may do everything.

Clients come by TLS with a name and a password (SCRAM, which sends no password), and may do what their rights say. Nodes know each
other by their certificates, on ports of their own, the controllers' too: these doors have to be shut as well, since on a machine
that others use a loopback address keeps nobody out, and whoever passes for a node may do everything.
"""

from pathlib import Path
from typing import Final

from deploy.broker.certificates import NODE_NAME, make_authority, make_node_certificate
from deploy.broker.layout import HOST, INTERNAL_OFFSET, Cluster, Node
from deploy.broker.secrets import new_password, read_secret, replace_secret
from deploy.clocks import SystemClock
from registry.log.kafka_address import MECHANISM, KafkaAddress
from schemas.topic_rights import Kind, Principal

ADMIN: Final = Principal(Kind.ADMIN).name


def make_secure(cluster: Cluster) -> None:
    """Make what a secure cluster needs before its nodes start: certificates, and the administrator's password. Again: renew."""
    now = SystemClock().now()
    make_authority(cluster.authority_key_file, cluster.authority_file, now)
    for node in cluster.nodes:
        make_node_certificate(cluster.keystore(node), cluster.authority_key_file, cluster.authority_file, now)
    if not cluster.password_file(ADMIN).exists():
        replace_secret(cluster.password_file(ADMIN), new_password())


def first_user(cluster: Cluster) -> str:
    """The administrator, as the tool that formats a node's storage wants to be told of him."""
    return f"--add-scram\n{MECHANISM}=[name={ADMIN},password={read_secret(cluster.password_file(ADMIN)).strip()}]\n"


def address_of(cluster: Cluster, user: str = ADMIN) -> KafkaAddress:
    """How a user reaches the cluster; of an open one, anybody. Raises BrokerProblem where the user's password is not here."""
    return _address(cluster, user, cluster.password_file(user))


def admin_addresses(cluster: Cluster) -> list[KafkaAddress]:
    """How the administrator reaches it: by his password, or by the next one if a change of it was broken off."""
    next_file = cluster.next_password_file(ADMIN)
    return [address_of(cluster), *([_address(cluster, ADMIN, next_file)] if next_file.exists() else [])]


def _address(cluster: Cluster, user: str, password_file: Path) -> KafkaAddress:
    if not cluster.secure:
        return KafkaAddress(cluster.bootstrap)
    return KafkaAddress(cluster.bootstrap, str(cluster.authority_file), user, read_secret(password_file).strip())


def secure_values(cluster: Cluster, node: Node) -> dict[str, object]:
    """What a secure node's `server.properties` says of all this. No secret is in it."""
    doors = (("CLIENTS", node.port), ("INTERNAL", node.port + INTERNAL_OFFSET), ("CONTROLLER", node.controller_port))
    listeners = ",".join(f"{name}://{HOST}:{port}" for name, port in doors)
    return {
        "listeners": listeners,
        "advertised.listeners": listeners,
        "listener.security.protocol.map": "CLIENTS:SASL_SSL,INTERNAL:SSL,CONTROLLER:SSL",
        "inter.broker.listener.name": "INTERNAL",
        "sasl.enabled.mechanisms": MECHANISM,
        f"listener.name.clients.{MECHANISM.lower()}.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        ),
        "listener.name.internal.ssl.client.auth": "required",
        "listener.name.controller.ssl.client.auth": "required",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": cluster.keystore(node),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": cluster.authority_file,
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "false",
        "super.users": f"User:CN={NODE_NAME};User:{ADMIN}",
    }
