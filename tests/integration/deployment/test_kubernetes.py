"""The Kubernetes manifests: put together by kustomize, checked by Kubernetes' own schemas, held to the program and each other."""

import shutil
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from deploy.composition.keys import master_key_path
from deploy.settings import Settings
from tests.support.custom_resources import SPECS
from tests.support.deployment_files import DEPLOY, assert_are_settings, assert_is_a_command, containers, passes, program

KUBERNETES = "1.34"
NAMESPACE = "registry"
Resource = dict[str, Any]


@pytest.fixture(scope="module")
def resources() -> list[Resource]:
    """As kustomize puts them together."""
    command = [shutil.which("kustomize"), "build"]
    if command[0] is None:
        command = [program("kubectl", why="the manifests are not put together"), "kustomize"]
    return list(yaml.safe_load_all(passes(*command, DEPLOY / "kubernetes")))


def _is_custom(resource: Resource) -> bool:
    return (resource["apiVersion"], resource["kind"]) in SPECS


def test_each_is_what_kubernetes_and_the_operators_understand(resources: list[Resource]) -> None:
    assert len({(r["kind"], r["metadata"]["name"]) for r in resources}) == len(resources) > 15
    for resource in resources:
        if _is_custom(resource):
            jsonschema.validate(resource["spec"], SPECS[resource["apiVersion"], resource["kind"]])
        else:
            kubernetes_validate.validate(resource, KUBERNETES, strict=True)
    assert {r["kind"] for r in resources if _is_custom(r)} == {"Kafka", "KafkaNodePool", "KafkaUser", "Cluster"}


def test_every_container_is_a_command_of_ours_with_settings_that_there_are(resources: list[Resource]) -> None:
    (settings,) = [r["data"] for r in resources if r["kind"] == "ConfigMap"]
    seen = set()
    for _, container in containers(resources):
        assert_is_a_command(container["args"])
        seen.add(container["args"][0])
        values = {item["name"]: item.get("value") or "postgresql://by-reference/x" for item in container["env"]}
        assert_are_settings(settings | values)
    assert seen == {"migrate", "topics", "serve", "relay", "project", "feed", "intake", "deliver"}


def test_secrets_are_by_reference_alone(resources: list[Resource]) -> None:
    assert not [r for r in resources if r["kind"] == "Secret"]
    made = {f"{r['metadata']['name']}-app" for r in resources if r["kind"] == "Cluster"}
    for _, container in containers(resources):
        references = [item["valueFrom"]["secretKeyRef"] for item in container["env"] if "valueFrom" in item]
        assert {reference["name"] for reference in references} == made
        assert {reference["key"] for reference in references} == {"uri"}
    users = {r["metadata"]["name"] for r in resources if r["kind"] == "KafkaUser"}
    for resource in resources:
        pod = resource.get("spec", {}).get("template", {}).get("spec")
        named = {v["secret"]["secretName"] for v in pod["volumes"] if "secret" in v} if pod else set()
        assert named <= users | {"registry-keys", "registry-notices", "kafka-cluster-ca-cert"}


def test_nobody_is_root_and_every_process_is_probed(resources: list[Resource]) -> None:
    for resource in resources:
        pod = resource.get("spec", {}).get("template", {}).get("spec")
        if not pod:
            continue
        assert pod["securityContext"]["runAsNonRoot"] is True
        for container in [*pod["initContainers"], *pod["containers"]]:
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
        if resource["kind"] == "Deployment":
            (container,) = pod["containers"]
            ports = {port["name"]: port["containerPort"] for port in container["ports"]}
            assert container["livenessProbe"]["httpGet"]["path"] in {"/v1/live", "/live"}
            assert container["livenessProbe"]["httpGet"]["port"] in ports
            assert ports in ({"http": Settings().port}, {"metrics": 9100})


def test_every_deployment_has_a_disruption_budget_and_there_is_one_relay(resources: list[Resource]) -> None:
    deployments = {r["metadata"]["name"]: r["spec"] for r in resources if r["kind"] == "Deployment"}
    budgets = {
        r["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"] for r in resources if r["kind"] == "PodDisruptionBudget"
    }
    assert set(deployments) == budgets
    assert deployments["relay"]["replicas"] == 1
    assert deployments["relay"]["strategy"] == {"type": "Recreate"}
    assert deployments["project"]["replicas"] >= 2


def test_all_of_it_is_in_one_namespace(resources: list[Resource]) -> None:
    assert {r["metadata"].get("namespace", NAMESPACE) for r in resources} == {NAMESPACE}


def test_the_keys_are_put_where_the_program_looks() -> None:
    text = (DEPLOY / "kubernetes/jobs.yaml").read_text("utf-8")
    assert "install -m 0600 /keys/*.key /data/" in text
    assert str(master_key_path(Settings(data="/data"))) == "/data/master.key"
