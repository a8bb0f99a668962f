"""The widget's modules are checked against the types that their comments declare."""

from __future__ import annotations

import shutil
import subprocess

from commands import lacking
from facts import ROOT


def test_the_modules_keep_their_types() -> None:
    tsc = shutil.which("tsc")
    if tsc is None:
        lacking("TypeScript is not installed: apt-get install node-typescript")
    done = subprocess.run(
        [tsc, "-p", ROOT / "bot" / "widget" / "tsconfig.json"], capture_output=True, text=True, timeout=120
    )
    assert done.stdout == "" and done.returncode == 0
