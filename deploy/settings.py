"""Every setting in one place. An option on the command line beats the environment, which beats the default."""

import dataclasses
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PREFIX: Final = "REGISTRY_"
MASTER_KEY: Final = "REGISTRY_MASTER_KEY"
LOOKUP_KEY: Final = "REGISTRY_LOOKUP_KEY"
SECRETS: Final = frozenset({MASTER_KEY, LOOKUP_KEY})
"""Keys themselves, in the environment instead of in a file. They are no settings: nothing keeps, shows or passes them on."""

LOG_LEVELS: Final = ("debug", "info", "warning", "error")
_PORTS: Final = range(1, 65536)
_METRICS_PORTS: Final = range(1, 65536 - 15)
"""Where `registry up` starts several processes, each takes the next port."""
_EVERY: Final = range(1, 20_001)  # registry.history.notary's EVERY_MAX, without what it imports
_DATABASE: Final = re.compile(r"sqlite:///.+|postgres(ql)?://.+")
_LOG: Final = re.compile(r"embedded:.+|kafka://[^,/\s]+:\d+(,[^,/\s]+:\d+)*")
KAFKA_CLIENTS: Final = ("python", "confluent")
_SESSIONS_S: Final = range(6, 301)
"""A broker accepts no shorter one, unless it is told to."""
_SMTP: Final = re.compile(r"(smtps|smtp|smtp\+plain)://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>\d{1,5}))?")
_MAILBOX: Final = re.compile(r"[!-?A-~]+@[A-Za-z0-9.-]+")
_URI_REFERENCE: Final = re.compile(r"[!#-;=?-\[\]_a-z~%]+")


