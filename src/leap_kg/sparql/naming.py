"""Names for parameters that take an IRI, so that people need not know it: what a node is called, a DOI, an ORCID iD or
a ROR id in any spelling, or where its page is.

An image without its tag, an `@` and a day (or `today`) means the last release of it by that day. What means nothing, or
several things, stays as it is: the parameter then says that it is no IRI.
"""

from collections.abc import Mapping
from datetime import date

from pyoxigraph import Literal, NamedNode

from leap_kg.graph.engine import Engine
from leap_kg.graph.lookup import looked_up, stands
from leap_kg.ontology.identifiers import Refusal, doi, orcid, ror
from leap_kg.ontology.identifiers.canonical import canonical
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
        node = named(text, store, base) or _alike(called(text.strip(), store), parameter.default, base)
        if node is not None:
            found[name] = node
        elif text and (why := undated(text, store, base)) is not None:
            raise ParameterError(f"parameter {name!r}: {why}")
    return found


def named(text: str, store: Engine, base: str) -> NamedNode | None:
    """The node that a text means: its name, an identifier of it, its path here, or an image on a day; `None` if that is
    not one, or if the text is an IRI as the graph writes it.
    """
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return None
    if text.startswith(("https://", "http://", "pkg:", "urn:")):
        spelt = _node(canonical(text))
        return spelt if spelt is not None and spelt.value != text and stands(store, spelt) else None
    if text.startswith("/"):
        return _node(iri_of(base, text))
    if (node := _called(text, store)) is not None:
        return node
    for parse in (doi.parse, orcid.parse, ror.parse):
        known = parse(text)
        if not isinstance(known, Refusal):
            return NamedNode(known.iri)
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


def _alike(nodes: list[NamedNode], default: Value | None, base: str) -> NamedNode | None:
    """The only one of several nodes of a name that is of the kind of a parameter's default, as its IRI tells: a dataset
    and its stores may have one title.
    """
    iri = str(getattr(default, "value", default) or "")
    start = base if iri.startswith(base) else ""
    kind = "/".join(iri.removeprefix(start).split("/")[: 1 if start else 3])
    fitting = [node for node in nodes if kind and node.value.startswith(f"{start}{kind}/")]
    return fitting[0] if len(fitting) == 1 else None


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
