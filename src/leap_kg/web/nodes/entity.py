"""The page of one node: what every such page has, whatever the node is.

Statements are grouped by what they lead to. Values beyond `SHOWN` of one property are counted, not listed; the
data forms of the page have them all.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.graph.names import provenance_graph
from leap_kg.graph.statements import Term
from leap_kg.ontology.iri import path_of
from leap_kg.ontology.namespaces import DCAT, DCT, PROV, RDF, RDFS, SKOS
from leap_kg.web.cells import Cell, Node, Row, Text
from leap_kg.web.findings import Finding, by_severity, of_record
from leap_kg.web.links import address_label, external_href, url
from leap_kg.web.nodes.contributors import CREDITS, Contributor, contributors_of
from leap_kg.web.nodes.membership import Reason, reasons_of
from leap_kg.web.nodes.panels import Panel, panels_of
from leap_kg.web.reading import Reading, moment
from leap_kg.web.revision import Revision

SHOWN = 60
_CREDITS = frozenset(predicate.value for predicate in CREDITS)
_DESCRIPTIONS = (DCT("description"), DCT("abstract"), SKOS("definition"), RDFS("comment"))


@dataclass(frozen=True, slots=True)
class Group:
    """Some properties of a node under one heading."""

    title: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class PartEntry:
    """A part of a node; `anchor` is its fragment, under which other pages link to it."""

    anchor: str
    iri: NamedNode
    reading: Reading

    @property
    def node(self) -> Node:
        """The part as other lists show it."""
        return self.reading.link(self.iri)

    @property
    def rows(self) -> list[Row]:
        """What is said of it, read when it is shown."""
        return rows(self.reading, self.iri)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Which source says something about a node, from which file, read when, in which run and revision."""

    source: Node
    origin: Node | None
    fetched: str
    run: Node | None
    revision: int | None


@dataclass(frozen=True, slots=True)
class EntityPage:
    """What every page of a node shows; `kind_path` lists the nodes of its kind.

    `contributors` are those of anything but a dataset, to be shown in place of the panel that says the same.
    """

    node: Node
    kind_path: str
    paragraphs: list[str]
    groups: list[Group]
    parts: list[PartEntry]
    findings: list[Finding]
    panels: list[Panel]
    contributors: list[Contributor]
    reasons: list[Reason]
    provenance: list[Provenance]
    files: list[Node]
    outside: Node | None

    @property
    def lead(self) -> str:
        """The first words of the description, for search engines."""
        text = " ".join(self.paragraphs)
        return text if len(text) <= 200 else text[:199].rsplit(" ", 1)[0] + "…"

    @property
    def own_findings(self) -> list[Finding]:
        """The findings that are parts of this node; the others are parts of a record about it."""
        return [finding for finding in self.findings if finding.record.iri == self.node.iri]

    @property
    def severities(self) -> list[tuple[str, int]]:
        """The number of findings of each severity, without those there are none of."""
        return [(severity, count) for severity, count in by_severity(self.findings) if count]

    @property
    def anchors(self) -> set[str]:
        """The fragments that sections of the page of any node carry."""
        anchors = {finding.anchor for finding in self.own_findings}
        anchors |= {contributor.anchor for contributor in self.contributors}
        return anchors | {reason.anchor for reason in self.reasons}

    @property
    def other_groups(self) -> list[Group]:
        """The statements that the list of contributors does not say already."""
        told = {one.iri for one in self.contributors} | {one.agent.iri for one in self.contributors}
        kept = ((group.title, [row for row in group.rows if not _is_told(row, told)]) for group in self.groups)
        return [Group(title, rows) for title, rows in kept if rows]

    def panel(self, name: str) -> Panel | None:
        """The panel of that name, if the page has it."""
        return next((panel for panel in self.panels if panel.name == name), None)

    def parts_except(self, anchors: Container[str]) -> list[PartEntry]:
        """The parts that no section of their own shows."""
        return [part for part in self.parts if part.anchor not in anchors]

    def panels_except(self, *names: str) -> list[Panel]:
        """The panels that no section of their own shows."""
        return [panel for panel in self.panels if panel.name not in names]


