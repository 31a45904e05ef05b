"""Names for parameters that take an IRI, so that people need not know it: what a node is called, or where its page is.

An image without its tag, an `@` and a day (or `today`) means the last release of it by that day. What means nothing, or
several things, stays as it is: the parameter then says that it is no IRI.
"""

from collections.abc import Mapping
from datetime import date

from pyoxigraph import Literal, NamedNode

from leap_kg.graph.engine import Engine
from leap_kg.graph.lookup import looked_up, stands
from leap_kg.ontology.iri import iri_of
from leap_kg.ontology.kinds import LABELS
from leap_kg.ontology.namespaces import DCT, RDF, ours
from leap_kg.sparql.catalogue import NamedQuery
from leap_kg.sparql.parameters import ParameterError, Value

TODAY = "today"
_LONGEST = 500
_MOST = 10_000  # releases of one image


def meant(query: NamedQuery, values: Mapping[str, str], store: Engine, base: str) -> dict[str, Value]:
    """The values with IRIs in the place of names, for the parameters of `query` that take an IRI.

    Raises `ParameterError` for a release of an image by a day by which there is none.
    """
    found: dict[str, Value] = dict(values)
    for name, parameter in query.parameters.items():
        text = values.get(name, "") if parameter.type == "iri" else ""
        if (node := named(text, store, base)) is not None:
            found[name] = node
        elif text and (why := undated(text, store, base)) is not None:
            raise ParameterError(f"parameter {name!r}: {why}")
    return found


def named(text: str, store: Engine, base: str) -> NamedNode | None:
    """The node that a text means: its name, its path here, or an image on a day; `None` if that is not one."""
    text = text.strip()
    if not text or len(text) > _LONGEST or text.startswith(("https://", "http://", "pkg:", "urn:")):
        return None
    if text.startswith("/"):
        return _node(iri_of(base, text))
    if (node := _called(text, store)) is not None:
        return node
    image, _, day = text.rpartition("@")
    return released_by(image, day, store, base) if image else None


def released_by(image: str, day: str, store: Engine, base: str) -> NamedNode | None:
    """The last release of an image by a day, `today` for the newest; `None` if there is none."""
    line = _called(image, store)
    last = date.max.isoformat() if day.lower() == TODAY else _day(day)
    if line is None or not last:
        return None
    leap, found = ours(base), list[tuple[str, NamedNode]]()
    for quad in looked_up(store, None, DCT("isVersionOf"), line, most=_MOST):
        release = quad.subject
        if isinstance(release, NamedNode) and stands(store, release, RDF("type"), leap("ContainerImage")):
            order, issued = (_text(store, release, what) for what in (leap("versionOrder"), DCT("issued")))
            if order and issued and issued <= last:
                found.append((order, release))
    return max(found, key=lambda one: one[0])[1] if found else None


def undated(text: str, store: Engine, base: str) -> str | None:
    """Why a text that names an image and a day means no release of it; `None` if it is no such text, or means one."""
    image, at, day = text.strip().rpartition("@")
    if not at or len(text) > _LONGEST or _called(image, store) is None:
        return None
    if day.lower() != TODAY and not _day(day):
        return f"there is no day {day[:40]!r}: write it as 2026-01-31, or {TODAY}"
    return None if released_by(image, day, store, base) else f"no release of {image} is known by {day}"


def called(text: str, store: Engine) -> list[NamedNode]:
    """All nodes of that name, by IRI."""
    quads = [quad for label in LABELS for quad in looked_up(store, None, label, Literal(text), most=_MOST)]
    found = {quad.subject for quad in quads if isinstance(quad.subject, NamedNode)}
    return sorted(found, key=lambda node: node.value)


def _called(text: str, store: Engine) -> NamedNode | None:
    """The only node of that name."""
    found = called(text, store)
    return found[0] if len(found) == 1 else None


def _text(store: Engine, node: NamedNode, predicate: NamedNode) -> str:
    quads = looked_up(store, node, predicate, most=1)
    return quads[0].object.value if quads and isinstance(quads[0].object, Literal) else ""


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _node(iri: str) -> NamedNode | None:
    try:
        return NamedNode(iri)
    except ValueError:
        return None
