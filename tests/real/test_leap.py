"""LEAP's real files, harvested, against what other code reads in them."""

import json
import logging
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import structlog
from pyoxigraph import Literal, NamedNode, QuerySolutions

from leap_kg.graph.home import Home
from leap_kg.graph.snapshot import Snapshots
from leap_kg.ingest.fetch import Limits
from leap_kg.ingest.leap.catalog import LeapCatalog
from leap_kg.ingest.leap.published import LeapPublished
from leap_kg.ingest.leap.record import map_files
from leap_kg.ingest.mirror import MirrorFetcher, read_mirror
from leap_kg.ingest.runs.harvest import Outcome
from leap_kg.ingest.runs.rounds import dry_round, harvest_round
from leap_kg.ingest.source import Listing, Mapped, RecordUnusable, Source
from leap_kg.ingest.sources import read_sources
from leap_kg.ingest.state import State
from leap_kg.ontology.identifiers import licence, storage
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, RDF, SCHEMA
from leap_kg.ontology.shapes import validate
from leap_kg.resources import declarations
from leap_kg.sparql.parameters import Value
from tests.ingest.leap.mapped import part
from tests.ingest.shelf import LEAP, Bench, Shelf, findings, silent
from tests.real import oracle
from tests.real.oracle import BASE, Said
from tests.sparql.questions.asked import questions

pytestmark = pytest.mark.skipif(not oracle.FEEDSTOCKS.is_dir(), reason=oracle.WHY)

MIRROR = Path(__file__).parent / "mirror.yaml"
GRAPHS = ("leap-catalog", "leap-published")
SITE = "https://catalog.leap.columbia.edu/feedstock/"


def sources() -> list[Source]:
    """The sources that the project itself declares for LEAP, without those that need more than these files."""
    return [each for each in read_sources(declarations() / "ingest" / "leap.yaml", BASE) if each.id in GRAPHS]


def harvest(home: Path) -> list[Outcome]:
    with MirrorFetcher(read_mirror(MIRROR), Limits()) as fetcher:
        return list(harvest_round(Home(home), BASE, sources(), fetcher, progress=silent))


class Real:
    """A home into which LEAP was harvested twice."""

    def __init__(self, home: Path) -> None:
        self.bench = Bench(home, Shelf())
        self.first = harvest(home)
        self.exports = [self.bench.export(*GRAPHS)]
        self.second = harvest(home)
        self.exports.append(self.bench.export(*GRAPHS))
        snapshot = Snapshots(self.bench.home).current()
        assert snapshot is not None
        self.snapshot = snapshot

    def objects(self, subject: str, predicate: NamedNode) -> set[str]:
        quads = self.snapshot.store.quads_for_pattern(NamedNode(subject), predicate, None, None)
        return {quad.object.value for quad in quads if quad.graph_name != NamedNode(f"{BASE}graph/prov")}  # type: ignore[union-attr]

    def of_type(self, kind: NamedNode) -> set[str]:
        return {q.subject.value for q in self.snapshot.store.quads_for_pattern(None, RDF("type"), kind, None)}  # type: ignore[union-attr]

    def findings(self, kind: str) -> list[dict[str, str]]:
        found = findings([quad for graph in GRAPHS for quad in self.bench.quads(graph)])
        return [dict(finding) for finding in found if finding["kind"] == kind]

    def ask(self, name: str, **values: Value) -> list[dict[str, str]]:
        """The rows of a named query, as texts."""
        query = questions().get(name)
        assert query is not None
        rows = self.snapshot.store.query(query.bind(**values), use_default_graph_as_union=True)
        assert isinstance(rows, QuerySolutions)
        names = [variable.value for variable in rows.variables]
        return [{n: term.value for n in names if (term := row[n]) is not None} for row in rows]


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield Real(tmp_path_factory.mktemp("real") / "home")
    structlog.reset_defaults()


def by_dataset() -> list[Any]:
    """A parameter for each dataset; none where the real files are not there."""
    if not oracle.FEEDSTOCKS.is_dir():
        return [pytest.param(None, id="absent")]
    return [pytest.param(said, id=said.iri.removeprefix(f"{BASE}dataset/")) for said in oracle.datasets()]


# --- what a harvest makes of the list ------------------------------------------------------------------


