"""Every node in every form: the same statements, whichever way they are asked for."""

import json
from urllib.parse import quote

import html5lib
import pytest
from pyoxigraph import NamedNode
from rdflib import Graph, URIRef
from rdflib.compare import isomorphic

from leap_kg.catalog.schemaorg import CONTEXT as SEARCH_ENGINES
from leap_kg.ontology.iri import path_of
from leap_kg.settings import DEFAULT_BASE
from leap_kg.web.negotiation import NODE_FORMS, RDF_FORMS, with_suffix
from leap_kg.web.revision import Revision
from tests.web.platform import ALPHA, GONE, HOSTILE, MARKUP, NETCDF, ODD, PERSON, REPLACED, REPOSITORY, SPDX, STORE
from tests.web.platform import SUFFIXED as NOTEBOOK
from tests.web.server import Server

# rdflib's own JSON-LD parser still uses what rdflib deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

PARSERS = {"jsonld": "json-ld", "ttl": "turtle", "nt": "nt", "rdf": "xml"}


def at(iri: str, suffix: str = "") -> str:
    path, mark, query = path_of(DEFAULT_BASE, iri).partition("?")
    return f"{path}{suffix}{mark}{query}"


def embedded(page: str) -> object:
    """The JSON-LD inside a page, as a browser would hand it out."""
    document = html5lib.parse(page, namespaceHTMLElements=False)
    found = [json.loads(e.text) for e in document.iter("script") if e.get("type") == "application/ld+json"]
    # Pages of datasets have one for search engines beside it; see `tests.web.catalog`.
    ours = [each for each in found if each["@context"] != SEARCH_ENGINES]
    assert len(ours) == 1
    return ours[0]


def graph_of(server: Server, address: str, name: str) -> Graph:
    answer = server.get(address, accept="*/*")
    assert answer.status_code == 200, (address, answer.status_code)
    graph = Graph()
    graph.parse(data=answer.content, format=PARSERS[name])
    return graph


def all_nodes(revision: Revision) -> list[NamedNode]:
    store = revision.reading.snapshot.store
    found = {quad.subject for quad in store if isinstance(quad.subject, NamedNode)}
    found |= {quad.object for quad in store if isinstance(quad.object, NamedNode)}
    return sorted((node for node in found if "#" not in node.value), key=lambda node: node.value)


@pytest.mark.all
def test_all_forms_of_every_node_say_the_same(server: Server, revision: Revision) -> None:
    nodes = all_nodes(revision)
    assert len(nodes) > 100
    for node in nodes:
        if not revision.reading.described(node) or node.value == f"{DEFAULT_BASE}ontology":
            continue
        heir = revision.reading.one(node, NamedNode("http://purl.org/dc/terms/isReplacedBy"))
        if heir is not None or node.value == GONE:
            continue
        address = "/node?iri=" + quote(node.value, safe="")
        forms = [form for form in revision.descriptions.forms(node) if form in RDF_FORMS]
        graphs = [graph_of(server, with_suffix(address, form), form.name) for form in forms]
        assert len(graphs) >= 3
        assert len(graphs[0]) > 0
        assert all(isomorphic(graphs[0], other) for other in graphs[1:]), node
        page = Graph()
        page.parse(data=json.dumps(embedded(server.get(address).text)), format="json-ld")
        assert isomorphic(page, graphs[0]), node


def test_the_json_ld_in_a_page_is_the_json_ld_twin(server: Server) -> None:
    for iri in (ALPHA, STORE, PERSON, HOSTILE):
        assert embedded(server.get(at(iri)).text) == server.get(at(iri, ".jsonld")).json()


def test_a_description_has_the_parts_of_its_node(server: Server) -> None:
    graph = graph_of(server, at(ALPHA, ".ttl"), "ttl")
    subjects = {str(subject) for subject in graph.subjects()}
    assert subjects == {
        ALPHA,
        *(f"{ALPHA}#{name}" for name in ("attribution-1", "attribution-2", "contact-1", "variable-1", "finding-1")),
    }


