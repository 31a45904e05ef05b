"""Listing, fetching and mapping: bad input of every kind, records that come and go, losses that wait for approval."""

import os
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from leap_kg.ingest.fetch import Ask, Body
from leap_kg.ontology.namespaces import DCAT, DCT, PROV, RDF
from tests.ingest.shelf import (
    BASE,
    LIST,
    Bench,
    Shelf,
    catalog_of,
    catalog_source,
    catalog_url,
    dataset,
    entry_of,
    findings,
    meta_address,
    meta_of,
    published_source,
    store,
    titles,
)

NAMES = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa")

BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (98 + n, 98 + n, b",".join([b"*%c" % (97 + n)] * 9)) for n in range(8)
)
BAD_BODIES = {
    "not YAML": b"title: [unclosed",
    "a bomb": BOMB,
    "HTML": b"<!DOCTYPE html><html><head><title>404</title></head></html>",
    "Latin-1": "title: Ångström".encode("latin-1"),
    "UTF-16": "title: wide".encode("utf-16"),
    "a list": b"- title\n- description\n",
    "a lone text": b"title",
    "empty": b"",
    "binary": bytes(range(256)),
    "two documents": b"title: one\n---\ntitle: two\n",
    "deep": b"[" * 5000,
    "12 MB": b"title: " + b"x" * (12 * 2**20),
    "no title": b"description: nameless\n",
    "a Python object": b"title: !!python/object/apply:os.system ['true']\n",
}
STAGES = {"12 MB": "fetch", **dict.fromkeys(["a list", "a lone text", "empty", "no title"], "map")}


def listed_without(shelf: Shelf, *names: str) -> None:
    shelf.list([name for name in NAMES if name not in names])


def test_bad_files_of_every_kind_are_one_dead_letter_each_and_stop_nothing(tmp_path: Path) -> None:
    shelf = Shelf()
    bad = {f"bad{n}-{role}": kind for n, kind in enumerate(BAD_BODIES) for role in ("catalog", "meta")}
    shelf.feedstocks([*NAMES[:3], *bad, "spaced"])
    files = {name: (catalog_url if name.endswith("catalog") else meta_address)(name) for name in bad}
    for name, kind in bad.items():
        shelf.put(files[name], BAD_BODIES[kind])
    shelf.feedstock("spaced", catalog=catalog_of("spaced", links=[{"label": "Docs", "url": "https://x.example/a b"}]))
    bench = Bench(tmp_path / "home", shelf)
    report = bench.harvest()
    assert (report.outcome, report.published, report.dead) == ("complete", 4, len(bad))
    assert titles(bench) == {f"Title of {name}" for name in (*NAMES[:3], "spaced")}
    (finding,) = findings(bench.quads())
    assert (finding["kind"], finding["value"]) == ("bad-text", "https://x.example/a b")
    letters = bench.dead_letters()
    assert set(letters) == {f"lab/{name}" for name in bad}
    for name, kind in bad.items():
        letter = letters[f"lab/{name}"]
        assert letter.url == files[name], kind
        assert letter.stage == STAGES.get(kind, "parse"), kind
        assert 10 < len(letter.reason) < 1000, kind
        assert "defect" not in letter.reason, kind


def test_a_missing_meta_names_the_missing_address(bench: Bench, shelf: Shelf) -> None:
    del shelf.bodies[meta_address("beta")]
    bench.harvest()
    letter = bench.dead_letters()["lab/beta"]
    assert (letter.stage, letter.url) == ("fetch", meta_address("beta"))
    assert meta_address("beta") in letter.reason


def test_a_catalog_that_does_not_say_where_its_meta_is(bench: Bench, shelf: Shelf) -> None:
    shelf.put(catalog_url("beta"), {"tags": ["x"]})
    bench.harvest()
    letter = bench.dead_letters()["lab/beta"]
    assert (letter.stage, letter.url) == ("map", catalog_url("beta"))
    assert "meta_yaml_url" in letter.reason


def test_what_was_good_stays_while_a_record_is_bad_and_goes_when_it_mends(bench: Bench, shelf: Shelf) -> None:
    bench.harvest()
    before, good = bench.export(), shelf.bodies[meta_address("beta")]
    for attempt in (1, 2, 3):
        shelf.put(meta_address("beta"), b"title: [unclosed %d" % attempt)
        report = bench.harvest()
        assert (report.unchanged, report.dead, report.published) == (9, 1, 0)
        letter = bench.dead_letters()["lab/beta"]
        assert letter.attempts == attempt
        assert letter.first < letter.last or attempt == 1
        assert bench.export() == before
    shelf.put(meta_address("beta"), good)
    assert bench.harvest().dead == 0
    assert bench.dead_letters() == {}
    assert bench.export() == before