def test_every_feedstock_whose_files_are_there_is_a_dataset_and_each_other_a_dead_letter(real: Real) -> None:
    letters = real.bench.dead_letters("leap-catalog")
    assert {letter.url for letter in letters.values()} == set(oracle.missing().values())
    assert all(letter.url in letter.reason for letter in letters.values())
    assert {letter.stage for letter in letters.values()} == {"fetch"}
    described = {q.subject.value for q in real.bench.quads("leap-catalog") if q.object == DCAT("Dataset")}  # type: ignore[union-attr]
    assert described == {said.iri for said in oracle.datasets() if said.files}
    assert len(described) + len(letters) == len(oracle.listed())
    assert len(described) >= 10


def test_every_published_entry_is_a_dataset_and_a_catalogue_record(real: Real) -> None:
    assert real.of_type(DCAT("Dataset")) == {said.iri for said in oracle.datasets()}
    entries = real.of_type(DCAT("CatalogRecord"))
    assert {title for entry in entries for title in real.objects(entry, DCT("title"))} == {
        oracle.text(entry, "title") for entry in oracle.published()
    }
    assert len(entries) == len(oracle.published())


def test_every_run_accounts_for_every_record(real: Real) -> None:
    first = {outcome.report.source: outcome.report for outcome in real.first}
    assert first["leap-catalog"].seen == len(oracle.listed())
    assert first["leap-published"].seen == len({said.iri for said in oracle.datasets()} | unpublished())
    assert first["leap-catalog"].dead == len(oracle.missing())
    for outcome in (*real.first, *real.second):
        report = outcome.report
        assert report.outcome == "complete"
        assert report.seen == report.published + report.unchanged + report.dead + report.tombstoned
    assert all(outcome.report.published == 0 for outcome in real.second)


def unpublished() -> set[str]:
    """The listed feedstocks that have no entry."""
    return {oracle.dataset_iri(url) for url in oracle.listed()} - {said.iri for said in oracle.datasets()}


def test_harvesting_twice_changes_no_byte_and_makes_no_revision(real: Real) -> None:
    assert real.exports[0] == real.exports[1]
    assert {outcome.report.revision for outcome in real.second} == {max(o.report.revision for o in real.first)}
    assert not any(outcome.difference for outcome in real.second)


def test_a_fresh_home_gets_the_same_bytes(real: Real, tmp_path: Path) -> None:
    harvest(tmp_path / "home")
    assert Bench(tmp_path / "home", Shelf()).export(*GRAPHS) == real.exports[0]


def test_the_order_of_the_sources_does_not_matter(real: Real, tmp_path: Path) -> None:
    with MirrorFetcher(read_mirror(MIRROR), Limits()) as fetcher:
        list(harvest_round(Home(tmp_path / "home"), BASE, sources()[::-1], fetcher, progress=silent))
    assert Bench(tmp_path / "home", Shelf()).export(*GRAPHS) == real.exports[0]


def test_a_dry_run_tells_what_the_first_harvest_did(real: Real, tmp_path: Path) -> None:
    with MirrorFetcher(read_mirror(MIRROR), Limits()) as fetcher:
        dry = list(dry_round(Home(tmp_path / "home"), BASE, sources(), fetcher, progress=silent))
    assert [outcome.difference for outcome in dry] == [outcome.difference for outcome in real.first]
    assert not (tmp_path / "home").exists()


def test_without_its_state_a_home_harvests_nothing_new(real: Real, tmp_path: Path) -> None:
    shutil.copytree(real.bench.home.path, tmp_path / "home")
    (tmp_path / "home" / "state.sqlite").unlink()
    assert not any(outcome.difference for outcome in harvest(tmp_path / "home"))
    with State(tmp_path / "home" / "state.sqlite", readonly=True) as state:
        assert len(state.records("leap-published")) == len(oracle.datasets())


# --- field by field against the files ------------------------------------------------------------------


