"""What a caller of `delta` decides: names, dataset, limits and what must not be touched; and its refusals."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from leap_kg.sparql.measure import Limits, Refused
from leap_kg.sparql.update.reading import UPDATE_LIMITS, UpdateLimits

MOST_QUADS = 500_000


class ForbiddenGraph(Refused):
    """An update of a graph that only publications write (403); `graph` is its IRI."""

    def __init__(self, graph: str) -> None:
        super().__init__(403, f"the graph <{graph}> is not written by updates; leave it out, with FILTER if need be")
        self.graph = graph


class TooLarge(Refused):
    """An update that changes more quads than one may (413)."""

    def __init__(self, most: int) -> None:
        super().__init__(413, f"the update changes more than {most} quads; split it, or publish the graph as a source")


@dataclass(frozen=True, slots=True)
class UpdateOptions:
    """How an update is read and what it may do.

    `base` resolves relative IRIs and begins those of blank nodes. `default_graph` (an IRI) is what an update calls
    the default graph when it writes: triples without GRAPH, CLEAR DEFAULT, COPY DEFAULT. `using_graphs` and
    `using_named` are the dataset the request names for WHERE; without any, and without WITH or USING, a WHERE reads
    the union of all graphs. `protected` are IRIs of graphs that are not written; one that ends in `*` stands for all
    that begin with it. `prefixes` need no PREFIX line. `most` bounds the quads taken and added. `scratch` is a folder
    for the private copies that updates of several operations need: best on the disk of the store, where a copy
    is made of hard links; empty for the system's folder.
    """

    base: str
    default_graph: str
    using_graphs: tuple[str, ...] = ()
    using_named: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()
    prefixes: Mapping[str, str] = field(default_factory=dict)
    most: int = MOST_QUADS
    scratch: str = ""
    limits: UpdateLimits = UPDATE_LIMITS

    def as_json(self) -> dict[str, Any]:
        """The options as JSON has them; `from_json` is the way back."""
        return asdict(self)

    @classmethod
    def from_json(cls, options: Mapping[str, Any]) -> "UpdateOptions":
        """The options that `as_json` wrote."""
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in options.items()
        }
        if "limits" in values:
            limits = dict(values["limits"])
            values["limits"] = UpdateLimits(**{**limits, "each": Limits(**limits["each"])})
        return cls(**values)

    def protects(self, graph: str) -> bool:
        """Whether this graph is not written."""
        return any(graph.startswith(each[:-1]) if each.endswith("*") else graph == each for each in self.protected)
