"""Settings: where they come from, what they may be, and that each is documented and used."""

import ast
import dataclasses
from pathlib import Path

import pytest

import deploy.settings
from deploy.settings import LOG_LEVELS, SECRETS, Settings, SettingWrong

DEPLOY = Path(deploy.settings.__file__).parent
NAMES = [field.name for field in dataclasses.fields(Settings)]


def class_body() -> list[ast.stmt]:
    tree = ast.parse((DEPLOY / "settings.py").read_text())
    return next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Settings").body


def attributes_of(owner: str, node: ast.AST) -> set[str]:
    """What is read of `owner`: `settings.port`, `side.settings.port`."""
    attributes = [n for n in ast.walk(node) if isinstance(n, ast.Attribute)]
    return {n.attr for n in attributes if owner in (getattr(n.value, "id", ""), getattr(n.value, "attr", ""))}


def test_an_option_beats_the_environment_which_beats_the_default() -> None:
    assert Settings.read({}).port == 8000
    assert Settings.read({"REGISTRY_PORT": "9000"}).port == 9000
    assert Settings.read({"REGISTRY_PORT": "9000"}, port=9001, host=None) == Settings(port=9001)


def test_an_unknown_variable_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(SettingWrong, match=r"REGISTRY_PROT is no setting; there are .*REGISTRY_PORT"):
        Settings.read({"REGISTRY_PROT": "9000"})


def test_the_keys_may_be_in_the_environment_and_are_never_kept_nor_shown() -> None:
    settings = Settings.read(dict.fromkeys(SECRETS, "c2VjcmV0"))
    assert settings == Settings()
    assert "c2VjcmV0" not in repr(settings)
    assert not SECRETS & settings.environment().keys()
    with pytest.raises(SettingWrong) as refused:
        Settings.read({**dict.fromkeys(SECRETS, "c2VjcmV0"), "REGISTRY_X": "1"})
    assert "c2VjcmV0" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("data", ""),
        ("store_url", "mysql://server/registry"),
        ("vault_url", "var/vault.db"),
        ("views_url", "sqlite:views"),
        ("log_url", "kafka:9092"),
        ("log_url", "embedded:"),
        ("kafka_session_s", "5"),
        ("host", ""),
        ("port", "0"),
        ("port", "65536"),
        ("port", "-1"),
        ("port", "８０００"),
        ("metrics_port", "65521"),
        ("log_level", "loud"),
        ("synthetic_ids", "yes"),
        ("source", "two words"),
        ("source", ""),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(SettingWrong, match=f"^REGISTRY_{name.upper()} must be "):
        Settings.read({f"REGISTRY_{name.upper()}": text})


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(SettingWrong) as refused:
        Settings.read({"REGISTRY_PORT": "x", "REGISTRY_LOG_LEVEL": "loud", "REGISTRY_NO": ""}, host="")
    for name in ("REGISTRY_PORT", "REGISTRY_LOG_LEVEL", "REGISTRY_NO", "REGISTRY_HOST"):
        assert name in str(refused.value)


@pytest.mark.parametrize("level", LOG_LEVELS)
def test_each_level_of_the_log_is_taken(level: str) -> None:
    assert Settings.read({"REGISTRY_LOG_LEVEL": level}).log_level == level


def test_a_child_process_reads_the_same_settings() -> None:
    settings = Settings.read({}, data="elsewhere", port=9000, synthetic_ids=True, store_url="postgresql://host/registry")
    assert Settings.read(settings.environment()) == settings


def test_everything_is_in_the_data_folder_unless_a_setting_says_otherwise(tmp_path: Path) -> None:
    settings = Settings(data=str(tmp_path))
    assert settings.store == f"sqlite:///{tmp_path}/registry.db"
    assert settings.vault == f"sqlite:///{tmp_path}/vault.db"
    assert settings.views == f"sqlite:///{tmp_path}/views"
    assert settings.log == f"embedded:{tmp_path}/log.db"
    elsewhere = Settings(store_url="postgresql://s/a", vault_url="postgresql://s/b", views_url="postgresql://s/c")
    assert (elsewhere.store, elsewhere.vault, elsewhere.views) == ("postgresql://s/a", "postgresql://s/b", "postgresql://s/c")


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_documented(name: str) -> None:
    body = class_body()
    place = next(i for i, n in enumerate(body) if isinstance(n, ast.AnnAssign) and getattr(n.target, "id", "") == name)
    follows = body[place + 1]
    assert isinstance(follows, ast.Expr)
    assert isinstance(follows.value, ast.Constant)
    assert len(str(follows.value.value)) > 20


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_used(name: str) -> None:
    used = {
        attribute
        for file in DEPLOY.rglob("*.py")
        if file.name != "settings.py"
        for attribute in attributes_of("settings", ast.parse(file.read_text()))
    }
    methods = [n for n in class_body() if isinstance(n, ast.FunctionDef) and n.name != "_broken_rules"]
    through = {method.name for method in methods if name in attributes_of("self", method)}
    assert name in used or through & used
