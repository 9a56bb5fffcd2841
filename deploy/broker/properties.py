"""A node's configuration, from its place in the cluster."""

from deploy.broker.layout import HOST, Cluster, Node
from deploy.broker.security import secure_values

INTERNAL_PARTITIONS = 4
"""Partitions of the internal topics: Kafka's own default of 50 makes a start on one machine slow."""


def server_properties(cluster: Cluster, node: Node) -> str:
    """The node's `server.properties`."""
    replicas = min(len(cluster.nodes), 3)
    in_sync = max(replicas - 1, 1)
    values: dict[str, object] = {
        "process.roles": "broker,controller",
        "node.id": node.number,
        "controller.quorum.bootstrap.servers": cluster.controllers,
        "controller.listener.names": "CONTROLLER",
        "log.dirs": cluster.node_folder(node) / "data",
        "default.replication.factor": replicas,
        "min.insync.replicas": in_sync,
        "offsets.topic.replication.factor": replicas,
        "offsets.topic.num.partitions": INTERNAL_PARTITIONS,
        "transaction.state.log.replication.factor": replicas,
        "transaction.state.log.min.isr": in_sync,
        "transaction.state.log.num.partitions": INTERNAL_PARTITIONS,
        "group.initial.rebalance.delay.ms": 0,
        # A topic that nobody declared is a mistake, not a topic.
        "auto.create.topics.enable": "false",
        "log.retention.ms": -1,
        "log.retention.bytes": -1,
        **(secure_values(cluster, node) if cluster.secure else _open_values(node)),
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())


def _open_values(node: Node) -> dict[str, object]:
    """Whoever reaches the loopback address is let in."""
    return {
        "listeners": f"PLAINTEXT://{HOST}:{node.port},CONTROLLER://{HOST}:{node.controller_port}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{node.port},CONTROLLER://{HOST}:{node.controller_port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "PLAINTEXT",
    }


LOGGING = """<?xml version="1.0" encoding="UTF-8"?>
<Configuration>
  <Appenders>
    <RollingFile name="file" fileName="${sys:registry.broker.log}" filePattern="${sys:registry.broker.log}.%i">
      <PatternLayout pattern="%d{ISO8601} %p %c{1}: %m%n"/>
      <SizeBasedTriggeringPolicy size="10 MB"/>
      <DefaultRolloverStrategy max="3"/>
    </RollingFile>
  </Appenders>
  <Loggers><Root level="INFO"><AppenderRef ref="file"/></Root></Loggers>
</Configuration>
"""
