"""The manifests hold what docs/scaling.md promises: probes, limits, no root, secrets by reference, and who may talk to whom."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml
from manifests import BASE, DEPLOY, OVERLAYS, containers, documents, one, pods, strings

from bot.server.metrics import SECONDS
from bot.server.transport import GRACEFUL_SECONDS

ALL = [*documents(BASE), *documents(OVERLAYS / "trial"), *documents(OVERLAYS / "production")]
PODS = list(pods(ALL))
CONTAINERS = [(f"{name}/{each['name']}", each) for name, pod in PODS for each in containers(pod)]
SERVING = [(f"{name}/{each['name']}", each) for name, pod in PODS for each in pod["containers"]]
WORKER, PROXY = one(ALL, "StatefulSet", "-worker"), one(ALL, "Deployment", "-proxy")


def names(pairs: list[tuple[str, Any]]) -> Any:
    return pytest.mark.parametrize(("name", "each"), pairs, ids=[name for name, _ in pairs])


def test_the_parts_are_there() -> None:
    assert [name for name, _ in CONTAINERS] == [
        "her2-guide-chat-worker/worker", "her2-guide-chat-proxy/configuration", "her2-guide-chat-proxy/haproxy",
        "her2-guide-chat-postgresql/postgresql", "her2-guide-chat-redis/redis",
    ]  # fmt: skip


@names(PODS)
def test_no_pod_runs_as_root_or_holds_a_key_to_the_cluster(name: str, each: dict[str, Any]) -> None:
    context = each["securityContext"]
    assert context["runAsNonRoot"] is True and context["runAsUser"] > 0 and context["runAsGroup"] > 0
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    assert each["automountServiceAccountToken"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(each)
    assert not [volume for volume in each.get("volumes", []) if "hostPath" in volume]


@names(CONTAINERS)
def test_a_container_can_do_no_more_than_it_must(name: str, each: dict[str, Any]) -> None:
    context = each["securityContext"]
    assert context["allowPrivilegeEscalation"] is False
    assert context["readOnlyRootFilesystem"] is True
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert not context.get("privileged")
    for kind in ("requests", "limits"):
        assert {"cpu", "memory", "ephemeral-storage"} <= set(each["resources"][kind])
    assert re.fullmatch(r"[a-z0-9-]+:[\w.-]+", each["image"]), "a plain name with a tag, never latest"
    assert not each["image"].endswith(":latest")


@names(SERVING)
def test_a_container_that_serves_is_probed(name: str, each: dict[str, Any]) -> None:
    assert {"startupProbe", "livenessProbe", "readinessProbe"} <= set(each)


def test_the_worker_is_asked_the_right_addresses() -> None:
    [worker] = WORKER["spec"]["template"]["spec"]["containers"]
    asked = {probe: worker[probe]["httpGet"]["path"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")}
    # A worker whose database is away must not be started again for that.
    assert asked == {"startupProbe": "/health", "livenessProbe": "/health", "readinessProbe": "/ready"}
    assert worker["startupProbe"]["periodSeconds"] * worker["startupProbe"]["failureThreshold"] >= 60


def test_the_worker_may_finish_what_it_has_in_hand() -> None:
    pod = WORKER["spec"]["template"]["spec"]
    assert "preStop" in pod["containers"][0]["lifecycle"]
    assert pod["terminationGracePeriodSeconds"] > GRACEFUL_SECONDS + 5
    for name in ("-worker", "-proxy"):
        assert one(ALL, "PodDisruptionBudget", name)["spec"]["maxUnavailable"] == 1


def test_secrets_are_named_and_never_written() -> None:
    named = set()
    for name, each in CONTAINERS:
        for variable in each.get("env", []):
            secret = re.search(r"SECRET|PASSWORD|AUTH|TOKEN|_URL$", variable["name"])
            if secret:
                assert "value" not in variable, f"{name}: {variable['name']} is written out"
                named.add((variable["valueFrom"]["secretKeyRef"]["name"], variable["valueFrom"]["secretKeyRef"]["key"]))
        assert not [text for text in each.get("args", []) if "password" in text.lower()]
    assert named == {("her2-guide-chat", key) for key in (
        "bot-secret", "conversations-url", "lock-url", "postgres-password", "redis-password")}  # fmt: skip
    assert not [each for each in ALL if each["kind"] == "Secret"]
    assert not [text for text in strings(ALL) if re.search(r"://[^/\s]*:[^/\s@]+@", text)]


def test_production_s_settings_are_on_and_rasa_s_api_is_off() -> None:
    [worker] = WORKER["spec"]["template"]["spec"]["containers"]
    settings = {variable["name"]: variable.get("value") for variable in worker["env"]}
    assert settings["BOT_ENV"] == "production"
    assert settings["PROXIES"] == "2"  # the ingress controller and HAProxy
    assert "REST_CHANNEL" not in settings
    assert worker["args"][0] == "serve"
    assert not [text for text in strings(ALL) if "enable-api" in text or "enable_api" in text]


def test_only_the_ingress_is_public() -> None:
    assert {each["spec"].get("type", "ClusterIP") for each in ALL if each["kind"] == "Service"} == {"ClusterIP"}
    assert not [port for _, each in CONTAINERS for port in each.get("ports", []) if "hostPort" in port]
    [ingress] = [each for each in ALL if each["kind"] == "Ingress"]
    [rule] = ingress["spec"]["rules"]
    [path] = rule["http"]["paths"]
    assert path["backend"]["service"]["name"] == "her2-guide-chat-proxy"
    assert ingress["spec"]["tls"][0]["hosts"] == [rule["host"]]
    # Its inside address, with /metrics, is in no service.
    [port] = one(ALL, "Service", "-proxy")["spec"]["ports"]
    assert port["targetPort"] == "http"


def part(selector: dict[str, Any]) -> str:
    labels = selector.get("podSelector", {}).get("matchLabels", {})
    return str(labels.get("app.kubernetes.io/component", selector.get("namespaceSelector", {}).get("matchLabels")))


def way(policy: dict[str, Any], direction: str) -> set[tuple[str, int]]:
    """Whom a policy lets through, with the port."""
    found = set()
    for rule in policy["spec"].get(direction, []):
        assert rule.get("from") or rule.get("to"), "a rule without a peer lets everybody through"
        for peer in rule.get("from", rule.get("to")):
            found |= {(part(peer), port["port"]) for port in rule["ports"]}
    return found


def test_nobody_talks_to_anybody_but_whom_they_must() -> None:
    nobody = one(ALL, "NetworkPolicy", "-nobody")["spec"]
    assert nobody == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    worker, proxy = one(ALL, "NetworkPolicy", "-worker"), one(ALL, "NetworkPolicy", "-proxy")
    monitoring = "{'her2-guide-chat/monitoring': 'yes'}"
    assert way(proxy, "ingress") == {("{'her2-guide-chat/ingress': 'yes'}", 8080), (monitoring, 8404)}
    assert way(proxy, "egress") == {("worker", 5005)}
    assert way(worker, "ingress") == {("proxy", 5005), (monitoring, 5005)}
    assert way(worker, "egress") == {("postgresql", 5432), ("redis", 6379)}
    for name, port in (("postgresql", 5432), ("redis", 6379)):
        assert way(one(ALL, "NetworkPolicy", f"-{name}"), "ingress") == {("worker", port)}
    for policy in (each for each in ALL if each["kind"] == "NetworkPolicy"):
        assert "0.0.0.0/0" not in set(strings(policy))


def test_every_selector_finds_its_pods() -> None:
    labels = [
        each["spec"]["template"]["metadata"]["labels"].items() for each in ALL if "template" in each.get("spec", {})
    ]
    for each in ALL:
        selector = each.get("spec", {}).get("selector")
        if each["kind"] in ("Service", "PodDisruptionBudget", "StatefulSet", "Deployment"):
            wanted = selector.get("matchLabels", selector)
            assert [1 for found in labels if wanted.items() <= found], each["metadata"]["name"]


def test_the_proxies_know_the_workers_by_the_same_names_up_to_the_most() -> None:
    [configuration] = PROXY["spec"]["template"]["spec"]["initContainers"]
    arguments = configuration["args"]
    assert arguments[0] == "proxy-config"
    worker = arguments[arguments.index("--worker") + 1]
    # Only a StatefulSet's pods have names that stay, and only under the service that it names.
    assert (
        worker
        == f"{WORKER['metadata']['name']}-{{}}.{WORKER['spec']['serviceName']}.$(NAMESPACE).svc.cluster.local:5005"
    )
    scaler = one(ALL, "HorizontalPodAutoscaler", "-worker")["spec"]
    assert arguments[arguments.index("--count") + 1] == str(scaler["maxReplicas"])
    assert one(ALL, "Service", "-worker")["spec"]["clusterIP"] == "None"
    assert PROXY["spec"]["replicas"] >= 2


def test_workers_are_added_by_latency_and_else_by_processor_time() -> None:
    scaler = one(ALL, "HorizontalPodAutoscaler", "-worker")["spec"]
    assert scaler["scaleTargetRef"]["name"] == WORKER["metadata"]["name"]
    assert scaler["minReplicas"] >= 2
    assert "replicas" not in WORKER["spec"], "applying the manifests again would undo what was scaled"
    latency, processor = scaler["metrics"]
    [rule] = yaml.safe_load((DEPLOY / "kubernetes" / "prometheus-adapter-rule.yml").read_text())["rules"]["custom"]
    assert latency["pods"]["metric"]["name"] == rule["name"]["as"]
    [metric] = SECONDS.collect()
    assert rule["seriesQuery"].startswith(f"{metric.name}_bucket{{")
    assert processor["resource"]["name"] == "cpu"


@pytest.mark.parametrize("overlay", ["trial", "production"])
def test_kustomize_builds_the_overlay(overlay: str) -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not installed")
    known = subprocess.run([kubectl, "version", "--client", "-o", "json"], capture_output=True, text=True, timeout=60)
    version = json.loads(known.stdout or "{}").get("kustomizeVersion", "v0")
    if int(re.sub(r"^v|\..*", "", version)) < 5:
        pytest.skip(f"kubectl's kustomize is {version}; version 5 is needed")
    done = subprocess.run([kubectl, "kustomize", str(OVERLAYS / overlay)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    built = [each for each in yaml.safe_load_all(done.stdout) if each]
    assert {each["metadata"].get("namespace") for each in built if each["kind"] != "Namespace"} == {"her2-guide-chat"}
    policy = one(built, "NetworkPolicy", "-worker")["spec"]
    assert policy["ingress"] == one(ALL, "NetworkPolicy", "-worker")["spec"]["ingress"], "a patch must not open it"
    if overlay == "production":
        assert one(built, "HorizontalPodAutoscaler", "-worker")["spec"]["minReplicas"] == 3
        assert {peer["ipBlock"]["cidr"][-3:] for rule in policy["egress"] for peer in rule["to"]} == {"/32"}
        assert not [each for each in built if "postgresql" in each["metadata"]["name"]]
