"""Which part of the program imports which, read from the source without running it, and the one direction that is allowed."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

# The parts from top to bottom. A part may import parts of its own layer and below it, never above.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("cli",),
    ("cluster", "evaluation", "documentation"),
    ("server", "channels", "pages"),
    ("actions",),
    ("language", "answers"),
    ("guide",),
    ("clinic", "tenants", "settings", "errors"),
)
# Beside each other in one layer, and yet not to import each other.
APART = {
    ("language", "answers"),
    ("answers", "language"),
    ("evaluation", "documentation"),
    ("cluster", "evaluation"),
    ("pages", "channels"),
    ("pages", "server"),
}


@dataclass
class Imports:
    """What the source says.

    Attributes:
        modules: how many Python files each part has.
        about: the first sentence of each part's docstring.
        edges: how many imports lead from one part to another.
        named: pairs of parts where Rasa loads the second by its name in a configuration file of the first.
        where: an example of each edge, as "file:line".
    """

    modules: Counter[str] = field(default_factory=Counter)
    about: dict[str, str] = field(default_factory=dict)
    edges: Counter[tuple[str, str]] = field(default_factory=Counter)
    named: set[tuple[str, str]] = field(default_factory=set)
    where: dict[tuple[str, str], str] = field(default_factory=dict)


def read_imports(root: Path) -> Imports:
    """Reads the packages `bot` and `actions` under a project folder."""
    found = Imports()
    for path in sorted([*(root / "bot").rglob("*.py"), *(root / "actions").rglob("*.py")]):
        relative = path.relative_to(root)
        part = part_of(".".join(relative.with_suffix("").parts))
        if part is None:
            continue
        found.modules[part] += 1
        tree = ast.parse(path.read_text(encoding="utf-8"))
        # A part is described in its __init__.py, or in its one module.
        if relative.name in ("__init__.py", f"{part}.py") and len(relative.parts) <= 3:
            found.about.setdefault(part, _first_sentence(ast.get_docstring(tree) or ""))
        for target, line in _imported(tree):
            other = part_of(target)
            if other is not None and other != part:
                found.edges[part, other] += 1
                found.where.setdefault((part, other), f"{relative.as_posix()}:{line}")
    for pair in [pair for pair in found.edges if pair[1] not in found.modules]:  # a name, such as `__version__`
        del found.edges[pair]
    found.named = _named(root) - set(found.edges)
    return found


def part_of(module: str) -> str | None:
    """Returns the part that a dotted module belongs to, or None for one of another project or for the bare package."""
    names = module.removesuffix(".__init__").split(".")
    if names[0] == "actions":
        return "actions"
    if names[0] != "bot" or len(names) < 2:
        return None
    return "cli" if names[1] == "__main__" else names[1]


def layer_of(part: str) -> int | None:
    """Returns the number of a part's layer from the top, or None for a part that stands in none."""
    return next((number for number, layer in enumerate(LAYERS) if part in layer), None)


def wrong_ways(found: Imports) -> list[str]:
    """Returns what leads upward, or to a neighbour that is to be left alone, each with where it stands."""
    wrong = [f"bot/{part} stands in no layer: add it to LAYERS in bot/documentation/imports.py."
             for part in sorted(found.modules) if layer_of(part) is None]  # fmt: skip
    for source, target in sorted(found.edges):
        upper, lower = layer_of(source), layer_of(target)
        if upper is not None and lower is not None and (upper > lower or (source, target) in APART):
            wrong.append(f"{found.where[source, target]}: {source} imports {target}.")
    return wrong


def essential(found: Imports) -> set[tuple[str, str]]:
    """Returns the edges that do not follow from others, without those to the lowest layer, which every part uses."""
    kept = {(source, target) for source, target in found.edges if target not in LAYERS[-1]} | found.named

    def reaches(source: str, target: str, without: tuple[str, str]) -> bool:
        seen, todo = {source}, [source]
        while todo:
            here = todo.pop()
            for one in kept - {without}:
                if one[0] == here and one[1] not in seen:
                    seen.add(one[1])
                    todo.append(one[1])
        return target in seen

    # One after the other, because two edges may each follow from the other one. Parts that know each other stay a pair.
    for edge in sorted(kept):
        if (edge[1], edge[0]) not in kept and reaches(*edge, without=edge):
            kept.discard(edge)
    return kept


def _first_sentence(text: str) -> str:
    return text.split("\n")[0].split(". ")[0].strip().rstrip(".").replace("`", "")


def _imported(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            # `from bot import settings` names a module; `from bot.guide import queries` one of the same part.
            whole = [f"{node.module}.{alias.name}" for alias in node.names] if node.module == "bot" else [node.module]
            yield from ((name, node.lineno) for name in whole)


def _named(root: Path) -> set[tuple[str, str]]:
    """Rasa's own way: the server reads these files and loads what they name."""
    config = (root / "config.yml").read_text(encoding="utf-8")
    found = {("server", "language")} if "bot.language." in config else set()
    if 'package: str = "actions"' in (root / "bot" / "server" / "in_process.py").read_text(encoding="utf-8"):
        found.add(("server", "actions"))
    return found