@pytest.mark.parametrize("said", by_dataset())
def test_the_graph_says_what_the_files_say(real: Real, said: Said) -> None:
    assert real.objects(said.iri, DCT("title")) == {said.title}
    description = oracle.text(said.content, "description")
    assert real.objects(said.iri, DCT("description")) == ({description} if description else set())
    assert real.objects(said.iri, DCAT("keyword")) == {tag.strip() for tag in said.content.get("tags") or []}
    assert real.objects(said.iri, DCT("rights")) == ({said.licence} if said.licence else set())
    assert real.objects(said.iri, DCAT("distribution")) == said.store_iris
    for store in said.stores:
        iri = oracle.store_iri(store["url"])
        assert store["id"] in real.objects(iri, DCT("identifier"))
        assert real.objects(iri, LEAP("storageURI")) == {oracle.store_uri(store["url"])}
        assert (store.get("name") or store["id"]).strip() in real.objects(iri, DCT("title"))
    people = real.objects(said.iri, SCHEMA("maintainer"))
    assert len(people) == len(said.maintainers)
    for maintainer in said.maintainers:
        (person,) = (
            p for p in people if f"https://github.com/{maintainer['github'].strip().lower()}" in accounts(real, p)
        )
        names = real.objects(person, FOAF("name")) | real.objects(person, SCHEMA("alternateName"))
        assert maintainer["name"].strip() in names
        if orcid := maintainer.get("orcid"):
            assert person == "https://orcid.org/" + orcid.strip().removeprefix("https://orcid.org/")


def accounts(real: Real, person: str) -> set[str]:
    return real.objects(person, FOAF("account"))


@pytest.mark.parametrize("said", by_dataset())
def test_what_is_published_otherwise_than_its_files_say_is_a_finding(real: Real, said: Said) -> None:
    """Independently of the harvest's own comparison: every field on which the two disagree, and no other."""
    expected = set()
    if said.published is not None and said.files:
        mine, theirs = fields(said.content), fields(said.published)
        expected = {name for name in mine if mine[name] != theirs[name]}
    kinds = ("differs-from-published", "renamed")
    found = {f["pointer"] for kind in kinds for f in real.findings(kind) if f["focusNode"] == said.iri}
    assert found == expected


def fields(content: dict[str, Any]) -> dict[str, Any]:
    stores = content.get("stores") or []
    return {
        "title": oracle.text(content, "title"),
        "description": oracle.text(content, "description"),
        "tags": Counter(tag.strip() for tag in content.get("tags") or []),
        "licence": oracle.text(content, "provenance", "license"),
        "store ids": Counter(store["id"] for store in stores),
        "store URLs": Counter((store["id"], store["url"]) for store in stores),
        "maintainers": Counter((m["name"].strip(), m["github"].strip()) for m in content.get("maintainers") or []),
    }


def test_a_change_of_any_field_of_the_real_catalogue_is_found(tmp_path: Path) -> None:
    """The comparison above is not empty by accident: each field, changed in one entry, is named."""
    entries = json.loads(json.dumps(oracle.published()))
    target = next(
        said for said in oracle.datasets() if said.files and said.published and said.stores and said.content.get("tags")
    )
    changed = next(entry for entry in entries if oracle.meta_of(entry) == oracle.meta_of(target.published or {}))
    changed["description"] = changed["tags"] = changed["maintainers"] = None
    changed["title"] += "!"
    changed["provenance"]["license"] = "MIT"
    changed["stores"][0].update(id="another", url="gs://another/one.zarr")
    shelf = Shelf()
    with MirrorFetcher(read_mirror(MIRROR), Limits()) as fetcher:
        for url in [*oracle.listed(), *(oracle.address(path) for path in (*oracle.catalogs(), *oracle.metas()))]:
            if oracle.local(url).is_file():
                shelf.bodies[url] = fetcher.fetch(url).data
    catalog, published = sources()
    assert isinstance(catalog, LeapCatalog)
    assert isinstance(published, LeapPublished)
    shelf.bodies[catalog.origin or ""] = json.dumps({"feedstocks": oracle.listed()}).encode()
    shelf.bodies[published.origin or ""] = json.dumps(entries).encode()
    bench = Bench(tmp_path / "home", shelf, lambda: published)
    bench.harvest()
    kinds = ("differs-from-published", "renamed")
    found = {
        f["pointer"]
        for f in findings(bench.quads("leap-published"))
        if f["kind"] in kinds and f["focusNode"] == target.iri
    }
    assert found == {"title", "description", "tags", "licence", "store ids", "store URLs", "maintainers"}


def test_all_published_stores_are_nodes(real: Real) -> None:
    urls = {store["url"] for entry in oracle.published() for store in entry["stores"] or []}
    assert len(urls) == sum(len(entry["stores"] or []) for entry in oracle.published())
    for url in urls:
        assert real.objects(oracle.store_iri(url), LEAP("storageURI")) == {oracle.store_uri(url)}
        assert DCAT("Distribution").value in real.objects(oracle.store_iri(url), RDF("type"))