def test_a_record_that_mends_with_new_content_is_published(bench: Bench, shelf: Shelf) -> None:
    shelf.put(meta_address("beta"), b"title: [unclosed")
    bench.harvest()
    shelf.feedstock("beta", meta=meta_of("beta", title="Mended"))
    report = bench.harvest()
    assert (report.published, report.dead) == (1, 0)
    assert "Mended" in titles(bench)


def test_a_listing_that_cannot_be_had_changes_nothing(bench: Bench, shelf: Shelf) -> None:
    bench.harvest()
    shelf.put(meta_address("beta"), b"title: [unclosed")
    revision = bench.harvest().revision
    before, letters = bench.export(), bench.dead_letters()
    for body in (None, b"feedstocks: [", b"feedstocks: {}\n", b"[]", b"<html>", b"x: 1\n"):
        shelf.bodies.pop(LIST, None)
        if body is not None:
            shelf.put(LIST, body)
        report = bench.harvest()
        assert (report.outcome, report.seen, report.revision) == ("failed", 0, revision), body
        assert LIST in report.message or "input list" in report.message
    assert bench.export() == before
    assert bench.dead_letters() == letters


def test_a_record_is_missed_once_before_it_is_let_go(bench: Bench, shelf: Shelf) -> None:
    bench.harvest()
    before = bench.export()
    listed_without(shelf, "beta")
    report = bench.harvest()
    assert (report.seen, report.unchanged, report.tombstoned) == (10, 10, 0)
    assert bench.export() == before
    report = bench.harvest()
    assert (report.seen, report.unchanged, report.tombstoned, report.outcome) == (10, 9, 1, "complete")
    for node, title in ((dataset("beta"), "Title of beta"), (store("beta"), "The beta store")):
        assert bench.types(node) == {"Tombstone"}
        assert bench.objects(node, DCT("title")) == {title}
        assert len(bench.objects(node, PROV("invalidatedAtTime"))) == 1
    assert bench.objects(dataset("beta"), DCT("type")) == {DCAT("Dataset").value}
    assert titles(bench) == {f"Title of {name}" for name in NAMES if name != "beta"}
    assert bench.harvest().seen == 9


def test_a_tombstone_stays_as_it_is_until_the_record_comes_back(bench: Bench, shelf: Shelf) -> None:
    bench.harvest()
    before = bench.export()
    listed_without(shelf, "beta")
    bench.harvest()
    bench.harvest()
    buried = bench.export()
    bench.harvest()
    assert bench.export() == buried
    shelf.list(NAMES)
    report = bench.harvest()
    assert (report.published, report.unchanged) == (1, 9)
    assert bench.export() == before


def test_a_record_that_reappears_in_time_is_not_counted_as_missed_before(bench: Bench, shelf: Shelf) -> None:
    bench.harvest()
    for _ in range(3):
        listed_without(shelf, "beta")
        assert bench.harvest().tombstoned == 0
        shelf.list(NAMES)
        assert bench.harvest().unchanged == 10


def test_a_failed_run_between_two_misses_counts_for_nothing(bench: Bench, shelf: Shelf) -> None:
    bench.harvest()
    listed_without(shelf, "beta")
    bench.harvest()
    good = shelf.bodies.pop(LIST)
    assert bench.harvest().outcome == "failed"
    shelf.bodies[LIST] = good
    assert bench.harvest().tombstoned == 1


def test_an_unreadable_record_is_not_an_absent_one(bench: Bench, shelf: Shelf) -> None:
    bench.harvest()
    before = bench.export()
    for name in NAMES:
        shelf.bodies.pop(catalog_url(name))
    for _ in range(3):
        report = bench.harvest()
        assert (report.outcome, report.dead, report.tombstoned) == ("complete", 10, 0)
    assert bench.export() == before


