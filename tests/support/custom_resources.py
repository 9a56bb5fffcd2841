"""Custom resources of Strimzi and CloudNativePG as far as we use them: our own schemas, closed, so that a slip of the pen shows.

Their operators' own schemas are in their own repositories, which no package registry carries: these were written down by hand for
Strimzi 0.47 (`kafka.strimzi.io/v1beta2`) and CloudNativePG 1.27 (`postgresql.cnpg.io/v1`), and not compared with those.
"""

from collections.abc import Mapping
from typing import Any, Final

Schema = dict[str, Any]
TEXT: Final[Schema] = {"type": "string", "minLength": 1}
COUNT: Final[Schema] = {"type": "integer", "minimum": 1}
FLAG: Final[Schema] = {"type": "boolean"}
SIZE: Final[Schema] = {"type": "string", "pattern": r"^\d+(Mi|Gi|Ti)$"}
QUANTITIES: Final[Schema] = {"type": "object", "additionalProperties": {"type": "string", "pattern": r"^\d+(m|Mi|Gi)?$"}}


def record(required: tuple[str, ...] = (), **fields: Schema) -> Schema:
    """An object with these fields and no others."""
    return {"type": "object", "properties": fields, "required": list(required), "additionalProperties": False}


def one_of(*values: str) -> Schema:
    """One of these words."""
    return {"enum": list(values)}


def listed(item: Schema) -> Schema:
    """A list that is not empty."""
    return {"type": "array", "items": item, "minItems": 1}


RESOURCES: Final = record(requests=QUANTITIES, limits=QUANTITIES)
SCRAM: Final = record(("type",), type=one_of("scram-sha-512", "tls"))
OPERATION: Final = one_of(
    *("Read", "Write", "Create", "Delete", "Alter", "Describe", "ClusterAction", "AlterConfigs", "DescribeConfigs"),
    *("IdempotentWrite", "All"),
)
ACL: Final = record(
    ("resource", "operations"),
    resource=record(
        ("type",), type=one_of("topic", "group", "cluster", "transactionalId"), name=TEXT, patternType=one_of("literal", "prefix")
    ),
    operations=listed(OPERATION),
    host=TEXT,
)
SYNCHRONOUS: Final = record(
    ("method", "number"), method=one_of("any", "first"), number=COUNT, dataDurability=one_of("required", "preferred")
)

SPECS: Final[Mapping[tuple[str, str], Schema]] = {
    ("kafka.strimzi.io/v1beta2", "Kafka"): record(
        ("kafka",),
        kafka=record(
            ("listeners",),
            listeners=listed(
                record(
                    ("name", "port", "type", "tls"),
                    name={"type": "string", "pattern": "^[a-z0-9]{1,11}$"},
                    port={"type": "integer", "minimum": 9092},
                    type=one_of("internal", "route", "loadbalancer", "nodeport", "ingress", "cluster-ip"),
                    tls=FLAG,
                    authentication=SCRAM,
                )
            ),
            authorization=record(("type",), type=one_of("simple"), superUsers=listed(TEXT)),
            config={"type": "object"},
        ),
        entityOperator=record(userOperator=record(), topicOperator=record()),
    ),
    ("kafka.strimzi.io/v1beta2", "KafkaNodePool"): record(
        ("replicas", "roles", "storage"),
        replicas=COUNT,
        roles=listed(one_of("controller", "broker")),
        storage=record(
            ("type", "volumes"),
            type=one_of("jbod"),
            volumes=listed(
                record(
                    ("id", "type", "size"),
                    id={"type": "integer", "minimum": 0},
                    type=one_of("persistent-claim", "ephemeral"),
                    size=SIZE,
                    deleteClaim=FLAG,
                    kraftMetadata=one_of("shared"),
                    **{"class": TEXT},
                )
            ),
        ),
        resources=RESOURCES,
    ),
    ("kafka.strimzi.io/v1beta2", "KafkaUser"): record(
        ("authentication",),
        authentication=SCRAM,
        authorization=record(("type", "acls"), type=one_of("simple"), acls=listed(ACL)),
    ),
    ("postgresql.cnpg.io/v1", "Cluster"): record(
        ("instances", "storage"),
        instances=COUNT,
        imageName=TEXT,
        primaryUpdateStrategy=one_of("unsupervised", "supervised"),
        bootstrap=record(initdb=record(("database", "owner"), database=TEXT, owner=TEXT)),
        storage=record(("size",), size=SIZE, storageClass=TEXT),
        postgresql=record(parameters={"type": "object", "additionalProperties": TEXT}, synchronous=SYNCHRONOUS),
        resources=RESOURCES,
        monitoring=record(enablePodMonitor=FLAG),
    ),
}
