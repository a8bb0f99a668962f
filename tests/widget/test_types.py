"""The widget's modules are checked against the types that their comments declare."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from facts import ROOT


def test_the_modules_keep_their_types() -> None:
    tsc = shutil.which("tsc")
    if tsc is None:
        missing = "TypeScript is not installed: apt-get install node-typescript"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    done = subprocess.run(
        [tsc, "-p", ROOT / "bot" / "widget" / "tsconfig.json"], capture_output=True, text=True, timeout=120
    )
    assert done.stdout == "" and done.returncode == 0