def test_a_large_loss_waits_for_approval(bench: Bench, shelf: Shelf) -> None:
    bench.harvest()
    before = bench.export()
    listed_without(shelf, "beta", "gamma", "delta")
    shelf.feedstock("alpha", meta=meta_of("alpha", title="New alpha"))
    assert bench.harvest().outcome == "complete"
    for _ in range(2):
        report = bench.harvest()
        assert (report.outcome, report.tombstoned, report.unchanged) == ("held", 0, 10)
        assert "3 of 10" in report.message
        assert "--approve-removals" in report.message
    assert bench.export() == before.replace("Title of alpha", "New alpha")
    report = bench.harvest(approve=True)
    assert (report.outcome, report.tombstoned) == ("complete", 3)
    assert all(bench.types(dataset(name)) == {"Tombstone"} for name in ("beta", "gamma", "delta"))


def test_two_of_ten_may_leave(bench: Bench, shelf: Shelf) -> None:
    bench.harvest()
    listed_without(shelf, "beta", "gamma")
    bench.harvest()
    assert bench.harvest().tombstoned == 2


@pytest.mark.parametrize("number", [2, 3, 4])
def test_a_small_source_is_not_emptied_unasked(tmp_path: Path, number: int) -> None:
    shelf = Shelf()
    shelf.feedstocks(NAMES[:number])
    bench = Bench(tmp_path / "home", shelf)
    bench.harvest()
    shelf.list([])
    bench.harvest()
    assert bench.harvest().outcome == "held"
    assert len(titles(bench)) == number


@pytest.mark.parametrize(("number", "outcome"), [(1, "held"), (2, "held"), (4, "held"), (5, "complete")])
def test_one_record_of_few_is_more_than_a_fifth(tmp_path: Path, number: int, outcome: str) -> None:
    shelf = Shelf()
    shelf.feedstocks(NAMES[:number])
    bench = Bench(tmp_path / "home", shelf)
    bench.harvest()
    shelf.list(NAMES[1:number])
    bench.harvest()
    report = bench.harvest()
    assert (report.outcome, report.tombstoned) == (outcome, 0 if outcome == "held" else 1)
    if outcome == "held":
        assert f"1 of {number} records is gone" in report.message


def test_an_entry_that_is_no_address_is_a_dead_letter_and_the_listing_incomplete(bench: Bench, shelf: Shelf) -> None:
    bench.harvest()
    before = bench.export()
    shelf.put(LIST, {"feedstocks": [*(catalog_url(name) for name in NAMES if name != "beta"), {"url": "?"}, None, 7.5]})
    for _ in range(3):
        report = bench.harvest()
        assert (report.outcome, report.dead, report.tombstoned) == ("complete", 3, 0)
    assert bench.export() == before
    letters = bench.dead_letters()
    assert {letter.stage for letter in letters.values() if letter.url == LIST} == {"list"}
    assert set(letters) == {"entry 10 of the input list", "entry 11 of the input list", "7.5"}
    assert "line 11" in letters["entry 10 of the input list"].reason


def test_an_entry_that_names_nothing_is_a_dead_letter(bench: Bench, shelf: Shelf) -> None:
    shelf.put(LIST, {"feedstocks": [catalog_url("alpha"), "not an address", "https://x.example/a b/catalog.yaml"]})
    report = bench.harvest()
    assert (report.outcome, report.published, report.dead) == ("complete", 1, 2)
    assert set(bench.dead_letters()) == {"not an address", "https://x.example/a b/catalog.yaml"}


def test_two_addresses_of_one_feedstock_are_one_record(bench: Bench, shelf: Shelf) -> None:
    raw = catalog_url("alpha").replace("github.com", "raw.githubusercontent.com").replace("/blob/", "/")
    shelf.put(LIST, {"feedstocks": [catalog_url("alpha"), raw, catalog_url("alpha").replace("lab", "LAB")]})
    assert bench.harvest().seen == 1


def test_two_feedstocks_of_one_repository_are_two_datasets(tmp_path: Path, shelf: Shelf) -> None:
    second = catalog_url("alpha").replace("/feedstock/", "/second/feedstock/")
    shelf.put(second, catalog_of("alpha", meta_yaml_url=meta_address("beta"), stores=[]))
    shelf.put(LIST, {"feedstocks": [catalog_url("alpha"), second]})
    bench = Bench(tmp_path / "home", shelf)
    assert bench.harvest().published == 2
    assert bench.objects(dataset("alpha"), DCT("title")) == {"Title of alpha"}
    assert bench.objects(dataset("alpha/second"), DCT("title")) == {"Title of beta"}


