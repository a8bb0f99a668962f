"""Reads what deploy/ holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from facts import ROOT

DEPLOY = ROOT / "deploy"
BASE = DEPLOY / "kubernetes" / "base"
OVERLAYS = DEPLOY / "kubernetes" / "overlays"


def documents(folder: Path) -> list[dict[str, Any]]:
    """Every object of a folder's manifests, without kustomizations and without patches."""
    found: list[dict[str, Any]] = []
    listed = yaml.safe_load((folder / "kustomization.yml").read_text())["resources"]
    for name in listed:
        if (folder / name).is_file():
            found += [each for each in yaml.safe_load_all((folder / name).read_text()) if each]
    return found


def one(found: list[dict[str, Any]], kind: str, name: str) -> dict[str, Any]:
    """The object of a kind with a name."""
    return next(each for each in found if each["kind"] == kind and each["metadata"]["name"] == f"her2-guide-chat{name}")


def pods(found: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each pod's specification with the name of what makes it."""
    for each in found:
        if each["kind"] in ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"):
            yield each["metadata"]["name"], each["spec"]["template"]["spec"]


def containers(pod: dict[str, Any]) -> list[dict[str, Any]]:
    """All containers of a pod, those that run first included."""
    return [*pod.get("initContainers", []), *pod["containers"]]


def strings(value: Any) -> Iterator[str]:
    """Every text in a document, keys included."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    elif value is not None:
        yield str(value)