def test_every_netcdf_file_that_says_zarr_has_a_finding_and_nothing_else_has(real: Real) -> None:
    expected = {
        oracle.store_iri(store["url"])
        for said in oracle.datasets()
        for store in said.stores
        if store["url"].endswith(".nc") and oracle.text(store, "xarray_open_kwargs", "engine") == "zarr"
    }
    found = real.findings("engine-suffix")
    assert Counter(finding["focusNode"] for finding in found) == Counter(expected)
    assert len(expected) == sum(
        store["url"].endswith(".nc") for entry in oracle.published() for store in entry["stores"] or []
    )
    assert all(LEAP("ZarrStore").value not in real.objects(iri, RDF("type")) for iri in expected)


def test_every_spelling_of_a_licence_is_known_or_a_finding(real: Real) -> None:
    assert {said.licence for said in oracle.datasets()} == set(oracle.LICENCES)
    unknown = {finding["focusNode"] for finding in real.findings("unknown-licence")}
    for said in oracle.datasets():
        spdx = oracle.LICENCES[said.licence]
        wanted = f"https://spdx.org/licenses/{spdx}" if spdx else said.licence_link
        assert real.objects(said.iri, DCT("license")) == ({wanted} if wanted else set()), said.licence
        assert (said.iri in unknown) == (not wanted), said.licence


def test_every_role_outside_the_four_is_a_finding(real: Real) -> None:
    expected = Counter(
        (said.iri, role)
        for said in oracle.datasets()
        for provider in said.providers
        for role in provider.get("roles") or []
        if role not in oracle.ROLES
    )
    assert Counter((f["focusNode"], f["value"]) for f in real.findings("unknown-role")) == expected


def test_a_meta_of_another_repository_is_a_finding(real: Real) -> None:
    expected = {
        said.iri
        for said in oracle.datasets()
        if said.files and said.listed and oracle.dataset_iri(oracle.meta_of(said.content)) != said.iri
    }
    assert {finding["focusNode"] for finding in real.findings("foreign-meta")} == expected


def test_every_finding_points_to_a_line_of_a_file(real: Real) -> None:
    for graph in GRAPHS:
        for finding in findings(real.bench.quads(graph)):
            assert finding["fixHint"]
            if graph == "leap-catalog":
                line = int(re.fullmatch(r".+ \(line (\d+)\)", finding["pointer"])[1])  # type: ignore[index]
                lines = oracle.local(finding["source"]).read_text().splitlines()
                value = finding.get("value", "").strip()
                assert value in "\n".join(lines[line - 1 :]), finding
                assert not value or value in lines[line - 1] or finding["kind"] == "placeholder", finding


def test_what_was_harvested_passes_the_shapes(real: Real) -> None:
    assert all(validate(real.bench.quads(graph), BASE) == [] for graph in GRAPHS)


# --- nothing is lost, and nothing stops a mapping -------------------------------------------------------


def pairs() -> list[Any]:
    """Every catalog.yaml with the meta.yaml it points at (or, if that is not there, the one beside it)."""
    found = []
    for catalog in oracle.catalogs() if oracle.FEEDSTOCKS.is_dir() else []:
        pointed = oracle.meta_of(oracle.read(catalog))
        beside = catalog.with_name("meta.yaml")
        meta = oracle.local(pointed) if pointed and oracle.local(pointed).is_file() else beside
        found.append(pytest.param(catalog, meta if meta.is_file() else None, id=catalog.parts[-3]))
    return found or [pytest.param(None, None, id="absent")]


def map_pair(catalog: Path | None, meta: Path | None) -> tuple[Mapped, dict[str, Any], dict[str, Any]]:
    listed: dict[str, Any] = oracle.read(catalog) if catalog else {"meta_yaml_url": oracle.address(meta)}  # type: ignore[arg-type]
    described = oracle.read(meta) if meta else {"title": "A title"}
    first = part("catalog", oracle.address(catalog or meta), catalog.read_bytes() if catalog else listed)  # type: ignore[arg-type]
    second = part(
        "meta", oracle.address(meta) if meta else oracle.meta_of(listed), meta.read_bytes() if meta else described
    )
    return map_files("key", first, second, BASE), listed, described


