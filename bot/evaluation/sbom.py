"""A software bill of materials (CycloneDX 1.5, JSON) from requirements.lock: every pinned package with its hashes. No network.

It names no index and no address to download from, as the lock file does not.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from importlib import metadata
from pathlib import Path
from typing import Any

from bot import settings
from bot.errors import BotError

NAME, LICENCE = "her2-guide-chat", "Apache-2.0"
_PIN = re.compile(r"^(?P<name>[A-Za-z0-9][\w.-]*)==(?P<version>[^\s;\\]+)\s*(?:;\s*(?P<marker>[^\\]+?))?\s*\\?$")
_HASH = re.compile(r"^\s+--hash=sha256:(?P<sha256>[0-9a-f]{64})")
_VIA = re.compile(r"^\s+#(?: via)?\s+(?P<name>[A-Za-z0-9][\w.-]*)\b")


def bill(lock: Path) -> dict[str, Any]:
    """Returns the bill of materials of a lock file. The same file gives the same bill.

    Raises:
        BotError: the file cannot be read, or pins nothing.
    """
    try:
        text = lock.read_text(encoding="utf-8")
    except OSError as error:
        raise BotError(f"{lock}: cannot be read ({error.strerror}). Make it with `make lock`.") from error
    components, needed_by = _components(text)
    if not components:
        raise BotError(f"{lock.name}: no line pins a package (name==version). Make it again with `make lock`.")
    digest = hashlib.sha256(text.encode()).hexdigest()
    version = metadata.version(NAME) if _installed() else "0"
    about = {
        "type": "application", "bom-ref": NAME, "name": NAME, "version": version,
        "licenses": [{"license": {"id": LICENCE}}],
    }  # fmt: skip
    refs = {str(component["name"]): str(component["bom-ref"]) for component in components}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, digest)}",
        "version": 1,
        "metadata": {"component": about, "properties": [{"name": "requirements.lock:sha256", "value": digest}]},
        "components": components,
        "dependencies": _dependencies(refs, needed_by),
    }


def _components(text: str) -> tuple[list[dict[str, Any]], dict[str, set[str]]]:
    components: list[dict[str, Any]] = []
    needed_by: dict[str, set[str]] = {}
    for line in text.splitlines():
        if pin := _PIN.match(line):
            name, version = _plain(pin["name"]), pin["version"]
            ref = f"pkg:pypi/{name}@{version}"
            component: dict[str, Any] = {
                "type": "library", "bom-ref": ref, "name": name, "version": version, "purl": ref, "hashes": [],
            }  # fmt: skip
            if pin["marker"]:
                component["properties"] = [{"name": "environment marker", "value": pin["marker"].strip()}]
            components.append(component)
        elif components and (found := _HASH.match(line)):
            # One for each file that a package is published as; an installer takes one of them.
            components[-1]["hashes"].append({"alg": "SHA-256", "content": found["sha256"]})
        elif components and (via := _VIA.match(line)) and via["name"] != "via":
            needed_by.setdefault(str(components[-1]["name"]), set()).add(_plain(via["name"]))
    return components, needed_by


def _dependencies(refs: dict[str, str], needed_by: dict[str, set[str]]) -> list[dict[str, Any]]:
    needs: dict[str, list[str]] = {NAME: [], **{name: [] for name in refs}}
    for name, parents in needed_by.items():
        for parent in parents & needs.keys():
            needs[parent].append(refs[name])
    return [{"ref": refs.get(name, name), "dependsOn": sorted(found)} for name, found in needs.items()]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _installed() -> bool:
    try:
        return bool(metadata.version(NAME))
    except metadata.PackageNotFoundError:
        return False


def main() -> None:
    """Writes the bill of materials into the project's var folder."""
    target = settings.var_folder() / "sbom.cdx.json"
    found = bill(settings.home() / "requirements.lock")
    target.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"Wrote var/{target.name}: {len(found['components'])} packages.")


if __name__ == "__main__":
    main()
