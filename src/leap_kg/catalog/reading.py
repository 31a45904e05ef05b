"""Reads what the graph says of a dataset, its stores and its variables, within bounds.

What a dataset does not say of itself, but all or some of its stores say (licence, version, when and where), is taken
from them: whoever describes the stores describes the dataset. Variables are of both, see `leap_kg.catalog.variables`.
"""

import re
from collections.abc import Iterable

from pyoxigraph import NamedNode

from leap_kg.catalog.coverage import is_on_globe, on_globe
from leap_kg.catalog.facts import Facts
from leap_kg.catalog.formats import media_type
from leap_kg.catalog.record import (
    NOT_PUBLIC,
    PUBLIC,
    Agent,
    Credit,
    Licence,
    Measured,
    Period,
    Place,
    Record,
    Series,
    Store,
    web_address,
)
from leap_kg.catalog.span import MOST_STORES, Span
from leap_kg.catalog.variables import merged
from leap_kg.ingest.mapping.extents import read_box
from leap_kg.ontology.iri import readable
from leap_kg.ontology.namespaces import ADMS, DCAT, DCT, FOAF, OWL, PROV, SCHEMA, VCARD
from leap_kg.outputs.citing import Citation
from leap_kg.outputs.party import party_of

MOST_VARIABLES = 200
_MOST_OF_STORES = 2000
"""Variables of all stores together: 200 stores of 200 variables each would be a document of many megabytes."""
MOST_EXTENTS = 50
_LENGTH = re.compile(r"[0-9]{1,15}")
_PRODUCER = "/role/producer"


def datasets(facts: Facts) -> list[str]:
    """The IRIs of all datasets, in order."""
    return [iri for iri in facts.all_of(DCAT("Dataset")) if "#" not in iri]


def is_dataset(facts: Facts, node: NamedNode) -> bool:
    """Whether the graph says that the node is a dataset."""
    return DCAT("Dataset") in facts.types(node)


def read(facts: Facts, node: NamedNode, most_stores: int = MOST_STORES, first: int = 1) -> Record:
    """All that is known of the dataset, with so many of its stores from one on that is counted from 1.

    What it takes from its stores it takes from the first of all, so that it says the same whichever are shown.
    """
    listed = facts.every(node, DCAT("distribution"))
    stores = _stores(facts, listed[:most_stores])
    span = Span(len(listed), first, most_stores)
    own, more = _variables(facts, node)
    variables = merged(own, (variable for store in stores for variable in store.variables))
    licence = _licence(facts, node)
    credits_, cited = _credits(facts, node), facts.cited(node)
    series = tuple(_series(facts, whole) for whole in facts.nodes(node, DCAT("inSeries")))
    return Record(
        iri=node.value,
        title=facts.label(node),
        description=facts.text(node, DCT("description"), DCT("abstract")) or _of_series(series),
        alternatives=tuple(facts.texts(node, DCT("alternative"))),
        identifiers=tuple(facts.texts(node, DCT("identifier"))),
        keywords=tuple(dict.fromkeys(facts.texts(node, DCAT("keyword")))),
        licence=licence if licence.iri or licence.text else _one_licence(stores),
        access=_access(facts, node, stores),
        free=_free(facts, node),
        creators=_creators(facts, node, credits_, cited),
        publishers=_agents(facts, facts.nodes(node, DCT("publisher"))),
        maintainers=_agents(facts, facts.nodes(node, SCHEMA("maintainer"))),
        credits=credits_,
        contacts=_contacts(facts, node),
        works=cited.works,
        citation=cited.own.reference,
        cite_as=cited.written("bibtex"),
        credit_text=facts.text(node, SCHEMA("creditText")),
        version=facts.text(node, SCHEMA("version")) or _same({store.version for store in stores}),
        created=facts.text(node, DCT("created")),
        issued=facts.text(node, DCT("issued"), SCHEMA("datePublished")),
        modified=facts.text(node, DCT("modified")) or max((store.modified for store in stores), default=""),
        resolution=facts.text(node, DCAT("spatialResolutionInMeters")),
        places=_places(facts, node) or tuple(place for store in stores for place in store.places)[:MOST_EXTENTS],
        periods=_periods(facts, node) or tuple(time for store in stores for time in store.periods)[:MOST_EXTENTS],
        variables=variables[:MOST_VARIABLES],
        stores=stores if first == 1 else _stores(facts, listed[first - 1 : span.last]),
        span=span,
        more_variables=more + max(0, len(variables) - MOST_VARIABLES),
        pages=_addresses(facts.nodes(node, FOAF("page"))),
        same=_same_pages(facts, node),
        sources=_addresses(facts.nodes(node, DCT("source"))),
        doi=cited.own.iri if cited.own.doi else "",
        feedstock=next(iter(_addresses(facts.nodes(node, facts.leap("feedstock")))), ""),
        recipes=tuple(recipe.value for recipe in facts.nodes(node, facts.leap("recipe"))),
        derived_from=tuple(source.value for source in facts.nodes(node, PROV("wasDerivedFrom"))),
        series=series,
        is_series=DCAT("DatasetSeries") in facts.types(node),
        funding=tuple((grant.value, facts.label(grant)) for grant in facts.nodes(node, SCHEMA("funding"))),
    )