@pytest.mark.parametrize("iri", [ALPHA, PERSON, REPOSITORY, SPDX, NETCDF, *ODD])
def test_the_accept_header_and_the_suffix_choose_the_same_form(server: Server, iri: str) -> None:
    for form in NODE_FORMS:
        by_accept = server.get(at(iri), accept=form.media_type)
        assert by_accept.status_code == 200
        assert by_accept.headers["Content-Type"] == form.content_type
        assert by_accept.headers["Vary"] == "Accept, Accept-Datetime"
        assert by_accept.headers["Leap-Revision"] == "4"
        assert by_accept.content == server.get(with_suffix(at(iri), form), accept="text/html").content


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("", "text/html; charset=utf-8"),
        ("*/*", "text/html; charset=utf-8"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"),
        ("text/turtle;q=0.5, application/ld+json", "application/ld+json"),
        ("application/rdf+xml, text/html;q=0.1", "application/rdf+xml"),
        ("application/*", "application/ld+json"),
        ("text/html;q=0, text/*", "text/turtle; charset=utf-8"),
    ],
)
def test_negotiation_follows_quality_then_our_order(server: Server, accept: str, content_type: str) -> None:
    assert server.get(at(ALPHA), accept=accept).headers["Content-Type"] == content_type


def test_an_iri_of_ours_is_its_own_address_however_it_is_spelt(server: Server) -> None:
    for path in ("/odd/%C3%A9", "/odd/%C3%A9.ttl", "/odd/%c3%a9"):
        assert server.get(path).status_code == 200, path
    assert server.get("/odd/%C3%A9.ttl").content == server.get(f"{at(ODD[2], '.ttl')}").content
    assert server.get("/odd/%E9").status_code == server.get("/odd/%C3%A9%FF").status_code == 404


def test_what_nobody_can_give_is_refused_with_a_list_of_what_there_is(server: Server) -> None:
    answer = server.get(at(ALPHA), accept="image/png")
    assert answer.status_code == 406
    assert "/dataset/leap-test/alpha.jsonld" in answer.text
    assert "text/turtle" in answer.text


def test_a_known_copy_is_not_sent_again(server: Server) -> None:
    for form in NODE_FORMS:
        tag = server.get(at(ALPHA), accept=form.media_type).headers["ETag"]
        assert tag.startswith('W/"4-')
        again = server.get(at(ALPHA), accept=form.media_type, headers={"If-None-Match": f'"x", {tag}'})
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["ETag"] == tag
        assert again.headers["Vary"] == "Accept, Accept-Datetime"
        other = server.get(at(ALPHA), accept=form.media_type, headers={"If-None-Match": 'W/"3-html"'})
        assert other.status_code == 200
    assert server.get(at(ALPHA), headers={"If-None-Match": "*"}).status_code == 304
    tags = {server.get(at(ALPHA), accept=form.media_type).headers["ETag"] for form in NODE_FORMS}
    assert len(tags) == len(NODE_FORMS)


def test_links_in_the_header_name_the_other_forms(server: Server) -> None:
    links = server.get(at(ALPHA)).links
    assert links["canonical"]["url"] == ALPHA
    header = server.get(at(ALPHA)).headers["Link"]
    for form in NODE_FORMS[1:]:
        assert f'</dataset/leap-test/alpha{form.suffix}>; rel="' in header
        assert f'type="{form.media_type}"' in header
    assert "describedby" in header


def test_head_has_the_headers_of_get_and_no_body(server: Server) -> None:
    for path in (at(ALPHA), at(ALPHA, ".ttl"), "/", "/browse.csv", "/health", "/sparql"):
        head, get = server.ask("HEAD", path), server.get(path)
        assert head.status_code == get.status_code == 200
        assert head.content == b""
        assert head.headers["Content-Type"] == get.headers["Content-Type"]
        assert head.headers.get("ETag") == get.headers.get("ETag")