def in_the_triples(record: Mapped) -> str:
    """All that the record says, findings included, in lower case, with IRIs decoded."""
    triples = [*record.triples, *(t for f in record.findings for t in f.triples(record.subject, BASE))]
    return "\n".join(unquote(term.value) for t in triples for term in (t.subject, t.object)).lower()  # type: ignore[union-attr]


def as_written_there(scalar: str) -> str:
    """A text as the graph writes it. The exceptions, all of them: white space and dots at the end go, letter case may
    change (logins, DOIs and roles), a JSON text of unmapped keys escapes line ends and letters outside ASCII.
    """
    return scalar.strip().rstrip(".").lower()


@pytest.mark.parametrize(("catalog", "meta"), pairs())
def test_no_text_of_any_real_feedstock_is_lost(catalog: Path, meta: Path | None) -> None:
    record, listed, described = map_pair(catalog, meta)
    found = in_the_triples(record)
    for scalar in (*oracle.scalars(listed), *oracle.scalars(described)):
        wanted = as_written_there(scalar)
        assert wanted in found or json.dumps(wanted)[1:-1] in found, scalar


def test_no_text_of_any_real_meta_is_lost() -> None:
    assert len(oracle.metas()) >= len({oracle.meta_of(oracle.read(path)) for path in oracle.catalogs()}) / 2
    for meta in oracle.metas():
        record, _, described = map_pair(None, meta)
        found = in_the_triples(record)
        assert [scalar for scalar in oracle.scalars(described) if as_written_there(scalar) not in found] == []


def test_every_catalog_of_the_folder_is_mapped_or_refused_with_a_reason() -> None:
    source = next(each for each in sources() if isinstance(each, LeapCatalog))
    refused = {}
    with MirrorFetcher(read_mirror(MIRROR), Limits()) as fetcher:
        for path in oracle.catalogs():
            url = oracle.address(path)
            shelf = Shelf()
            shelf.put(source.origin or "", {"feedstocks": [url]})
            (ref,) = source.enumerate(Listing(shelf))
            try:
                source.map(source.fetch(ref, fetcher))
            except RecordUnusable as problem:
                refused[url] = problem.reason
            except Exception as problem:  # noqa: BLE001 - compared below
                refused[url] = type(problem).__name__
    expected = {}
    for path in oracle.catalogs():
        meta = oracle.meta_of(oracle.read(path))
        if not meta:
            expected[oracle.address(path)] = (
                "catalog.yaml has no meta_yaml_url; add it, so that the description is found"
            )
        elif not oracle.local(meta).is_file():
            expected[oracle.address(path)] = "NotMirrored"
    assert refused == expected


# --- the questions ---------------------------------------------------------------------------------------


def test_question_3_which_link_points_at_exactly_this_dataset_and_store(real: Real) -> None:
    said = next(said for said in oracle.datasets() if said.title == "ClimSim")
    rows = real.ask("questions/exact-link", title="climsim")
    assert {(row["dataset"], row["store"], row["storage"]) for row in rows} == {
        (said.iri, oracle.store_iri(store["url"]), oracle.store_uri(store["url"])) for store in said.stores
    }
    assert rows[0]["web"].startswith("https://storage.googleapis.com/leap-persistent-ro/")
    every = real.ask("questions/exact-link", title="")
    assert {row["store"] for row in every if "store" in row} == {
        iri for said in oracle.datasets() for iri in said.store_iris
    }
    assert {row["dataset"] for row in every} == {said.iri for said in oracle.datasets()}


def test_question_4_each_store_once_with_what_the_catalogue_says_of_access(real: Real) -> None:
    rows = real.ask("questions/stores-compared", title="")
    flags = {}
    for entry in oracle.published():
        for store in entry["stores"] or []:
            if isinstance(location := storage.parse(store["url"]), storage.Location):
                flags[f"{BASE}store/{location.slug}"] = "public" if store["public"] else "not public"
    assert Counter(flags.values()) == {"public": 27, "not public": 56}
    assert len(rows) == len({row["store"] for row in rows})
    assert {row["store"]: row["listed"] for row in rows if row["listed"] != "unknown"} == flags