def _stores(facts: Facts, nodes: Iterable[NamedNode]) -> tuple[Store, ...]:
    found, room = [], _MOST_OF_STORES
    for node in nodes:
        store = read_store(facts, node, min(MOST_VARIABLES, room))
        room -= len(store.variables)
        found.append(store)
    return tuple(found)


def read_store(facts: Facts, store: NamedNode, most_variables: int) -> Store:
    """All that is known of a store, with so many of its variables."""
    form, status = facts.one(store, DCT("format")), facts.one(store, ADMS("status"))
    size = facts.text(store, DCAT("byteSize"))
    return Store(
        iri=store.value,
        title=facts.label(store),
        identifier=facts.text(store, DCT("identifier")),
        description=facts.text(store, DCT("description")),
        address=next(iter(_addresses(facts.nodes(store, DCAT("accessURL")))), ""),
        uri=facts.text(store, facts.leap("storageURI")),
        form=form.value if form else "",
        form_name=facts.label(form) if form else "",
        media_type=media_type(form.value if form else "", facts.text(store, DCAT("mediaType"))),
        size=int(size) if _LENGTH.fullmatch(size) else -1,
        conforms_to=tuple(standard.value for standard in facts.nodes(store, DCT("conformsTo"))),
        access=_rights(facts, store),
        status=status.value if status else "",
        status_name=facts.label(status) if status else "",
        licence=_licence(facts, store),
        version=facts.text(store, SCHEMA("version")),
        created=facts.text(store, DCT("created")),
        issued=facts.text(store, DCT("issued")),
        modified=facts.text(store, DCT("modified")),
        alone=len(facts.subjects(DCAT("distribution"), store)) < 2,
        places=_places(facts, store),
        periods=_periods(facts, store),
        variables=_variables(facts, store, most_variables)[0],
    )


def _variables(facts: Facts, node: NamedNode, most: int = MOST_VARIABLES) -> tuple[tuple[Measured, ...], int]:
    """The first variables by their names, and how many there are beside them."""
    parts = facts.nodes(node, SCHEMA("variableMeasured")) if most else []
    named = sorted((facts.text(part, SCHEMA("name")) or facts.label(part), part.value) for part in parts)
    found = tuple(_variable(facts, name, iri) for name, iri in named[:most])
    return found, len(named) - len(found)


def _variable(facts: Facts, name: str, iri: str) -> Measured:
    said = facts.about(NamedNode(iri))
    meaning, size = said.one(SCHEMA("propertyID")), said.text(DCAT("byteSize"))
    return Measured(
        iri=iri,
        name=name,
        symbol=said.text(SCHEMA("alternateName")),
        description=said.text(DCT("description")),
        units=said.text(SCHEMA("unitText")),
        meaning=meaning.value if meaning else "",
        shape=_shape(said.text(facts.leap("shape"))),
        data_type=said.text(facts.leap("dataType")),
        chunks=_shape(said.text(facts.leap("chunkShape"))),
        size=int(size) if _LENGTH.fullmatch(size) else -1,
        codecs=said.text(facts.leap("codecs")),
    )


def _shape(text: str) -> tuple[tuple[str, int], ...]:
    """`time=32 lat=101`, each length by the name of its dimension."""
    found = []
    for dimension in text.split():
        name, mark, length = dimension.rpartition("=")
        known = mark and name and _LENGTH.fullmatch(length)
        found.append((name, int(length)) if known else (dimension, 0))
    return tuple(found)


def _licence(facts: Facts, node: NamedNode) -> Licence:
    licence = facts.one(node, DCT("license"))
    text = " ".join(facts.texts(node, DCT("rights")))
    return Licence(licence.value if licence else "", facts.label(licence) if licence else "", text)


def _one_licence(stores: Iterable[Store]) -> Licence:
    stated = {store.licence for store in stores if store.licence.iri}
    return next(iter(stated)) if len(stated) == 1 else Licence()


