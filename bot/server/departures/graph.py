"""Running the model's graph in an order found once. Written for Rasa 3.6.21; switched off by BOT_STOCK=graph.

Rasa hands its graph to dask for every message and every prediction: dask prunes it, finds the order again, and keeps the
books of a scheduler for up to ten steps that run one after another in one thread anyway. Here the order for each target is
found once and the same nodes are called with the same inputs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def install() -> Callable[[], None]:
    """Makes the message processor load its model into a prepared runner; returns what takes it away."""
    from rasa.core import processor  # noqa: PLC0415 - loads Rasa
    from rasa.engine.exceptions import GraphRunError  # noqa: PLC0415
    from rasa.engine.runner.dask import DaskGraphRunner  # noqa: PLC0415

    class PreparedGraphRunner(DaskGraphRunner):
        """Rasa's runner with the order of the nodes found once for each target."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._orders: dict[tuple[str, ...], list[tuple[str, Any, tuple[str, ...]]]] = {}

        def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
            """Runs the nodes that the targets need.

            Raises:
                GraphRunError: a node failed with a RuntimeError, or an input has the name of a node.
            """
            wanted = tuple(targets or self._graph_schema.target_names)
            order = self._orders.get(wanted)
            if order is None:
                order = self._orders[wanted] = self._order(wanted)
            values: dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
            if any(isinstance(value, str) and value in self._instantiated_nodes for _, value in values.values()):
                raise GraphRunError("An input has the name of a node of the graph.")
            try:
                for name, node, needs in order:
                    # As dask does: a need that nobody provides is handed over by its name, and the node says so.
                    values[name] = node(*(values.get(need, need) for need in needs))
            except RuntimeError as error:
                raise GraphRunError("Error running runner.") from error
            return dict(values[name] for name in wanted)

        def _order(self, targets: tuple[str, ...]) -> list[tuple[str, Any, tuple[str, ...]]]:
            nodes = self._graph_schema.minimal_graph_schema(list(targets)).nodes
            done: list[tuple[str, Any, tuple[str, ...]]] = []
            seen: set[str] = set()

            def visit(name: str) -> None:
                if name in seen or name not in nodes:
                    return
                seen.add(name)
                needs = tuple(nodes[name].needs.values())
                for need in needs:
                    visit(need)
                done.append((name, self._instantiated_nodes[name], needs))

            for target in targets:
                visit(target)
            return done

    stock = processor.DaskGraphRunner
    processor.DaskGraphRunner = PreparedGraphRunner

    def undo() -> None:
        processor.DaskGraphRunner = stock

    return undo
