"""Running the model's graph in an order found once. Written for Rasa 3.6.21; switched off by BOT_STOCK=graph.

Rasa hands its graph to dask for every message and every prediction: dask prunes it, finds the order again, and keeps the
books of a scheduler for up to ten steps that run one after another in one thread anyway. Here the order for each target is
found once and the same components are called with the same inputs. Rasa wraps each in a node, which sorts the inputs, calls
hooks and explains failures; a node without hooks, whose component is loaded, is left out of the way until something fails.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def install() -> Callable[[], None]:
    """Makes the message processor load its model into a prepared runner; returns what takes it away."""
    from rasa.core import processor  # noqa: PLC0415 - loads Rasa
    from rasa.engine import graph  # noqa: PLC0415
    from rasa.engine.exceptions import GraphComponentException, GraphRunError  # noqa: PLC0415
    from rasa.engine.runner.dask import DaskGraphRunner  # noqa: PLC0415
    from rasa.shared.exceptions import InvalidConfigException, RasaException  # noqa: PLC0415

    class Step:
        """One node of the graph, called with what the nodes before it gave."""

        def __init__(self, name: str, node: Any, needs: tuple[str, ...]) -> None:
            self.name = name
            self._node, self._needs = node, needs
            plain = type(node) is graph.GraphNode and node._eager and not node._hooks and node._component is not None
            if plain and set(node._inputs.values()) <= set(needs):
                self._call, self._component, self._inputs = node._fn, node._component, tuple(node._inputs.items())
            else:
                self._call = None

        def __call__(self, values: dict[str, Any]) -> Any:
            """Runs the node.

            Raises:
                GraphRunError: an input is missing.
                GraphComponentException: the component failed with an error that is none of Rasa's.
            """
            try:
                inputs = {name: values[need] for name, need in self._inputs} if self._call is not None else None
            except KeyError:
                inputs = None
            if inputs is None:
                # As dask does: a need that nobody provides is handed over by its name, and the node says so.
                return self._node(*((need, values[need]) if need in values else need for need in self._needs))[1]
            try:
                return self._call(self._component, **inputs)
            except InvalidConfigException:
                raise
            except RasaException:
                graph.logger.error(f"Error running graph component for node {self.name}.")
                raise
            except Exception as error:
                raise GraphComponentException(f"Error running graph component for node {self.name}.") from error

    class PreparedGraphRunner(DaskGraphRunner):
        """Rasa's runner with the order of the nodes found once for each target."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._orders: dict[tuple[str, ...], list[Step]] = {}

        def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
            """Runs the nodes that the targets need.

            Raises:
                GraphRunError: a node failed with a RuntimeError, or an input has the name of a node.
            """
            wanted = tuple(targets or self._graph_schema.target_names)
            order = self._orders.get(wanted)
            if order is None:
                order = self._orders[wanted] = self._order(wanted)
            values: dict[str, Any] = dict(inputs or {})
            if any(isinstance(value, str) and value in self._instantiated_nodes for value in values.values()):
                raise GraphRunError("An input has the name of a node of the graph.")
            try:
                for step in order:
                    values[step.name] = step(values)
            except RuntimeError as error:
                raise GraphRunError("Error running runner.") from error
            return {name: values[name] for name in wanted}

        def _order(self, targets: tuple[str, ...]) -> list[Step]:
            nodes = self._graph_schema.minimal_graph_schema(list(targets)).nodes
            done: list[Step] = []
            seen: set[str] = set()

            def visit(name: str) -> None:
                if name in seen or name not in nodes:
                    return
                seen.add(name)
                needs = tuple(nodes[name].needs.values())
                for need in needs:
                    visit(need)
                done.append(Step(name, self._instantiated_nodes[name], needs))

            for target in targets:
                visit(target)
            return done

    stock = processor.DaskGraphRunner
    processor.DaskGraphRunner = PreparedGraphRunner

    def undo() -> None:
        processor.DaskGraphRunner = stock

    return undo