def entity_page(revision: Revision, node: NamedNode) -> EntityPage:
    """The page of any node."""
    reading = revision.reading
    link = reading.link(node)
    kind = reading.kind(node)
    findings = of_record(revision.findings, node)
    # The page of a dataset has a list of its own.
    is_dataset = DCAT("Dataset") in reading.types(node)
    return EntityPage(
        node=Node(link.label, path_of(reading.base, node.value), node.value, link.kind),
        kind_path=url("/browse", kind=kind.name) if kind else "",
        paragraphs=paragraphs(reading, node),
        groups=_groups(reading, node),
        parts=[PartEntry(part.value.partition("#")[2], part, reading) for part in revision.descriptions.parts(node)],
        findings=findings,
        panels=panels_of(reading, node),
        contributors=[] if is_dataset else contributors_of(reading, node),
        reasons=reasons_of(reading, node),
        provenance=provenance(reading, node),
        files=[reading.link(file) for file in reading.nodes(node, DCT("source"))],
        outside=_outside(reading, node),
    )


def paragraphs(reading: Reading, node: NamedNode) -> list[str]:
    """The description of a node as plain paragraphs."""
    text = next((text for predicate in _DESCRIPTIONS if (text := reading.text(node, predicate))), "")
    return [part.strip() for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]


def rows(reading: Reading, node: NamedNode) -> list[Row]:
    """What is said of a node as properties with their values, types first, then by name."""
    said = reading.said(node)
    found = by_property(reading, said.statements)
    return [_row(reading, predicate, terms, said.totals.get(predicate, len(terms))) for predicate, terms in found]


def by_property(reading: Reading, statements: Iterable[Triple]) -> list[tuple[NamedNode, list[Term]]]:
    """Statements about one node by property, types first, then by the property's name."""
    values: dict[NamedNode, list[Term]] = {}
    for statement in statements:
        if isinstance(statement.object, NamedNode | Literal):
            values.setdefault(statement.predicate, []).append(statement.object)
    return sorted(values.items(), key=lambda item: (item[0] != RDF("type"), reading.word(item[0]), item[0].value))


def provenance(reading: Reading, node: NamedNode) -> list[Provenance]:
    """The sources that say something about a node."""
    own = provenance_graph(reading.base)
    return [_provenance(reading, graph) for graph in reading.graphs(node) if graph != own]


def _outside(reading: Reading, node: NamedNode) -> Node | None:
    """The web page that the IRI of a foreign node leads to."""
    href = "" if node.value.startswith(reading.base) else external_href(node.value)
    return Node(address_label(href), href, href, external=True) if href else None


def _row(reading: Reading, predicate: NamedNode, terms: list[Term], total: int) -> Row:
    cells: list[Cell] = [reading.cell(term) for term in terms[:SHOWN]]
    if total > SHOWN:
        cells.append(Text(f"and {total - SHOWN:,} more", note="all of them are in the data forms of this page"))
    path = path_of(reading.base, predicate.value) if reading.is_own(predicate) else ""
    return Row(reading.word(predicate), cells, predicate.value, path)


def _groups(reading: Reading, node: NamedNode) -> list[Group]:
    texts, links, elsewhere = [], [], []
    for row in rows(reading, node):
        nodes = [value for value in row.values if isinstance(value, Node)]
        if not nodes:
            texts.append(row)
        elif all(node.external for node in nodes):
            elsewhere.append(row)
        else:
            links.append(row)
    named = (("What it says", texts), ("Where it leads", links), ("On the web", elsewhere))
    return [Group(title, found) for title, found in named if found]


def _is_told(row: Row, told: Container[str]) -> bool:
    nodes = [value for value in row.values if isinstance(value, Node)]
    return row.iri in _CREDITS and bool(nodes) and all(node.iri in told for node in nodes)


def _provenance(reading: Reading, graph: NamedNode) -> Provenance:
    run = reading.one(graph, PROV("wasGeneratedBy"))
    origin = reading.one(graph, DCT("source"))
    number = reading.text(run, reading.leap("revision")) if run else ""
    return Provenance(
        source=reading.link(graph),
        origin=reading.link(origin) if origin else None,
        fetched=moment(reading.text(graph, DCT("modified"))),
        run=reading.link(run) if run else None,
        revision=int(number) if number.isdecimal() else None,
    )
