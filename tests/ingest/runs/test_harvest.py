"""Publishing what was taken: accounts, repetition, dry runs, shapes, lost state, and sources that know one another."""

import re
import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from leap_kg.graph.home import HomeError
from leap_kg.graph.snapshot import Snapshots
from leap_kg.ingest.fetch import Fetcher
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, Ref, Source
from leap_kg.ontology.declared import declared_text
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, PROV, RDF, SCHEMA, SH
from leap_kg.ontology.shapes.compiled import compiled
from leap_kg.resources import declarations
from tests.ingest.shelf import (
    BASE,
    CARBERRY,
    LEAP,
    LIST,
    PERTSCH,
    Bench,
    Shelf,
    catalog_of,
    catalog_source,
    catalog_url,
    dataset,
    entry_of,
    findings,
    kinds,
    meta_address,
    meta_of,
    published_source,
    store,
    titles,
)

NAMES = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta")
STORAGE_URI = NamedNode(f"{LEAP}storageURI")
ORCID = f"https://orcid.org/{CARBERRY}"


class Notes(Source):
    """A source whose records are texts under addresses; each becomes a dataset as its text says."""

    def __init__(self, *names: str, id: str = "lab") -> None:  # noqa: A002
        self.id = id
        self.title = "Notes"
        self.origin = None
        self.stale_after = timedelta(days=1)
        self.names = names

    def enumerate(self, listing: Listing) -> Sequence[Ref]:
        return [Ref(name, f"https://notes.example.org/{name}") for name in self.names]

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        body = fetcher.fetch(ref.url)
        return RawRecord(ref.key, (Part("note", body.url, body.sha256, body.data),))

    def map(self, record: RawRecord) -> Mapped:
        text = record.parts[0].data.decode()
        if text.startswith("crash"):
            raise ZeroDivisionError(text)
        node = dataset(record.key)
        triples = [
            Triple(node, RDF("type"), DCAT("Dataset")),
            Triple(node, DCT("source"), NamedNode(record.parts[0].url)),
            *(Triple(node, DCT("title"), Literal(title)) for title in text.split("/")),
        ]
        if text == "blank":
            triples.append(Triple(node, DCT("relation"), BlankNode()))
        if text.startswith("about "):
            other = dataset(text.removeprefix("about "))
            triples.append(Triple(other, DCT("title"), Literal(f"what {record.key} calls it")))
        return Mapped(record.key, node, triples, [])


def notes(shelf: Shelf, **texts: str) -> None:
    for name, text in texts.items():
        shelf.bodies[f"https://notes.example.org/{name}"] = text.encode()


def test_every_record_is_counted_once_and_published(bench: Bench) -> None:
    report = bench.harvest()
    assert (report.seen, report.published, report.unchanged, report.dead, report.tombstoned) == (6, 6, 0, 0, 0)
    assert report.outcome == "complete"
    assert titles(bench) == {f"Title of {name}" for name in NAMES}
    assert bench.types(store("alpha")) == {"Distribution", "ZarrStore"}


def test_the_same_files_make_no_new_revision(bench: Bench) -> None:
    first = bench.harvest()
    before = bench.export()
    second = bench.harvest()
    assert (second.published, second.unchanged, second.revision) == (0, 6, first.revision)
    assert bench.export() == before


def test_a_fresh_home_holds_the_same_bytes(bench: Bench, shelf: Shelf, tmp_path: Path) -> None:
    bench.harvest()
    other = Bench(tmp_path / "other", shelf)
    other.harvest()
    assert other.export() == bench.export()
    assert bench.export().count("\n") > 100


def test_one_changed_file_is_one_published_record(bench: Bench, shelf: Shelf) -> None:
    first = bench.harvest()
    shelf.feedstock("beta", meta=meta_of("beta", title="Another title"))
    outcome = bench.outcomes()[0]
    assert (outcome.report.published, outcome.report.unchanged) == (1, 5)
    assert outcome.report.revision == first.revision + 1
    assert {(q.subject, q.predicate) for q in outcome.difference.added} == {(dataset("beta"), DCT("title"))}
    assert titles(bench) == {f"Title of {name}" for name in NAMES if name != "beta"} | {"Another title"}


