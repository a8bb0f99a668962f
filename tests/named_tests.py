"""Tests that documents name by their node id: found by parsing the test files, so that nothing has to be run."""

from __future__ import annotations

import ast
import re
from functools import cache

from facts import ROOT

NODE_ID = re.compile(r"`(tests/[\w/]+\.py::test_\w+)`")


def why_it_proves_nothing(node: str) -> str | None:
    """Says why a node id proves nothing: no such file or test, or one that is always skipped. None when it stands."""
    file, _, name = node.partition("::")
    if not (ROOT / file).is_file():
        return "there is no such file"
    return _tests(file).get(name, "there is no such test in the file")


@cache
def _tests(file: str) -> dict[str, str | None]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    whole = [node for node in tree.body if isinstance(node, ast.Assign) and _named(node.targets[0]) == "pytestmark"]
    all_skipped = any(_skips(mark) for node in whole for mark in _marks(node.value))
    found: dict[str, str | None] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            skipped = all_skipped or any(_skips(mark) for mark in node.decorator_list) or _skips_itself(node)
            found[node.name] = "it is skipped, or expected to fail" if skipped else None
    return found


def _marks(value: ast.expr) -> list[ast.expr]:
    return list(value.elts) if isinstance(value, ast.List | ast.Tuple) else [value]


def _skips(mark: ast.expr) -> bool:
    """Tells whether a mark is skip or xfail; skipif on a missing part is judged where the part is, under CI=true."""
    target = mark.func if isinstance(mark, ast.Call) else mark
    return isinstance(target, ast.Attribute) and target.attr in ("skip", "xfail")


def _skips_itself(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tells whether the test's first statements skip without a condition."""
    return any(
        isinstance(line, ast.Expr) and isinstance(line.value, ast.Call) and _named(line.value.func) in ("skip", "xfail")
        for line in node.body
    )


def _named(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