def test_an_iri_that_ends_in_a_suffix_comes_before_the_form(server: Server) -> None:
    assert "A node whose IRI ends in .json" in server.get(at(f"{NOTEBOOK}.json")).text
    assert server.get(at(f"{NOTEBOOK}.json", ".json")).json()["iri"] == f"{NOTEBOOK}.json"
    page = server.get(at(NOTEBOOK)).text
    twin = "/node.json?iri=" + quote(NOTEBOOK, safe="")
    assert twin in page
    assert server.get(twin).json()["iri"] == NOTEBOOK


def test_json_has_labels_and_csv_every_statement(server: Server) -> None:
    document = server.get(at(ALPHA, ".json")).json()
    assert (document["label"], document["kind"], document["revision"]) == ("Alpha sea surface", "Dataset", 4)
    maintainer = next(each for each in document["properties"] if each["label"] == "maintainer")
    assert {value["label"] for value in maintainer["values"]} == {"Josiah Carberry", "Kim"}
    assert len(document["parts"]) == 5
    table = server.get(at(ALPHA, ".csv")).text.splitlines()
    assert table[0] == "subject,predicate,object,kind,datatype,language"
    assert len([line for line in table if line.startswith(f"{ALPHA},")]) == len(
        [s for s, _, _ in graph_of(server, at(ALPHA, ".nt"), "nt") if s == URIRef(ALPHA)]
    )


def test_an_unknown_address_is_a_404_with_suggestions(server: Server) -> None:
    for path in ("/dataset/leap-test/alpha-surface", "/nothing/at/all", "/node?iri=x", "/node", "/orcid/", "/node.ttl"):
        answer = server.get(path)
        assert answer.status_code == 404, path
        assert answer.headers["Content-Type"].startswith("text/html")
    assert "Alpha sea surface" in server.get("/dataset/leap-test/sea-surface").text


def test_what_is_gone_says_so_in_every_form(server: Server) -> None:
    page = server.get(at(GONE))
    assert page.status_code == 410
    assert "2026-01-02 03:04 UTC" in page.text
    turtle = server.get(at(GONE), accept="text/turtle")
    assert turtle.status_code == 410
    assert "Tombstone" in turtle.text


@pytest.mark.parametrize("suffix", ["", ".ttl"])
def test_what_was_replaced_leads_on(server: Server, suffix: str) -> None:
    answer = server.get(at(REPLACED, suffix))
    assert answer.status_code == 301
    assert answer.headers["Location"] == at(PERSON, suffix)


def test_markup_in_harvested_texts_is_shown_as_text(server: Server) -> None:
    page = server.get(at(HOSTILE)).text
    document = html5lib.parse(page, namespaceHTMLElements=False)
    heading = document.find(".//h1")
    assert heading is not None
    assert "".join(heading.itertext()) == MARKUP
    scripts = [element for element in document.iter("script") if element.get("type") != "application/ld+json"]
    assert all(element.get("src", "").startswith("/static/") for element in scripts)
    for tag in ("img", "iframe", "object", "embed", "b", "style"):
        assert document.find(f".//main//{tag}") is None, tag
    for element in document.iter():
        assert not any(name.startswith("on") or name == "style" for name in element.keys())  # noqa: SIM118
    assert "{{ 7*7 }}" in "".join(document.find(".//main").itertext())
    assert "\x01" not in page


def test_markup_in_harvested_texts_is_text_on_lists_too(server: Server) -> None:
    for path in ("/browse?q=alert", "/findings", "/changes/3", "/search?q=%3Cscript%3Ealert(1)%3C/script%3E", "/"):
        page = server.get(path).text
        assert "<script>alert" not in page, path
        assert "<svg onload" not in page, path
        assert "<b>not bold" not in page, path