def test_the_run_says_which_files_were_new(bench: Bench, shelf: Shelf) -> None:
    bench.harvest()
    shelf.feedstock("beta", meta=meta_of("beta", title="Another title"))
    report = bench.harvest()
    snapshot = Snapshots(bench.home).current()
    assert snapshot is not None
    run = NamedNode(f"{BASE}run/{report.run}")
    used = {quad.object.value for quad in snapshot.store.quads_for_pattern(run, PROV("used"), None, None)}  # type: ignore[union-attr]
    assert used == {meta_address("beta")}


def test_a_dry_run_touches_no_byte_and_tells_what_the_run_then_does(bench: Bench, shelf: Shelf) -> None:
    bench.harvest()
    shelf.feedstock("beta", meta=meta_of("beta", title="Another title"))
    shelf.put(meta_address("gamma"), b"title: [unclosed")
    before = bench.files()
    dry = bench.dry()
    assert bench.files() == before
    real = bench.outcomes()
    assert [o.difference for o in dry] == [o.difference for o in real]
    assert dry[0].difference
    counts = ("seen", "published", "unchanged", "dead", "tombstoned", "outcome", "message")
    assert all(getattr(dry[0].report, name) == getattr(real[0].report, name) for name in counts)


def test_a_dry_run_without_a_home_makes_none(bench: Bench) -> None:
    difference = bench.dry()[0].difference
    assert not bench.home.path.exists()
    assert difference == bench.outcomes()[0].difference
    assert len(difference.added) == len(bench.quads())


def test_a_dry_run_of_two_sources_that_share_people_tells_the_truth(tmp_path: Path, shelf: Shelf) -> None:
    shelf.feedstock("alpha", meta=meta_of("alpha", maintainers=[{"name": "P", "github": "pertsch"}]))
    shelf.publish([entry_of("lost", maintainers=[{"name": "Pertsch", "github": "pertsch", "orcid": PERTSCH}])])
    bench = Bench(tmp_path / "home", shelf, catalog_source, published_source)
    dry = [outcome.difference for outcome in bench.dry()]
    assert dry == [outcome.difference for outcome in bench.outcomes()]


def test_a_record_that_breaks_a_shape_dies_alone(tmp_path: Path, shelf: Shelf) -> None:
    notes(shelf, one="First", two="Second/Zweiter", three="Third")
    bench = Bench(tmp_path / "home", shelf, lambda: Notes("one", "two", "three"))
    report = bench.harvest()
    assert (report.outcome, report.published, report.dead) == ("complete", 2, 1)
    letter = bench.dead_letters()["two"]
    assert (letter.stage, letter.url) == ("validate", "https://notes.example.org/two")
    assert "one title" in letter.reason
    assert titles(bench) == {"First", "Third"}


def test_a_record_that_comes_to_break_a_shape_keeps_what_was_good(tmp_path: Path, shelf: Shelf) -> None:
    notes(shelf, one="First", two="Second")
    bench = Bench(tmp_path / "home", shelf, lambda: Notes("one", "two"))
    bench.harvest()
    notes(shelf, one="First again", two="Second/Zweiter")
    report = bench.harvest()
    assert (report.published, report.dead) == (1, 1)
    assert titles(bench) == {"First again", "Second"}


def test_of_two_records_that_clash_the_one_at_fault_by_itself_dies(tmp_path: Path, shelf: Shelf) -> None:
    notes(shelf, one="about two", two="Second/Zweiter")
    bench = Bench(tmp_path / "home", shelf, lambda: Notes("one", "two"))
    assert bench.harvest().dead == 1
    assert set(bench.dead_letters()) == {"two"}


def test_records_that_clash_only_together_both_die(tmp_path: Path, shelf: Shelf) -> None:
    notes(shelf, one="about two", two="Second", three="Third")
    bench = Bench(tmp_path / "home", shelf, lambda: Notes("one", "two", "three"))
    report = bench.harvest()
    assert (report.published, report.dead) == (1, 2)
    assert titles(bench) == {"Third"}


def test_a_defect_in_the_mapping_of_one_record_stops_no_other(tmp_path: Path, shelf: Shelf) -> None:
    notes(shelf, one="First", two="Second")
    bench = Bench(tmp_path / "home", shelf, lambda: Notes("one", "two"))
    bench.harvest()
    notes(shelf, one="First again", two="crash")
    report = bench.harvest()
    assert (report.outcome, report.published, report.dead) == ("complete", 1, 1)
    letter = bench.dead_letters()["two"]
    assert letter.stage == "map"
    assert "ZeroDivisionError: crash" in letter.reason
    assert titles(bench) == {"First again", "Second"}


