"""The twins of every dataset that the real sources describe: the shapes of others, and a reason for all they find."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import NamedNode, RdfFormat, serialize

from leap_kg.catalog.croissant import croissant
from leap_kg.catalog.dcat import catalogue_triples, dcat_ap, records
from leap_kg.catalog.facts import Facts
from leap_kg.catalog.lacks import lacks
from leap_kg.catalog.reading import datasets, read
from leap_kg.catalog.record import Record
from leap_kg.catalog.schemaorg import schema_org
from leap_kg.graph.home import Home
from leap_kg.graph.snapshot import Snapshots
from leap_kg.ingest.fetch import Limits
from leap_kg.ingest.mirror import MirrorFetcher, read_mirror
from leap_kg.ingest.runs.rounds import harvest_round
from leap_kg.ingest.sources import read_sources
from leap_kg.resources import declarations
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.catalog.made import NO_SHAPES, PLACE, SHAPES, violations
from tests.ingest.shelf import silent
from tests.real.mapped import DATA, MIRROR

pytestmark = [
    pytest.mark.all,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not DATA.is_dir(), reason="the real data are not beside the project"),
    # rdflib's own JSON-LD parser still uses what rdflib deprecates.
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
]

RECORDED = MIRROR.parent / "recorded.yaml"
# Whatever describes datasets and stores; DataCite's records are its own examples.
KINDS = ("leap-catalog", "leap-published", "pangeo-forge", "stac-", "zarr-stores", "cesm", "cmip6-")
CATALOGUE = "https://catalog.leap.columbia.edu/feedstock/"
GOOGLE, SOSO = ("soso/googleRequired.ttl", "soso/googleRecommended.ttl"), "soso/soso_common_v1.2.3.ttl"
DCAT_AP = "dcat-ap/dcat-ap-3.0.1-SHACL.ttl"


@dataclass(frozen=True)
class Real:
    """What the real sources describe: every dataset, and those with an entry in LEAP's published catalogue."""

    records: list[Record]
    of_leap: set[str]

    def reasons(self) -> dict[str, set[str]]:
        """By dataset, the names of what its twins are said to lack."""
        return {record.iri: {lack.name for lack in lacks(record, BASE)} for record in self.records}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Real:
    home = Home(tmp_path_factory.mktemp("real") / "home")
    platform = read_sources(declarations() / "ingest" / "leap.yaml", BASE)
    sources = [source for source in platform if source.id.startswith(KINDS) and source.id != "cmip6-requests"]
    sources += [source for source in read_sources(RECORDED, BASE) if "datacite" in source.id]
    with MirrorFetcher(read_mirror(MIRROR), Limits()) as fetcher:
        list(harvest_round(home, BASE, sources, fetcher, progress=silent))
    snapshot = Snapshots(home).current()
    assert snapshot is not None
    facts = Facts(snapshot.store, BASE)
    found = [read(facts, NamedNode(iri)) for iri in datasets(facts)]
    return Real(found, {record.iri for record in found if any(page.startswith(CATALOGUE) for page in record.same)})


def test_all_datasets_are_there(real: Real) -> None:
    assert len(real.of_leap) == 32
    assert len(real.records) >= 125


def unexplained(real: Real, found: set[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """The violations and warnings that nothing is said of."""
    reasons = real.reasons()
    return sorted(one for one in found if one[2] not in reasons.get(one[1], set()))


def passes(real: Real, found: set[tuple[str, str, str]]) -> dict[str, int]:
    """How many datasets pass the shapes as they are, of all and of LEAP's own; warnings do not count."""
    failing = {iri for severity, iri, _ in found if severity == "Violation"}
    every = {record.iri for record in real.records}
    return {"all": len(every - failing), "leap": len(real.of_leap - failing)}


@pytest.mark.skipif(not SHAPES.is_dir(), reason=NO_SHAPES)
@pytest.mark.parametrize("name", [*GOOGLE, SOSO])
def test_all_that_the_shapes_of_schema_org_find_is_said_to_lack(real: Real, name: str) -> None:
    data = rdflib.Graph()
    data.parse(data=json.dumps([schema_org(record, PLACE) for record in real.records]), format="json-ld")
    found = violations(data, name)
    print(name, passes(real, found), Counter((severity, path) for severity, _, path in found))
    assert unexplained(real, found) == []
    about = set(data.subjects(rdflib.RDF.type, rdflib.URIRef("http://schema.org/Dataset")))
    assert len(about) == len(real.records)


@pytest.mark.skipif(not SHAPES.is_dir(), reason=NO_SHAPES)
def test_all_that_the_shapes_of_dcat_ap_find_is_said_to_lack(real: Real) -> None:
    now = "2026-01-01T00:00:00Z"
    triples = [*catalogue_triples(PLACE, now, "")]
    for record in real.records:
        triples += [*dcat_ap(record, PLACE), *records(record, PLACE, now)]
    data = rdflib.Graph()
    data.parse(data=serialize(triples, format=RdfFormat.N_TRIPLES), format="nt")
    found = violations(data, DCAT_AP)
    print(DCAT_AP, passes(real, found), Counter((severity, path) for severity, _, path in found))
    assert unexplained(real, found) == []
    # What is described passes whole.
    assert {iri for _, iri, _ in found} == {record.iri for record in real.records if not record.description}


@pytest.mark.filterwarnings("ignore")
def test_the_reference_implementation_takes_every_croissant(real: Real, tmp_path: Path) -> None:
    import mlcroissant

    file, refused = tmp_path / "croissant.json", {}
    for record in real.records:
        document = croissant(record, PLACE, 1)
        file.write_text(json.dumps(document))
        try:
            found = mlcroissant.Dataset(jsonld=str(file)).metadata
        except mlcroissant.ValidationError as error:
            refused[record.iri] = str(error)
            continue
        fields = sum(len(each.fields) for each in found.record_sets)
        assert fields == sum(len(each["field"]) for each in document.get("recordSet", []))
        assert len(found.distribution) == len(document.get("distribution", []))
    print("mlcroissant", len(real.records) - len(refused), "accepted")
    assert refused == {}