def test_pictures_of_other_hosts_are_links(server: Server) -> None:
    page = server.get(at(ALPHA)).text
    assert 'href="https://example.org/alpha.png"' in page
    assert "<img" not in page


def test_the_page_of_a_dataset_has_what_a_researcher_looks_for(server: Server) -> None:
    page = server.get(at(ALPHA)).text
    for text in (
        "xr.open_dataset(",
        "https://nyu1.osn.mghpcc.org/leap-test/alpha.zarr",
        "h5netcdf",
        "CC BY 4.0",
        'href="/licence/CC-BY-4.0"',
        'href="https://spdx.org/licenses/CC-BY-4.0"',
        'href="/orcid/0000-0002-1825-0097"',
        'href="/organization/noaa"',
        "recipe:alpha",
        'href="/github/leap-test/alpha"',
        "Journal of Psychoceramics",
        'href="/doi/10.1000/alpha.1"',
        'href="/browse?kind=dataset&amp;tag=sst"',
        "sea surface temperature",
        "mailto:data@example.org",
        "Set the engine to",
        'href="/notebook/leap-test/alpha/look"',
        'href="/dataset/leap-test/beta"',
        "Test catalogue",
        "2026-03-01 16:01 UTC",
        "<p>Second paragraph.</p>",
    ):
        assert text in page, text
    assert 'href="https://example.org/not-a-link' not in page
    assert "composed" not in page


def test_a_citation_that_the_record_does_not_give_is_marked_as_composed(server: Server) -> None:
    page = server.get("/dataset/leap-test/beta").text
    assert "LEAP. Beta winds [data set]" in page
    assert "was composed" in page


def test_the_page_of_a_store_has_code_addresses_and_its_datasets(server: Server) -> None:
    page = server.get(at(NETCDF)).text
    assert "fsspec.open(" in page
    assert "s3://leap-test/alpha two.nc" in page
    assert 'href="https://nyu1.osn.mghpcc.org/leap-test/alpha%20two.nc"' in page
    assert 'href="/dataset/leap-test/alpha"' in page
    assert "its address ends like netcdf" in page


def test_the_page_of_a_person_has_their_datasets_and_accounts(server: Server) -> None:
    page = server.get(at(PERSON)).text
    assert 'href="/dataset/leap-test/alpha"' in page
    assert 'href="/dataset/leap-test/beta"' in page
    assert f'href="{PERSON}"' in page
    assert 'href="https://github.com/josiah"' in page
    assert "J. Carberry" in page


def test_a_node_that_is_only_pointed_to_has_a_page(server: Server) -> None:
    answer = server.get("/node?iri=" + quote("https://example.org/alpha.png", safe=""))
    assert answer.status_code == 200
    assert "Alpha sea surface" in answer.text


def test_addresses_of_the_published_catalogue_lead_to_the_dataset(server: Server) -> None:
    answer = server.get("/feedstock/alpha")
    assert answer.status_code == 301
    assert answer.headers["Location"].endswith("/dataset/leap-test/alpha")
    assert server.get("/feedstock/never-published").status_code == 404


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/doi/10.1000/ALPHA.2", "/doi/10.1000/alpha.2"),
        ("/doi/10.1000/ALPHA.2.ttl", "/doi/10.1000/alpha.2.ttl"),
        ("/node?iri=http://dx.doi.org/10.1000/Alpha.2", "/doi/10.1000/alpha.2"),
    ],
)
def test_a_doi_in_another_spelling_leads_to_its_page(server: Server, path: str, place: str) -> None:
    answer = server.get(path)
    assert (answer.status_code, answer.headers.get("Location")) == (301, place)
    assert (
        server.get(f"{path}{'&' if '?' in path else '?'}at=2999-01-01").headers["Location"].startswith(f"{place}?at=")
    )
    assert server.get("/doi/10.1000/NOWHERE").status_code == 404
