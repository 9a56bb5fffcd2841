"""Every setting in one place. An option on the command line beats the environment, which beats the default."""

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PREFIX = "REGISTRY_"


class SettingWrong(Exception):
    """E-SETTING: a setting has a value that cannot be; the message names the variable and the rule."""

    code = "E-SETTING"


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation is put together. Each field is the environment variable REGISTRY_<FIELD>.

    data: folder of the embedded databases; store_url, vault_url, views_url: sqlite:///... or postgresql://..., empty for a file
    in `data`; log_url: embedded:<file>, empty for a file in `data`; master_key_file and lookup_key_file: 32 bytes each, made on
    the first start if they are in `data`; policy_files: folder of policy documents, empty for those shipped; synthetic_ids: 1
    admits ID numbers of the unallocated prefix 469999; source: the registry's URI reference in every record.
    """

    data: str = "var"
    store_url: str = ""
    vault_url: str = ""
    views_url: str = ""
    log_url: str = ""
    master_key_file: str = ""
    lookup_key_file: str = ""
    policy_files: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    synthetic_ids: bool = False
    source: str = "/registry/hainan"

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ, **options: object) -> "Settings":
        """Options that are None do not count. Raises SettingWrong for an unknown REGISTRY_ variable or a wrong value."""
        fields = {f.name: f for f in dataclasses.fields(cls)}
        values: dict[str, object] = {}
        for variable, text in environment.items():
            if not variable.startswith(PREFIX):
                continue
            name = variable.removeprefix(PREFIX).lower()
            if name not in fields:
                raise SettingWrong(f"{variable} is no setting; there are: {', '.join(PREFIX + n.upper() for n in fields)}")
            values[name] = _value(variable, text, fields[name].type)
        values |= {name: value for name, value in options.items() if value is not None}
        return cls(**values)  # type: ignore[arg-type]

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
    def log(self) -> str:
        """URL of the log."""
        return self.log_url or f"embedded:{self.path('log.db').absolute()}"


def _value(variable: str, text: str, kind: object) -> object:
    if kind is int:
        if not text.isdecimal():
            raise SettingWrong(f"{variable} must be a whole number")
        return int(text)
    if kind is bool:
        if text not in {"0", "1"}:
            raise SettingWrong(f"{variable} must be 0 or 1")
        return text == "1"
    return text
