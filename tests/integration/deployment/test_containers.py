"""The image and the composition: by their own linters, and what they say to our program is what it understands."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.health import main as health
from deploy.settings import Settings
from tests.support.deployment_files import DEPLOY, assert_are_settings, assert_is_a_command, passes, program
from tests.support.ports import free_port

PASSWORDS = {"POSTGRES_PASSWORD": "p", "VAULT_PASSWORD": "v", "GRAFANA_PASSWORD": "g"}
OURS = {"migrate", "topics", "api", "relay", "project", "feed", "intake", "deliver"}


@pytest.fixture(scope="module")
def composed() -> dict[str, Any]:
    """The composition with everything filled in, by Docker Compose itself; nothing is started."""
    compose = program("docker-compose", why="the composition is not checked")
    text = passes(compose, "--profile", "notices", "--file", "compose.yaml", "config", environment=PASSWORDS)
    document: dict[str, Any] = yaml.safe_load(text)
    return document


def test_no_password_has_a_default() -> None:
    compose = program("docker-compose", why="the composition is not checked")
    for name in PASSWORDS:
        with pytest.raises(AssertionError, match=name):
            passes(compose, "--file", "compose.yaml", "config", environment=PASSWORDS | {name: ""})


def test_every_process_is_a_command_of_ours_with_settings_that_there_are(composed: dict[str, Any]) -> None:
    services = composed["services"]
    assert {name for name, service in services.items() if service["image"] == "household-registry"} == OURS
    for name in OURS:
        assert_is_a_command(services[name]["command"])
        assert_are_settings(services[name]["environment"])
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["read_only"] is True
    assert services["project"]["deploy"]["replicas"] == 2


def test_what_is_mounted_is_there(composed: dict[str, Any]) -> None:
    mounted = [Path(v["source"]) for s in composed["services"].values() for v in s.get("volumes", ()) if v["type"] == "bind"]
    assert len(mounted) >= 5
    assert not [path for path in mounted if not path.exists()]


def test_the_image_is_sound_and_nobody_in_it_is_root() -> None:
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    copied = [line.split()[1] for line in text.splitlines() if line.startswith("COPY ") and "--from" not in line]
    assert not [name for name in copied if not (DEPLOY.parent / name).exists()]
    assert "\nUSER 10001\n" in text
    variables = dict(word.split("=", 1) for word in text.split() if word.startswith("REGISTRY_"))
    assert_are_settings(variables)
    passes(program("hadolint", why="the Dockerfile is not checked"), "Dockerfile")


def test_the_vaults_script_is_sound() -> None:
    passes("sh", "-n", "postgres/vault.sh")
    assert os.access(DEPLOY / "postgres/vault.sh", os.X_OK)


def test_the_health_check_fails_where_nothing_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from prometheus_client import CollectorRegistry

    from deploy.metrics.serving import serve_metrics

    port = free_port()
    for name, value in Settings(data=str(tmp_path), metrics_port=port).environment().items():
        monkeypatch.setenv(name, value)
    assert health() == 1
    end = serve_metrics("127.0.0.1", port, CollectorRegistry())
    try:
        assert health() == 0
    finally:
        end()
