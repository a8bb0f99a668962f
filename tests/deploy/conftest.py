"""The cluster's tests talk as the faults' tests do."""

from __future__ import annotations

import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]
for folder in (TESTS / "faults", TESTS / "server" / "tenants"):
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
