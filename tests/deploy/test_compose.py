"""The compose file and the image hold the same promises as the Kubernetes manifests."""

from __future__ import annotations

import re
import subprocess
from typing import Any

import pytest
import yaml
from facts import ROOT
from manifests import BASE, DEPLOY, documents, one, strings

COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
CONTAINERFILE = (DEPLOY / "Containerfile").read_text()
IGNORE = (ROOT / ".dockerignore").read_text().split("\n")
SECRETS = {"BOT_SECRET", "POSTGRES_PASSWORD", "REDIS_PASSWORD"}


def test_only_the_proxy_is_published_and_on_loopback() -> None:
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"proxy"}
    assert SERVICES["proxy"]["ports"] == ["127.0.0.1:${PORT:-8080}:8080"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert {name for name, service in SERVICES.items() if "outside" in service.get("networks", [])} == {"proxy"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_can_do_no_more_than_it_must(name: str) -> None:
    service = SERVICES[name]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"] and service["cpus"]
    assert not {"privileged", "cap_add", "pid", "ipc"} & set(service)
    assert re.fullmatch(r"[a-z0-9-]+:[\w.-]+", service["image"]) and not service["image"].endswith(":latest")
    if name != "postgres":  # its image changes the owner of its files and then its user
        assert service["cap_drop"] == ["ALL"]
    if not name.startswith("postgres"):
        assert service["read_only"] is True


def test_the_worker_s_service_is_that_of_kubernetes() -> None:
    for name in ("worker-1", "worker-2"):
        worker = SERVICES[name]
        assert worker["environment"]["BOT_ENV"] == "production"
        assert {"/tmp", "/app/var"} == set(worker["tmpfs"])
        assert int(worker["stop_grace_period"].removesuffix("s")) > 30
    [pod] = one(documents(BASE), "StatefulSet", "-worker")["spec"]["template"]["spec"]["containers"]
    assert pod["image"] == SERVICES["worker-1"]["image"]
    assert {variable["name"] for variable in pod["env"]} == set(SERVICES["worker-1"]["environment"])
    [haproxy] = one(documents(BASE), "Deployment", "-proxy")["spec"]["template"]["spec"]["containers"]
    assert haproxy["image"] == SERVICES["proxy"]["image"]


def test_the_proxy_is_told_by_the_same_template() -> None:
    command = SERVICES["proxy-config"]["command"]
    assert command[0] == "proxy-config" and "--by-name" in command
    workers = [command[number + 1] for number, word in enumerate(command) if word == "--worker"]
    assert workers == [f"{name}:5005" for name in SERVICES if name.startswith("worker-")]


def test_secrets_are_asked_for_and_never_written() -> None:
    text = (DEPLOY / "compose.yml").read_text()
    for name in SECRETS:
        for use in re.findall(r"(?<!\$)\$\{" + name + r"\b[^}]*\}", text):
            assert ":?" in use, f"{use}: nothing stands in for it"
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search(r"SECRET|PASSWORD|AUTH|_URL$", name):
                assert re.search(r"\$\{\w+:\?", str(value)), f"{name} is written out"
        assert not re.search(r"\$\{(BOT_SECRET|\w*PASSWORD)", " ".join(strings(service.get("command"))))


def test_the_replica_is_optional_and_follows_with_the_password_from_outside() -> None:
    replica = SERVICES["postgres-replica"]
    assert replica["profiles"] == ["replica"]
    url = SERVICES["worker-1"]["environment"]["CONVERSATIONS_URL"]
    assert "host=postgres:5432&host=postgres-replica:5432&target_session_attrs=read-write" in url
    for script in ("replica.sh", "allow-replication.sh"):
        done = subprocess.run(["sh", "-n", str(DEPLOY / "postgres" / script)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


# The image


def test_the_image_is_pinned_and_not_root() -> None:
    assert re.search(r"^ARG PYTHON=python:3\.10-slim-bookworm$", CONTAINERFILE, re.M)
    sources = re.findall(r"^FROM (\S+)", CONTAINERFILE, re.M)
    assert sources == ["${PYTHON}", "build", "${PYTHON}"]
    last = CONTAINERFILE.rpartition("FROM ")[2]
    assert re.search(r"^USER 10001:10001$", last, re.M)
    assert last.index("\nUSER ") < last.index("\nENTRYPOINT ")
    assert not re.search(r"^(?:RUN|COPY)", last[last.index("\nUSER ") :], re.M)
    assert "HEALTHCHECK" in last and "/health" in last
    assert "--require-hashes" in CONTAINERFILE


def test_the_image_serves_patients_and_no_api() -> None:
    assert "BOT_ENV=production" in CONTAINERFILE and "RASA_TELEMETRY_ENABLED=false" in CONTAINERFILE
    assert 'CMD ["serve", "--host", "0.0.0.0", "--port", "5005"]' in CONTAINERFILE
    assert "enable-api" not in CONTAINERFILE


def test_nothing_secret_goes_into_the_image() -> None:
    assert not re.search(r"^\s*(?:ARG|ENV)[^#]*(?:SECRET|PASSWORD|TOKEN)", CONTAINERFILE, re.M)
    allowed = [line[1:] for line in IGNORE if line.startswith("!")]
    assert IGNORE[1] == "*", "everything stays out but what is named"
    assert not {"var", "models", ".git", ".venv", ".env", "tests", "."} & set(allowed)
    assert [name for name in allowed if not (ROOT / name).exists()] == []
    assert {"**/.env*", "**/*.sqlite3*"} <= set(IGNORE)


def test_the_image_has_all_that_the_model_is_trained_from() -> None:
    from bot.server.training import _INPUTS

    allowed = {line[1:] for line in IGNORE if line.startswith("!")}
    assert {
        *_INPUTS,
        "bot",
        "actions",
        "clinic.yml",
        "credentials.yml",
        "endpoints.yml",
        "requirements.lock",
    } <= allowed


def test_no_registry_is_named() -> None:
    texts = [CONTAINERFILE, (DEPLOY / "compose.yml").read_text()]
    texts += [path.read_text() for path in (DEPLOY / "kubernetes").rglob("*.yml")]
    for text in texts:
        assert not re.search(r"(?:docker\.io|ghcr\.io|quay\.io|gcr\.io|registry\.)", text)
