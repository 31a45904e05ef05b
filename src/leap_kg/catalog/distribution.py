"""A store as a distribution of the datasets that have it: in the words of DCAT-AP and of schema.org, and its links.

What a dataset's twins say of one of its stores is said here of the store, with as much of its datasets as whoever
validates the document needs. Croissant describes datasets and nothing smaller.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyoxigraph import NamedNode, Triple

from leap_kg.catalog.dcat import Said, say_distribution
from leap_kg.catalog.facts import Facts
from leap_kg.catalog.page import STORE_DESCRIPTIONS, Place
from leap_kg.catalog.reading import MOST_VARIABLES, read, read_store
from leap_kg.catalog.record import Record, Store, web_address
from leap_kg.catalog.schemaorg import CONTEXT, download, stac_download
from leap_kg.catalog.signposts import Signpost, linked, stac_of
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, RDFS

MOST_DATASETS = 20
_TYPES = ("https://schema.org/AboutPage", "https://schema.org/DataDownload")


@dataclass(frozen=True, slots=True)
class Distribution:
    """A store and the first datasets that have it, each without its stores."""

    store: Store
    datasets: tuple[Record, ...]

    @property
    def iri(self) -> str:
        """The IRI of the store."""
        return self.store.iri

    @property
    def licence(self) -> str:
        """The address of the licence: the store's own, else that of the one dataset that has it, `""` for none."""
        only = self.datasets[0].licence.iri if len(self.datasets) == 1 else ""
        return web_address(self.store.licence.iri or only)


def is_distribution(facts: Facts, node: NamedNode) -> bool:
    """Whether the graph says that the node is a distribution, and no dataset."""
    types = facts.types(node)
    return DCAT("Distribution") in types and DCAT("Dataset") not in types and "#" not in node.value


def distribution(facts: Facts, node: NamedNode) -> Distribution:
    """What is known of a store."""
    wholes = facts.subjects(DCAT("distribution"), node)[:MOST_DATASETS]
    return Distribution(read_store(facts, node, MOST_VARIABLES), tuple(read(facts, whole, 0) for whole in wholes))


def dcat_ap_of(found: Distribution, place: Place) -> list[Triple]:
    """The distribution, and of its datasets what the profile wants of each."""
    say, store = Said(), NamedNode(found.iri)
    say.classes(store, DCAT("Distribution"))
    for record in found.datasets:
        dataset = NamedNode(record.iri)
        say.classes(dataset, DCAT("Dataset"), DCAT("Resource"))
        say.text(dataset, DCT("title"), record.title)
        say.text(dataset, DCT("description"), record.description)
        say.text(dataset, DCT("identifier"), record.iri)
        say.typed(dataset, DCAT("landingPage"), place.page(record.iri), FOAF("Document"))
        say_distribution(say, dataset, found.store, record)
    if not found.datasets:
        say_distribution(say, None, found.store, None)
    say.typed(store, FOAF("page"), place.page(found.iri), FOAF("Document"))
    for twin in STORE_DESCRIPTIONS:
        say.link(store, RDFS("seeAlso"), place.twin(found.iri, twin.suffix))
    return list(dict.fromkeys(say.triples))


def schema_org_of(found: Distribution, place: Place) -> dict[str, Any]:
    """The download as a JSON-LD document, with the datasets that it encodes."""
    wholes = [
        {"@type": "Dataset", "@id": record.iri, "name": record.title, "url": place.page(record.iri)}
        for record in found.datasets
    ]
    stated = {
        "@context": CONTEXT,
        **download(found.store),
        "url": place.page(found.iri),
        "license": found.licence,
        "encodesCreativeWork": wholes[0] if len(wholes) == 1 else wholes,
        "subjectOf": stac_download(place),
    }
    return {key: value for key, value in stated.items() if value not in ("", None, [], {})}


def signposts_of(found: Distribution, place: Place) -> list[Signpost]:
    """The links of the page of a store: to the data, to what describes them, and to the datasets that have them."""
    store = found.store
    return [
        Signpost("cite-as", found.iri),
        *(Signpost("type", address) for address in _TYPES),
        *(Signpost("license", address) for address in (found.licence,) if address),
        *(
            Signpost("describedby", place.twin(found.iri, twin.suffix), twin.media_type, twin.profile)
            for twin in STORE_DESCRIPTIONS
        ),
        *stac_of(place),
        *(Signpost("item", store.address, store.media_type) for _ in (1,) if store.address),
        *(Signpost("collection", place.page(record.iri), "text/html") for record in found.datasets),
    ]


def linkset_of(found: Distribution, place: Place, forms: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """All links as `application/linkset+json`; `forms` as in `signposts.linkset`."""
    others = [Signpost("describedby", place.twin(found.iri, suffix), media) for suffix, media in forms]
    return linked(place.page(found.iri), [*signposts_of(found, place), *others])
