"""The cluster's tests talk as the faults' tests do."""

from __future__ import annotations

import sys
from pathlib import Path

FAULTS = str(Path(__file__).parents[1] / "faults")
if FAULTS not in sys.path:
    sys.path.append(FAULTS)