def _rights(facts: Facts, node: NamedNode) -> str:
    stated = {right.value for right in facts.nodes(node, DCT("accessRights"))}
    return next((right for right in (PUBLIC, NOT_PUBLIC) if right in stated), min(stated, default=""))


def _access(facts: Facts, node: NamedNode, stores: Iterable[Store]) -> str:
    return _rights(facts, node) or _same({store.access for store in stores})


def _free(facts: Facts, node: NamedNode) -> bool | None:
    stated = facts.text(node, SCHEMA("isAccessibleForFree"))
    return {"true": True, "1": True, "false": False, "0": False}.get(stated)


def _same(stated: set[str]) -> str:
    """What all agree on, `""` if they do not."""
    return next(iter(stated)) if len(stated) == 1 else ""


def _credits(facts: Facts, node: NamedNode) -> tuple[Credit, ...]:
    found = []
    for part in facts.nodes(node, PROV("qualifiedAttribution")):
        roles = tuple((role.value, facts.label(role)) for role in facts.nodes(part, DCAT("hadRole")))
        found += [Credit(part.value, agent, roles) for agent in _agents(facts, facts.nodes(part, PROV("agent")))]
    return tuple(found)


def _creators(facts: Facts, node: NamedNode, credits_: Iterable[Credit], cited: Citation) -> tuple[Agent, ...]:
    """Those whom the record calls creators, in the order in which they are cited."""
    places = {iri: place for place, maker in enumerate(cited.own.makers) for iri in (maker.iri, *maker.others)}
    named = sorted(facts.nodes(node, DCT("creator")), key=lambda each: places.get(each.value, len(places)))
    stated = _agents(facts, named)
    makers = (credit.agent for credit in credits_ if any(iri.endswith(_PRODUCER) for iri, _ in credit.roles))
    return stated or tuple(dict.fromkeys(makers))


def _agents(facts: Facts, nodes: Iterable[NamedNode]) -> tuple[Agent, ...]:
    return tuple(_agent(facts, node) for node in nodes)


def _agent(facts: Facts, node: NamedNode) -> Agent:
    pages = _addresses([*facts.nodes(node, FOAF("homepage")), *facts.nodes(node, FOAF("account"))])
    return Agent(node.value, facts.label(node), party_of(node.value, facts.types(node)), next(iter(pages), ""))


def _contacts(facts: Facts, node: NamedNode) -> tuple[tuple[str, str], ...]:
    return tuple(
        (contact.value, address.value)
        for contact in facts.nodes(node, DCAT("contactPoint"))
        for address in facts.nodes(contact, VCARD("hasEmail"))
        if address.value.startswith("mailto:") and "@" in address.value
    )


def _same_pages(facts: Facts, node: NamedNode) -> tuple[str, ...]:
    """Pages on the web that stand for the dataset: what it is said to be, and its entries in catalogues."""
    stated = [*facts.nodes(node, SCHEMA("sameAs")), *facts.nodes(node, OWL("sameAs"))]
    entries = [
        page for entry in facts.subjects(FOAF("primaryTopic"), node) for page in facts.nodes(entry, FOAF("page"))
    ]
    return _addresses([*stated, *entries])


def _series(facts: Facts, whole: NamedNode) -> Series:
    return Series(whole.value, facts.label(whole), facts.text(whole, DCT("description")))


def _of_series(series: Iterable[Series]) -> str:
    """What is said of a whole, for one of its parts that says nothing of itself."""
    return next((f"One of {whole.title}: {whole.description}" for whole in series if whole.description), "")


def _places(facts: Facts, node: NamedNode) -> tuple[Place, ...]:
    found = []
    for part in facts.nodes(node, DCT("spatial"))[:MOST_EXTENTS]:
        wkt = facts.text(part, DCAT("bbox"))
        box = on_globe(read_box(wkt))
        if box is not None or is_on_globe(wkt):
            found.append(Place(part.value, box.wkt if box else wkt, box))
    return tuple(found)


def _periods(facts: Facts, node: NamedNode) -> tuple[Period, ...]:
    found = []
    for part in facts.nodes(node, DCT("temporal"))[:MOST_EXTENTS]:
        start, end = facts.text(part, DCAT("startDate")), facts.text(part, DCAT("endDate"))
        if start or end:
            found.append(Period(part.value, start, end))
    return tuple(found)


def _addresses(nodes: Iterable[NamedNode]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(address for node in nodes if (address := web_address(node.value))))


def short_name(record: Record, base: str) -> str:
    """What the dataset is called in addresses: `owner/name`, or the last words of a foreign IRI."""
    path = record.iri.removeprefix(f"{base}dataset/")
    return path if path != record.iri else readable(record.iri)
