"""The real standard name table, against what another XML reader finds in it."""

import json
import logging
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from pyoxigraph import NamedNode, Quad

from leap_kg.graph.home import Home
from leap_kg.graph.names import source_graph
from leap_kg.graph.snapshot import Snapshots
from leap_kg.ingest.fetch import Limits
from leap_kg.ingest.mirror import MirrorFetcher, read_mirror
from leap_kg.ingest.runs.harvest import Outcome
from leap_kg.ingest.runs.rounds import harvest_round
from leap_kg.ingest.sources import read_sources
from leap_kg.ontology.namespaces import DCT, RDF, SCHEMA, SKOS
from leap_kg.resources import declarations
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.shelf import findings, silent

TABLE = Path(__file__).parents[2].parent / "shared" / "data" / "cf" / "cf-standard-name-table-83.xml"
CF = "http://vocab.nerc.ac.uk/standard_name/"

pytestmark = pytest.mark.skipif(
    not TABLE.is_file(), reason="the standard name table is not beside the project, in ../shared/data"
)


def harvest(home: Path) -> Outcome:
    declared = [each for each in read_sources(declarations() / "ingest" / "leap.yaml", BASE) if each.id == "cf"]
    with MirrorFetcher(read_mirror(Path(__file__).parent / "mirror.yaml"), Limits()) as fetcher:
        (outcome,) = harvest_round(Home(home), BASE, declared, fetcher, progress=silent)
    return outcome


@pytest.fixture(scope="module")
def harvested(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Outcome, Outcome, list[Quad]]]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    home = tmp_path_factory.mktemp("cf") / "home"
    first, second = harvest(home), harvest(home)
    snapshot = Snapshots(Home(home)).current()
    assert snapshot is not None
    yield first, second, list(snapshot.store.quads_for_pattern(None, None, None, source_graph(BASE, "cf")))
    structlog.reset_defaults()


def iri(name: str) -> str:
    return f"{CF}{name.replace(' ', '%20')}/"


def pairs(quads: list[Quad], predicate: NamedNode) -> set[tuple[str, str]]:
    return {(q.subject.value, q.object.value) for q in quads if q.predicate == predicate}  # type: ignore[union-attr]


def test_every_name_and_alias_is_a_concept(harvested: tuple[Outcome, Outcome, list[Quad]]) -> None:
    first, _, quads = harvested
    root = ET.parse(TABLE).getroot()  # noqa: S314 - the file is ours to read
    entries, aliases = root.findall("entry"), root.findall("alias")
    names = {each.get("id") or "" for each in (*entries, *aliases)}
    assert {subject for subject, kind in pairs(quads, RDF("type")) if kind == SKOS("Concept").value} == set(
        map(iri, names)
    )
    assert (first.report.outcome, first.report.seen, first.report.dead) == ("complete", len(names) + 1, 0)
    assert first.report.published == len(names) + 1
    units = {(iri(e.get("id") or ""), " ".join((e.findtext("canonical_units") or "").split())) for e in entries}
    assert pairs(quads, SCHEMA("unitText")) == {(name, unit) for name, unit in units if unit}
    said = {(iri(e.get("id") or ""), " ".join((e.findtext("description") or "").split())) for e in entries}
    assert pairs(quads, SKOS("definition")) == {(name, text) for name, text in said if text}
    replaced = {(iri(a.get("id") or ""), iri(target.text or "")) for a in aliases for target in a.findall("entry_id")}
    assert pairs(quads, DCT("isReplacedBy")) == replaced
    codes = {e.findtext(code) or "" for e in entries for code in ("grib", "amip")}
    assert {text for _, text in pairs(quads, SKOS("notation"))} == codes - {""}


def test_what_is_wrong_with_the_table_is_reported(harvested: tuple[Outcome, Outcome, list[Quad]]) -> None:
    _, _, quads = harvested
    counted = Counter(finding["kind"] for finding in findings(quads))
    assert counted["duplicate-key"] == 3
    assert counted["bad-identifier"] == 5
    assert json.dumps(sorted(counted)) == '["bad-identifier", "duplicate-key", "missing-description"]'


def test_a_second_harvest_changes_nothing(harvested: tuple[Outcome, Outcome, list[Quad]]) -> None:
    first, second, _ = harvested
    assert (second.report.published, second.report.unchanged) == (0, first.report.seen)
    assert not second.difference
    assert second.report.revision == first.report.revision