def test_a_repository_that_moved_is_redirected_with_all_that_was_below_it(bench: Bench, shelf: Shelf) -> None:
    bench.harvest()
    shelf.feedstock("omega", catalog=catalog_of("beta", meta_yaml_url=meta_address("omega")), meta=meta_of("beta"))
    shelf.list([*(name for name in NAMES if name != "beta"), "omega"])
    bench.harvest()
    assert bench.types(dataset("beta")) == {"Dataset"}
    report = bench.harvest()
    assert report.tombstoned == 1
    assert bench.objects(dataset("beta"), DCT("isReplacedBy")) == {dataset("omega").value}
    assert bench.types(dataset("beta")) == set()
    assert bench.types(store("beta")) == {"Distribution", "ZarrStore"}
    recipe, moved = (NamedNode(f"{BASE}recipe/lab/{name}/beta") for name in ("beta", "omega"))
    assert bench.objects(recipe, DCT("isReplacedBy")) == {moved.value}
    before = bench.export()
    assert bench.harvest().published == 0
    assert bench.export() == before
    shelf.list(NAMES)
    bench.harvest()
    bench.harvest()
    assert bench.types(dataset("beta")) == {"Dataset"}
    assert bench.objects(dataset("beta"), DCT("isReplacedBy")) == set()
    assert bench.objects(dataset("omega"), DCT("isReplacedBy")) == {dataset("beta").value}


def test_a_store_that_a_record_drops_gets_a_tombstone_of_its_own(bench: Bench, shelf: Shelf) -> None:
    bench.harvest()
    shelf.feedstock("beta", catalog=catalog_of("beta", stores=[]))
    bench.harvest()
    assert bench.types(store("beta")) == {"Tombstone"}
    assert bench.types(dataset("beta")) == {"Dataset"}


def test_a_person_who_gets_an_orcid_is_redirected(bench: Bench, shelf: Shelf) -> None:
    person, orcid = NamedNode(f"{BASE}person/github/pertsch"), "https://orcid.org/0000-0002-1694-233X"
    shelf.feedstock("beta", meta=meta_of("beta", maintainers=[{"name": "Pertsch", "github": "pertsch"}]))
    bench.harvest()
    assert bench.types(person) == {"Person"}
    shelf.feedstock("beta", meta=meta_of("beta", maintainers=[{"name": "P", "github": "pertsch", "orcid": orcid}]))
    bench.harvest()
    assert bench.objects(person, DCT("isReplacedBy")) == {orcid}
    assert bench.types(person) == set()


def test_the_same_body_is_asked_for_once_in_a_round(tmp_path: Path, shelf: Shelf) -> None:
    asked: list[Ask] = []
    fetch = shelf.fetch

    class Counting(Shelf):
        def fetch(self, ask: Ask | str) -> Body:
            asked.append(Ask.of(ask))
            return fetch(ask)

    shelf.publish([entry_of(name) for name in NAMES])
    Bench(tmp_path / "home", Counting(), catalog_source, published_source).harvest()
    assert len(asked) == len(set(asked)) == 2 * len(NAMES) + 2


def test_bodies_are_kept_also_of_records_that_failed(bench: Bench, shelf: Shelf) -> None:
    shelf.put(meta_address("beta"), b"description: no title\n")
    bench.harvest()
    assert sum(len(files) for _, _, files in os.walk(bench.home.raw)) == 2 * len(NAMES)


def test_a_record_with_more_than_anybody_could_read_is_refused(bench: Bench, shelf: Shelf) -> None:
    tags = b"".join(b"- %d\n" % number for number in range(50_001))
    shelf.bodies[catalog_url("beta")] += b"tags:\n" + tags
    report = bench.harvest()
    assert (report.published, report.dead) == (9, 1)
    assert "split it" in bench.dead_letters()["lab/beta"].reason


def test_types_of_what_stays_are_never_doubled(bench: Bench, shelf: Shelf) -> None:
    """No node is both described and gone, whatever came and went before."""
    bench.harvest()
    for names in (("beta",), ("gamma",), ()):
        listed_without(shelf, *names)
        bench.harvest()
        bench.harvest()
        gone = {q.subject for q in bench.quads() if q.predicate == RDF("type") and "Tombstone" in str(q.object)}
        kept = {q.subject for q in bench.quads() if q.predicate == RDF("type") and "Tombstone" not in str(q.object)}
        assert not gone & kept
        assert {dataset(name) for name in names} <= gone