def test_triples_that_cannot_be_published_kill_one_record(tmp_path: Path, shelf: Shelf) -> None:
    notes(shelf, one="First", two="blank")
    bench = Bench(tmp_path / "home", shelf, lambda: Notes("one", "two"))
    report = bench.harvest()
    assert (report.published, report.dead) == (1, 1)
    assert "only IRIs" in bench.dead_letters()["two"].reason


class _Stricter(Notes):
    """The same notes after the mapping was changed so that one of them no longer passes."""

    def map(self, record: RawRecord) -> Mapped:
        mapped = super().map(record)
        return Mapped(mapped.key, mapped.subject, [t for t in mapped.triples if t.predicate != DCT("source")], [])


def test_what_was_good_outlives_a_mapping_that_refuses_it(tmp_path: Path, shelf: Shelf) -> None:
    notes(shelf, one="First", two="Second")
    bench = Bench(tmp_path / "home", shelf, lambda: Notes("one", "two"))
    bench.harvest()
    before = bench.export()
    later = Bench(bench.home.path, shelf, lambda: _Stricter("one", "two"))
    report = later.harvest()
    assert (report.outcome, report.dead, report.published) == ("complete", 2, 0)
    assert later.export() == before


def test_a_lost_raw_store_loses_nothing(bench: Bench, shelf: Shelf) -> None:
    bench.harvest()
    before = bench.export()
    shutil.rmtree(bench.home.raw)
    shelf.put(meta_address("beta"), b"title: [unclosed")
    shelf.list([name for name in NAMES if name != "gamma"])
    report = bench.harvest()
    assert (report.outcome, report.dead, report.unchanged) == ("complete", 1, 5)
    assert bench.export() == before


def test_a_raw_store_that_cannot_be_written_is_an_error_that_says_so(bench: Bench) -> None:
    bench.home.create()
    shutil.rmtree(bench.home.raw)
    bench.home.raw.write_text("in the way")
    with pytest.raises(HomeError, match=r"cannot (keep what was fetched|write)"):
        bench.harvest()
    assert not bench.quads()


def test_a_lost_state_changes_nothing_in_the_graph(bench: Bench) -> None:
    first = bench.harvest()
    before = bench.export()
    bench.home.state.unlink()
    report = bench.harvest()
    assert (report.outcome, report.revision, report.seen) == ("complete", first.revision, 6)
    assert bench.export() == before
    assert bench.harvest().unchanged == 6


@pytest.mark.parametrize("lost", ["unreadable", "unlisted"])
def test_with_the_state_lost_nothing_leaves_unasked(bench: Bench, shelf: Shelf, lost: str) -> None:
    bench.harvest()
    before = bench.export()
    bench.home.state.unlink()
    if lost == "unreadable":
        del shelf.bodies[catalog_url("beta")]
    else:
        shelf.list([name for name in NAMES if name != "beta"])
    report = bench.harvest()
    assert report.outcome == "failed"
    assert "--approve-removals" in report.message
    assert dataset("beta").value in report.message
    assert bench.export() == before
    assert bench.harvest(approve=True).outcome == "complete"
    assert bench.types(dataset("beta")) == {"Tombstone"}


