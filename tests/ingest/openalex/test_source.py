"""OpenAlex, by a server that answers as documented: paging, the key, merged works, and what is said of each work."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given, settings
from pyoxigraph import NamedNode, Quad

from leap_kg.fetching import Token
from leap_kg.graph.home import Home
from leap_kg.graph.names import source_graph
from leap_kg.graph.snapshot import Snapshots
from leap_kg.ingest.fetch import FetchFailed, HttpFetcher, Limits
from leap_kg.ingest.http.tokens import Tokens
from leap_kg.ingest.openalex.reading import map_part
from leap_kg.ingest.openalex.source import OpenAlex, OpenAlexConfig
from leap_kg.ingest.source import Listing, Mapped, RawRecord, RecordUnusable
from leap_kg.ingest.works.document import cut
from leap_kg.ingest.works.membership import Members
from leap_kg.ontology.namespaces import ADMS, DCT, OWL, PROV, RDF, RDFS, SCHEMA
from tests.ingest.crossref.records import AWARD, CARBERRY, COLUMBIA, MEMBERS
from tests.ingest.openalex.generated import KEY, Catalogue, serving, works
from tests.ingest.shelf import BASE, Bench
from tests.ingest.works.altered import altered, objects, read_or_refused, violations

COUNT = 240


def config(host: str, **more: Any) -> OpenAlexConfig:
    members = {"members": Members(awards=(AWARD,)), **more}
    return OpenAlexConfig(id="lab", kind="openalex", title="OpenAlex", api=f"http://{host}", **members)


def fetcher(host: str, key: str = KEY) -> HttpFetcher:
    tokens = Tokens((Token(host, "api_key", key),), frozenset({host}))
    return HttpFetcher(Limits(retries=0, backoff_seconds=0.01), frozenset({host}), tokens=tokens)


def mapped(item: dict[str, Any], asked: str = "W1001", members: Members = MEMBERS) -> Mapped:
    return map_part("x", cut("work", f"https://api.openalex.org/works/{asked}?select=id", item), members, BASE)


def of(result: Mapped, predicate: NamedNode, subject: NamedNode | None = None) -> set[str]:
    node = subject or result.subject
    return {t.object.value for t in result.triples if (t.subject, t.predicate) == (node, predicate)}  # type: ignore[union-attr]


@pytest.fixture
def quiet() -> Iterator[None]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()


def test_every_work_of_a_listing_is_published_once(tmp_path: Path, quiet: None) -> None:
    catalogue = Catalogue(works(COUNT))
    with serving(catalogue) as host, fetcher(host) as asking:
        bench = Bench(tmp_path, asking, lambda: OpenAlex(config(host), BASE))
        first, second = bench.harvest(), bench.harvest()
    assert (first.published, first.dead, first.outcome) == (COUNT, 0, "complete")
    assert (second.published, second.revision) == (0, first.revision)
    snapshot = Snapshots(Home(tmp_path)).current()
    assert snapshot is not None
    counted = list(
        snapshot.store.quads_for_pattern(None, SCHEMA("userInteractionCount"), None, source_graph(BASE, "lab"))
    )
    assert len(counted) == COUNT


def test_the_key_goes_with_every_request_and_is_nowhere_else(tmp_path: Path, quiet: None) -> None:
    catalogue = Catalogue(works(120))
    with serving(catalogue) as host, fetcher(host) as asking:
        bench = Bench(tmp_path, asking, lambda: OpenAlex(config(host, ids=("W1001",)), BASE))
        bench.harvest()
        with fetcher(host, "another") as refused, pytest.raises(FetchFailed) as failure:
            list(OpenAlex(config(host), BASE).enumerate(Listing(refused)))
    assert all(f"api_key={KEY}" in path for path in catalogue.asked[:-1])
    assert "another" not in str(failure.value)
    assert not [name for name, (data, _) in bench.files().items() if KEY.encode() in data]


def test_an_id_that_was_merged_is_the_same_as_the_one_that_answers(tmp_path: Path, quiet: None) -> None:
    catalogue = Catalogue(works(3), merged={"W77": "W1001"})
    with serving(catalogue) as host, fetcher(host) as asking:
        bench = Bench(tmp_path, asking, lambda: OpenAlex(config(host, members=Members(), ids=("W77",)), BASE))
        assert bench.harvest().published == 1
    graph = source_graph(BASE, "lab")
    same = Quad(NamedNode("https://openalex.org/W77"), OWL("sameAs"), NamedNode("https://openalex.org/W1001"), graph)
    assert same in bench.quads()
    assert [quad for quad in bench.quads() if quad.predicate == OWL("sameAs")] == [same]


def test_works_on_the_list_are_asked_for_by_doi_and_a_missing_one_is_a_dead_letter(tmp_path: Path, quiet: None) -> None:
    catalogue = Catalogue(works(3))
    members = Members(works=("10.1000/work.2", "10.1000/none"))
    with serving(catalogue) as host, fetcher(host) as asking:
        bench = Bench(tmp_path, asking, lambda: OpenAlex(config(host, members=members), BASE))
        report = bench.harvest()
    assert (report.published, report.dead) == (1, 1)
    assert list(bench.dead_letters()) == ["10.1000/none"]


def test_people_and_organisations_are_asked_for_too() -> None:
    catalogue = Catalogue(works(3))
    with serving(catalogue) as host, fetcher(host) as asking:
        refs = list(OpenAlex(config(host, members=MEMBERS), BASE).enumerate(Listing(asking)))
    assert len(refs) == 3
    chosen = ["awards.funder_award_id%3A2019625", f"orcid.org%2F{CARBERRY}", f"ror.org%2F{COLUMBIA}"]
    assert all(each in path for each, path in zip(chosen, catalogue.asked, strict=True))


def test_open_access_citations_and_their_date_are_said() -> None:
    item = next(each for each in works(50) if each["open_access"]["oa_status"] == "green" and each["doi"])
    result = mapped(item)
    assert of(result, SCHEMA("isAccessibleForFree")) == {"true"}
    assert of(result, DCT("accessRights")) == {f"{BASE}open-access/green"}
    (copy,) = of(result, DCT("hasFormat"))
    assert copy == item["best_oa_location"]["pdf_url"] or copy == item["best_oa_location"]["landing_page_url"]
    (counter,) = of(result, SCHEMA("interactionStatistic"))
    assert of(result, SCHEMA("userInteractionCount"), NamedNode(counter)) == {str(item["cited_by_count"])}
    assert of(result, SCHEMA("endTime"), NamedNode(counter)) == {item["updated_date"][:10]}
    assert of(result, SCHEMA("sameAs")) == {item["id"]}


def test_a_closed_work_is_not_free_and_has_no_copy() -> None:
    result = mapped(next(each for each in works(50) if each["open_access"]["oa_status"] == "closed"))
    assert of(result, SCHEMA("isAccessibleForFree")) == {"false"}
    assert not of(result, DCT("hasFormat"))


def test_a_work_without_doi_is_named_by_its_openalex_id() -> None:
    result = mapped(next(each for each in works(50) if not each["doi"]))
    assert result.subject.value.startswith("https://openalex.org/W")
    assert not of(result, SCHEMA("sameAs"))


def test_a_retracted_work_has_a_standing_and_a_finding() -> None:
    result = mapped({**works(1)[0], "is_retracted": True})
    assert of(result, ADMS("status")) == {f"{BASE}work-status/retracted"}
    assert [finding.kind for finding in result.findings] == ["retracted"]


def test_clusters_of_names_write_nothing_but_members_are_a_reason() -> None:
    result = mapped(works(1)[0])
    assert not of(result, DCT("creator"))
    assert not of(result, PROV("qualifiedAttribution"))
    influencers = {
        influencer
        for node in map(NamedNode, of(result, PROV("qualifiedInfluence")))
        for influencer in of(result, PROV("influencer"), node)
    }
    assert influencers == {
        f"{BASE}grant/10.13039/100000001/2019625", f"https://orcid.org/{CARBERRY}", f"https://ror.org/{COLUMBIA}",
    }  # fmt: skip


def test_titles_are_labels_and_kinds_are_fabios() -> None:
    for item in works(30):
        result = mapped(item)
        assert not of(result, DCT("title"))
        assert of(result, RDFS("label"))
        assert of(result, RDF("type"))
        assert not violations(result)


def test_a_counter_alone_changes_the_version_and_its_date_does_not() -> None:
    def version(**more: Any) -> str:
        catalogue = Catalogue([{**works(1)[0], **more}])
        with serving(catalogue) as host, fetcher(host) as asking:
            (ref,) = OpenAlex(config(host), BASE).enumerate(Listing(asking))
        return ref.version

    assert version(updated_date="2026-06-01") == version(updated_date="2026-07-01")
    assert version(cited_by_count=1) != version(cited_by_count=2)


@pytest.mark.parametrize("item", [{}, {"id": 7}, {"id": "https://openalex.org/A1"}, {"id": "W0"}])
def test_what_has_no_id_is_unusable(item: dict[str, Any]) -> None:
    with pytest.raises(RecordUnusable):
        mapped(item)


def test_a_stored_record_without_its_work_says_to_harvest_again() -> None:
    with pytest.raises(RecordUnusable, match="harvest it again"):
        OpenAlex(config("127.0.0.1:1"), BASE).map(RawRecord("x", ()))


@settings(max_examples=50, deadline=None)
@given(altered(works(4)[3]))
def test_any_value_at_any_place_is_a_finding_or_a_reason(item: dict[str, Any]) -> None:
    result = read_or_refused(lambda: mapped(item))
    assert result is None or not violations(result)


@given(objects)
def test_any_object_is_read_or_refused(item: dict[str, Any]) -> None:
    result = read_or_refused(lambda: mapped({"id": "https://openalex.org/W5", **item}))
    assert result is None or not violations(result)
