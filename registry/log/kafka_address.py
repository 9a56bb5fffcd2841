"""How a Kafka cluster is reached, for whichever client: addresses, certificates, user."""

from dataclasses import dataclass, field
from typing import Any, Final

POSITIONS: Final = "registry.positions"
"""The compacted topic of marks, one partition."""
MECHANISM: Final = "SCRAM-SHA-512"


@dataclass(frozen=True, slots=True)
class KafkaAddress:
    """A cluster, as one principal reaches it.

    bootstrap: host:port, several with commas; ca_file: certificates that sign the brokers' (TLS, where given); user, password: of
    SCRAM, where given; prefix: what the ids of transactions and groups begin with, so that registers can share a cluster;
    positions: the topic of marks; answer_s: how long it may take to answer the first question.
    """

    bootstrap: str
    ca_file: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    prefix: str = ""
    positions: str = POSITIONS
    answer_s: float = 10.0

    @property
    def protocol(self) -> str:
        """What Kafka calls the security of a connection."""
        return ("SASL_" if self.user else "") + ("SSL" if self.ca_file else "PLAINTEXT")

    @property
    def answer_ms(self) -> int:
        """`answer_s` in milliseconds."""
        return int(self.answer_s * 1000)

    def python_options(self) -> dict[str, Any]:
        """What every client of kafka-python is given."""
        options: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap.split(","),
            "security_protocol": self.protocol,
        }
        if self.ca_file:
            options["ssl_cafile"] = self.ca_file
        if self.user:
            options |= {
                "sasl_mechanism": MECHANISM,
                "sasl_plain_username": self.user,
                "sasl_plain_password": self.password,
            }
        return options

    def confluent_options(self) -> dict[str, Any]:
        """What every client of confluent-kafka is given."""
        options = {"bootstrap.servers": self.bootstrap, "security.protocol": self.protocol}
        if self.ca_file:
            options["ssl.ca.location"] = self.ca_file
        if self.user:
            options |= {"sasl.mechanism": MECHANISM, "sasl.username": self.user, "sasl.password": self.password}
        return options

    def hint(self, reason: str) -> str:
        """What else may be behind a client's words: Kafka hangs up on a wrong password without saying why."""
        return f"{reason} (or the user's name or password is wrong)" if self.user and "bootstrap" in reason.lower() else reason