class SettingWrong(Exception):
    """E-SETTING: settings have values that cannot be; the message names each variable and its rule."""

    code = "E-SETTING"


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation is put together. Each field is the environment variable REGISTRY_<FIELD>."""

    data: str = "var"
    """Folder of the embedded databases, of the keys and of the locks."""
    store_url: str = ""
    """The event store, with tokens: `sqlite:////path/file` or `postgresql://...`; empty: `registry.db` in `data`."""
    vault_url: str = ""
    """The vault: an address as above; empty: `vault.db` in `data`."""
    views_url: str = ""
    """The read models: `sqlite:////folder` (a file per version) or `postgresql://...`; empty: the folder `views` in `data`."""
    log_url: str = ""
    """The log: `embedded:<file>` or `kafka://<host>:<port>[,<host>:<port>...]`; empty: `log.db` in `data`."""
    kafka_client: str = "python"
    """Which client talks to Kafka: `python` (kafka-python) or `confluent` (confluent-kafka, the extra `fast`)."""
    kafka_ca_file: str = ""
    """Certificates (PEM) that sign the brokers'; empty: no TLS."""
    kafka_user: str = ""
    """User of SCRAM-SHA-512; empty: nobody."""
    kafka_password_file: str = ""
    """The user's password, alone in a file."""
    kafka_prefix: str = ""
    """What the ids of this registry's transactions and consumer groups begin with, where several share a cluster."""
    kafka_session_s: int = 15
    """How many seconds a projector may be silent until its partitions go to others."""
    master_key_file: str = ""
    """The vault's master keys, `<number> <base64 of 32 bytes>` a line; empty: `master.key` in `data`, made on the first start."""
    lookup_key_file: str = ""
    """The vault's lookup key, base64 of 32 bytes; empty: `lookup.key` in `data`, made on the first start."""
    intake_key_file: str = ""
    """Keys that open sealed ID numbers, base64 of 32 bytes a line, newest first; empty: `intake.key` in `data`, made on start."""
    notices_file: str = ""
    """Who is told of what, and where (TOML, `docs/notices.md`); empty: nobody is told of anything."""
    notices_url: str = ""
    """The outbox of notices, an address as above; empty: with the event store in PostgreSQL, or `notices.db` in `data`."""
    smtp_url: str = ""
    """Mail server: `smtps://<host>[:<port>]`, `smtp://` (STARTTLS) or `smtp+plain://` (no TLS, no password); empty: no e-mail."""
    smtp_from: str = ""
    """The address in whose name notices are sent."""
    smtp_user: str = ""
    """User of the mail server; empty: nobody."""
    smtp_password_file: str = ""
    """The user's password, alone in a file."""
    smtp_ca_file: str = ""
    """Certificates (PEM) that sign the mail server's; empty: those that the system trusts."""
    checkpoint_key_file: str = ""
    """Keys that sign checkpoints (PEM, Ed25519; the last signs); empty: `checkpoint.key` in `data`, made on the first start."""
    checkpoint_every: int = 1000
    """Events under one signed checkpoint, at most; the end of a period has one too."""
    policy_files: str = ""
    """Folder of the policy documents that a new installation begins with; empty: those shipped."""
    host: str = "127.0.0.1"
    """Address that the API listens on."""
    port: int = 8000
    """Port that the API listens on."""
    metrics_host: str = "127.0.0.1"
    """Address on which relay and projector serve metrics of their own, without a token: never one that outsiders reach."""
    metrics_port: int = 0
    """Port there, for `/metrics` and `/live`; 0: nowhere. The API's metrics are at `/v1/metrics`."""
    log_level: str = "warning"
    """What the processes tell on standard error: debug, info, warning or error."""
    synthetic_ids: bool = False
    """1 admits ID numbers of the unallocated prefix 469999: for demonstrations and tests."""
    source: str = "/registry/hainan"
    """The registry's URI reference, which every record of the log carries (`ce_source`)."""

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ, **options: object) -> "Settings":
        """Options that are None do not count. Raises SettingWrong with every unknown REGISTRY_ variable and every wrong value."""
        fields = {PREFIX + field.name.upper(): field for field in dataclasses.fields(cls)}
        values: dict[str, object] = {}
        problems = []
        for variable, text in sorted(environment.items()):
            if not variable.startswith(PREFIX) or variable in SECRETS:
                continue
            field = fields.get(variable)
            if field is None:
                problems.append(f"{variable} is no setting; there are {', '.join([*fields, *sorted(SECRETS)])}")
            elif (rule := _broken_form(text, field.type)) is not None:
                problems.append(f"{variable} must be {rule}")
            else:
                values[field.name] = _value(text, field.type)
        settings = cls(**values | {name: value for name, value in options.items() if value is not None})  # type: ignore[arg-type]
        problems += [f"{PREFIX}{name.upper()} must be {rule}" for name, rule in settings._broken_rules()]
        if problems:
            raise SettingWrong("; ".join(problems))
        return settings

    def environment(self) -> dict[str, str]:
        """The same settings as environment variables, for a child process."""
        values = dataclasses.asdict(self)
        return {PREFIX + n.upper(): str(int(v)) if isinstance(v, bool) else str(v) for n, v in values.items()}

    def path(self, name: str) -> Path:
        """A file or folder within the data folder."""
        return Path(self.data) / name

    @property
    def store(self) -> str:
        """URL of the event store's database."""
        return self.store_url or f"sqlite:///{self.path('registry.db').absolute()}"

    @property
    def vault(self) -> str:
        """URL of the vault's database."""
        return self.vault_url or f"sqlite:///{self.path('vault.db').absolute()}"

    @property
    def views(self) -> str:
        """Where the read models are: a folder with a file per view version, or a PostgreSQL URL."""
        return self.views_url or f"sqlite:///{self.path('views').absolute()}"

    @property
    def notices(self) -> str:
        """URL of the outbox's database."""
        beside = self.store_url if self.store_url.startswith("postgres") else ""
        return self.notices_url or beside or f"sqlite:///{self.path('notices.db').absolute()}"

    @property
    def log(self) -> str:
        """URL of the log."""
        return self.log_url or f"embedded:{self.path('log.db').absolute()}"

    def _broken_rules(self) -> Iterator[tuple[str, str]]:
        """(setting, rule) of each value that cannot be."""
        if not self.data:
            yield "data", "the name of a folder"
        for name in ("store_url", "vault_url", "views_url", "notices_url"):
            if (url := getattr(self, name)) and not _DATABASE.fullmatch(url):
                yield name, "sqlite:///<file>, postgresql://<server> or empty"
        if self.log_url and not _LOG.fullmatch(self.log_url):
            yield "log_url", "embedded:<file>, kafka://<host>:<port>[,<host>:<port>...] or empty"
        if self.kafka_client not in KAFKA_CLIENTS:
            yield "kafka_client", f"one of {', '.join(KAFKA_CLIENTS)}"
        if bool(self.kafka_user) != bool(self.kafka_password_file):
            yield "kafka_password_file", "given together with the user, or neither"
        yield from self._broken_mail_rules()
        if self.kafka_session_s not in _SESSIONS_S:
            yield "kafka_session_s", f"from {_SESSIONS_S[0]} to {_SESSIONS_S[-1]}"
        if self.port not in _PORTS:
            yield "port", f"from {_PORTS[0]} to {_PORTS[-1]}"
        if self.metrics_port and self.metrics_port not in _METRICS_PORTS:
            yield "metrics_port", f"0 or from {_METRICS_PORTS[0]} to {_METRICS_PORTS[-1]}"
        if self.checkpoint_every not in _EVERY:
            yield "checkpoint_every", f"from {_EVERY[0]} to {_EVERY[-1]}"
        for name in ("host", "metrics_host"):
            if not getattr(self, name):
                yield name, "an address"
        if self.log_level not in LOG_LEVELS:
            yield "log_level", f"one of {', '.join(LOG_LEVELS)}"
        if not _URI_REFERENCE.fullmatch(self.source):
            yield "source", "a URI reference"

    def _broken_mail_rules(self) -> Iterator[tuple[str, str]]:
        found = _SMTP.fullmatch(self.smtp_url)
        if self.smtp_url and (found is None or int(found["port"] or _PORTS[0]) not in _PORTS):
            yield "smtp_url", "smtps://<host>[:<port>], smtp://..., smtp+plain://... or empty"
        if self.smtp_url and not _MAILBOX.fullmatch(self.smtp_from):
            yield "smtp_from", "an e-mail address"
        if bool(self.smtp_user) != bool(self.smtp_password_file):
            yield "smtp_password_file", "given together with the user, or neither"
        if self.smtp_user and self.smtp_url.startswith("smtp+plain:"):
            yield "smtp_user", "empty without TLS: the password could be read on the way"


def _broken_form(text: str, kind: object) -> str | None:
    """The rule that the text of a value of this type breaks, if any."""
    if kind is int and not (text.isascii() and text.isdecimal()):
        return "a whole number"
    if kind is bool and text not in {"0", "1"}:
        return "0 or 1"
    return None


def _value(text: str, kind: object) -> object:
    if kind is int:
        return int(text)
    return text == "1" if kind is bool else text