def test_question_9_which_entries_left_the_list_and_which_were_renamed(real: Real) -> None:
    rows = real.ask("questions/published-not-listed")
    assert {row["dataset"] for row in rows} == {said.iri for said in oracle.datasets() if said.listed is None}
    assert len(rows) == 1
    renamed = {(said.iri, oracle.text(said.published, "title")) for said in oracle.datasets() if said.published}
    renamed = {(iri, title) for iri, title in renamed if {title} != real.objects(iri, DCT("title"))}
    assert {(row["dataset"], row["before"]) for row in real.ask("questions/renamed")} == renamed


def test_question_9_which_stores_do_not_answer(real: Real) -> None:
    rows = real.ask("questions/silent-stores")
    assert {(row["dataset"], row["store"]) for row in rows} == {
        (said.iri, iri) for said in oracle.datasets() for iri in said.store_iris
    }
    assert {row["answer"] for row in rows} == {"unknown"}


def test_question_10_which_records_cannot_be_right_whose_are_they_and_what_is_the_fix(real: Real) -> None:
    rows = real.ask("questions/faulty-records")
    expected: Counter[tuple[str, str]] = Counter()
    for said in oracle.datasets():
        who = ", ".join(sorted(maintainer["name"].strip() for maintainer in said.maintainers))
        for store in said.stores:
            if store["url"].endswith(".nc") and oracle.text(store, "xarray_open_kwargs", "engine") == "zarr":
                expected[(said.iri, who)] += 1
        assert said.licence or said.licence_link
        assert said.maintainers
    assert Counter((row["record"], ", ".join(sorted(row["who"].split(", ")))) for row in rows) == expected
    assert {row["hint"] for row in rows} == {
        "Set xarray_open_kwargs.engine to 'h5netcdf', or give the address of a zarr store."
    }
    warned = real.ask("questions/faulty-records", severity="http://www.w3.org/ns/shacl#Warning")
    assert {"role outside the list", "licence not recognised", "published, not in the input list"} <= {
        r["kind"] for r in warned
    }


def test_question_11_how_to_cite_and_under_which_licence(real: Real) -> None:
    rows = real.ask("questions/cite-and-licence")
    for said in oracle.datasets():
        mine = [row for row in rows if row["dataset"] == said.iri]
        assert {row["spdx"] for row in mine} == {oracle.LICENCES[said.licence] or "unknown"}
        assert {row["words"] for row in mine} == {said.licence}
        papers = [entry for entry in said.content.get("citation") or [] if isinstance(entry, dict)]
        assert len(mine) == max(1, len(papers))
        for paper in papers:
            doi = paper["doi"].lower()
            assert any(doi in row["paper"] and paper["title"].rstrip(".") in row["cite"] for row in mine)
        if not papers:
            assert mine[0]["cite"] == "unknown"


def test_question_30_who_says_this_when_was_it_fetched_and_is_it_stale(real: Real) -> None:
    said = next(said for said in oracle.datasets() if said.files)
    rows = real.ask("questions/who-says-this", node=said.iri)
    (title,) = (row for row in rows if row["property"] == DCT("title").value)
    report = next(outcome.report for outcome in real.first if outcome.report.source == "leap-catalog")
    assert title["value"] == said.title
    assert title["source"] == "LEAP feedstocks"
    assert title["origin"].endswith("/catalog/input.yaml")
    assert title["published"][:19] == report.ended[:19]
    assert title["state"] == "fresh"
    assert {row["property"] for row in rows} >= {DCAT("distribution").value, SCHEMA("maintainer").value}


def test_question_30_an_old_reading_is_called_stale(tmp_path: Path) -> None:
    catalog = sources()[0]
    assert isinstance(catalog, LeapCatalog)
    catalog.stale_after = timedelta(0)
    with MirrorFetcher(read_mirror(MIRROR), Limits()) as fetcher:
        list(harvest_round(Home(tmp_path / "home"), BASE, [catalog], fetcher, progress=silent))
    snapshot = Snapshots(Home(tmp_path / "home")).current()
    query = questions().get("questions/who-says-this")
    assert snapshot is not None
    assert query is not None
    said = next(said for said in oracle.datasets() if said.files)
    rows = snapshot.store.query(query.bind(node=said.iri), use_default_graph_as_union=True)
    assert isinstance(rows, QuerySolutions)
    assert {row["state"] for row in rows} == {Literal("stale, unless its page shows a later check")}


def test_the_table_of_licences_is_what_the_normaliser_says() -> None:
    for spelling, spdx in oracle.LICENCES.items():
        assert getattr(licence.parse(spelling), "spdx_id", None) == spdx