def test_what_was_good_but_breaks_new_shapes_goes_only_when_approved(
    bench: Bench, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.harvest()
    del shelf.bodies[catalog_url("beta")]
    # The graph is made anew from what is remembered, under shapes that no longer allow the store of beta.
    address = next(q.object for q in bench.quads() if q.subject == store("beta") and q.predicate == STORAGE_URI)
    assert isinstance(address, Literal)
    pattern = re.escape(address.value).replace("\\", "\\\\")
    demand = f'sh:path leap:storageURI ; sh:pattern "^(?!{pattern}$)" ; sh:message "Not this one."'
    shape = f"leap:tighter a sh:NodeShape ; sh:targetClass dcat:Distribution ; sh:property [ {demand} ] ."
    prefixes = f"@prefix sh: <{SH}> . @prefix leap: <{LEAP}> . @prefix dcat: <{DCAT}> ."
    files = (declared_text(file, BASE) for file in sorted((declarations() / "ontology" / "shapes").glob("*.ttl")))
    tighter = compiled([*files, f"{prefixes} {shape}"])
    monkeypatch.setattr("leap_kg.ontology.shapes.checking.declared_shapes", lambda base: tighter)
    anew = Bench(tmp_path / "anew", shelf)
    anew.home.create()
    shutil.copy(bench.home.state, anew.home.state)
    report = anew.harvest()
    assert report.outcome == "failed"
    assert "lab/beta" in report.message
    assert "--approve-removals" in report.message
    assert anew.quads() == set()
    report = anew.harvest(approve=True)
    assert (report.outcome, report.dead, report.unchanged) == ("complete", 1, 5)
    assert titles(anew) == {f"Title of {name}" for name in NAMES if name != "beta"}
    assert anew.harvest().outcome == "complete"


def test_a_login_meets_its_orcid_across_sources_in_one_round(tmp_path: Path, shelf: Shelf) -> None:
    shelf.feedstock("alpha", meta=meta_of("alpha", maintainers=[{"name": "P.", "github": "pertsch"}]))
    shelf.publish([entry_of("lost", maintainers=[{"name": "Pertsch", "github": "Pertsch", "orcid": PERTSCH}])])
    bench = Bench(tmp_path / "home", shelf, catalog_source, published_source)
    first = [outcome.report.revision for outcome in bench.outcomes()]
    person = f"https://orcid.org/{PERTSCH}"
    assert bench.objects(dataset("alpha"), SCHEMA("maintainer")) == {person}
    assert bench.objects(mint(BASE, "person", "github", "pertsch"), DCT("isReplacedBy")) == {person}
    assert [outcome.report.revision for outcome in bench.outcomes()] == [max(first)] * 2


def test_harvesting_one_source_alone_uses_what_the_others_published(tmp_path: Path, shelf: Shelf) -> None:
    shelf.feedstock("alpha", meta=meta_of("alpha", maintainers=[{"name": "P.", "github": "pertsch"}]))
    shelf.publish([entry_of("lost", maintainers=[{"name": "Pertsch", "github": "pertsch", "orcid": PERTSCH}])])
    together = Bench(tmp_path / "together", shelf, catalog_source, published_source)
    together.harvest()
    alone = Bench(tmp_path / "alone", shelf, published_source)
    alone.harvest()
    Bench(alone.home.path, shelf, catalog_source).harvest()
    assert alone.export("lab", "lab-published") == together.export("lab", "lab-published")


def test_a_claim_that_is_taken_back_does_not_live_on_in_another_source(tmp_path: Path, shelf: Shelf) -> None:
    shelf.feedstock("alpha", meta=meta_of("alpha", maintainers=[{"name": "P.", "github": "pertsch"}]))
    people = [{"name": "Pertsch", "github": "pertsch", "orcid": PERTSCH}]
    shelf.publish([entry_of("lost", maintainers=people)])
    bench = Bench(tmp_path / "home", shelf, catalog_source, published_source)
    bench.harvest()
    shelf.publish([entry_of("lost", maintainers=[{"name": "Pertsch", "github": "pertsch"}])])
    Bench(bench.home.path, shelf, published_source).harvest()
    Bench(bench.home.path, shelf, catalog_source).harvest()
    assert bench.objects(dataset("alpha"), SCHEMA("maintainer")) == {mint(BASE, "person", "github", "pertsch").value}


def test_two_orcids_for_one_login_in_two_sources_are_a_finding_on_both(tmp_path: Path, shelf: Shelf) -> None:
    shelf.publish([entry_of("lost", maintainers=[{"name": "J", "github": "jcarberry", "orcid": PERTSCH}])])
    bench = Bench(tmp_path / "home", shelf, catalog_source, published_source)
    bench.harvest()
    assert kinds(bench.quads("lab")).count("identity-conflict") == len(NAMES)
    assert kinds(bench.quads("lab-published")).count("identity-conflict") == 1
    assert bench.objects(dataset("alpha"), SCHEMA("maintainer")) == {ORCID}


def test_conflicts_within_a_source_say_where_to_mend(bench: Bench, shelf: Shelf) -> None:
    shelf.feedstock("alpha", meta=meta_of("alpha", maintainers=[{"orcid": PERTSCH, "github": "jcarberry"}]))
    bench.harvest()
    conflicts = [f for f in findings(bench.quads()) if f["kind"] == "identity-conflict"]
    assert len(conflicts) == len(NAMES)
    mine = next(f for f in conflicts if f["source"] == meta_address("alpha"))
    line = shelf.bodies[meta_address("alpha")].decode().splitlines().index("  github: jcarberry") + 1
    assert mine["pointer"] == f"maintainers[0].github (line {line})"
    assert PERTSCH in mine["resultMessage"]
    assert CARBERRY in mine["resultMessage"]


def test_a_source_that_fails_leaves_the_others_alone(tmp_path: Path, shelf: Shelf) -> None:
    shelf.bodies["https://notes.example.org/one"] = b"First"
    shelf.bodies.pop(LIST)
    bench = Bench(tmp_path / "home", shelf, catalog_source, lambda: Notes("one", id="notes"))
    reports = [outcome.report for outcome in bench.outcomes()]
    assert [report.outcome for report in reports] == ["failed", "complete"]
    assert reports[0].seen == 0
    assert LIST in reports[0].message
    assert titles(bench, "notes") == {"First"}


def test_a_store_two_sources_name_is_gone_only_when_both_let_it_go(tmp_path: Path, shelf: Shelf) -> None:
    shelf.publish([entry_of(name) for name in NAMES])
    bench = Bench(tmp_path / "home", shelf, catalog_source, published_source)
    bench.harvest()
    shelf.list([name for name in NAMES if name != "beta"])
    for _ in range(3):
        bench.harvest()
    assert bench.types(dataset("beta")) == set()
    assert bench.types(dataset("beta"), "lab-published") == {"Dataset"}
    assert kinds(bench.quads("lab-published")) == ["not-in-input"]
    shelf.publish([entry_of(name) for name in NAMES if name != "beta"])
    for _ in range(2):
        reports = [outcome.report for outcome in bench.outcomes()]
    assert [report.tombstoned for report in reports] == [0, 1]
    assert bench.types(dataset("beta"), "lab-published") == {"Tombstone"}
    shelf.list(NAMES)
    bench.harvest()
    assert bench.types(dataset("beta"), "lab-published") == set()
    assert bench.types(dataset("beta")) == {"Dataset"}


def test_names_are_agreed_on_whatever_the_order_of_the_list(tmp_path: Path, shelf: Shelf) -> None:
    for name, given in zip(NAMES, ("Carberry", "Josiah Carberry", "J. Carberry", "Carberry", "", ""), strict=True):
        shelf.feedstock(name, meta=meta_of(name, maintainers=[{"name": given, "orcid": CARBERRY}]))
    bench = Bench(tmp_path / "home", shelf)
    bench.harvest()
    assert bench.objects(NamedNode(ORCID), FOAF("name")) == {"Carberry"}
    shelf.list(reversed(NAMES))
    assert bench.harvest().published == 0


def test_a_link_to_anothers_node_does_not_change_that_node(bench: Bench, shelf: Shelf) -> None:
    links = [
        {"label": "Not your title", "url": dataset("beta").value},
        {"label": "My code", "url": "https://github.com/lab/alpha"},
    ]
    shelf.feedstock("alpha", catalog=catalog_of("alpha", links=links))
    report = bench.harvest()
    assert (report.published, report.dead) == (6, 0)
    assert bench.objects(dataset("beta"), DCT("title")) == {"Title of beta"}
    assert bench.objects(dataset("alpha"), FOAF("page")) == {link["url"] for link in links}
    shelf.list([name for name in NAMES if name != "beta"])
    bench.harvest()
    bench.harvest()
    assert "Tombstone" in bench.types(dataset("beta"))


def test_the_graph_holds_no_unknown_terms_of_ours(bench: Bench) -> None:
    bench.harvest()
    snapshot = Snapshots(bench.home).current()
    assert snapshot is not None
    used = {str(term)[1:-1] for quad in bench.quads() for term in (quad.predicate, quad.object)}
    ours = {NamedNode(iri) for iri in used if iri.startswith(str(LEAP))}
    assert ours
    assert all(any(snapshot.store.quads_for_pattern(term, RDF("type"), None, None)) for term in ours)
