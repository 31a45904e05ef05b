"""Who contributed to a work: once on its page, in its order, before what else the graph says of it."""

import re
from collections.abc import Iterator

import html5lib
import pytest
from pyoxigraph import NamedNode

from leap_kg.graph.publish import Writer
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.settings import Settings
from leap_kg.web.nodes.contributors import contributors_of
from leap_kg.web.nodes.entity import entity_page
from leap_kg.web.site import Site
from tests.web.platform import fill, followed, publish, triples
from tests.web.server import Server, running

WORK = NamedNode("https://doi.org/10.1000/crowd")
AUTHORS = 30


def crowd() -> str:
    """A work with many authors, whose names run against their order, and what is no attribution of its own."""
    said = [
        f"<{WORK.value}> a schema:ScholarlyArticle ; dct:title 'A crowd' ; dct:bibliographicCitation 'All of them.' .",
        f"<{WORK.value}> prov:qualifiedAttribution <{WORK.value}#nobody> , <https://doi.org/10.1000/other#author-1> ;"
        f" dct:contributor <BASEorganization/noaa> ; dct:publisher <BASEorganization/noaa> .",
        f"<{WORK.value}#nobody> schema:position 1 .",
        "<https://doi.org/10.1000/other#author-1> prov:agent <BASEorganization/noaa> .",
        "<BASEorganization/noaa> a <http://www.w3.org/ns/org#Organization> ; foaf:name 'NOAA' .",
    ]
    said.append(
        "<https://doi.org/10.1000/report> a schema:Report ; dct:title 'A report' ; dct:bibliographicCitation 'It.' ;"
        " prov:qualifiedAttribution <https://doi.org/10.1000/report#author-1> ."
        "<https://doi.org/10.1000/report#author-1> a prov:Attribution ; prov:agent <BASEorganization/noaa> ;"
        " dcat:hadRole <http://id.loc.gov/vocabulary/relators/aut> ."
    )
    said.append(
        f"<{WORK.value}> prov:qualifiedInfluence <{WORK.value}#membership-1> ."
        f"<{WORK.value}#membership-1> a prov:Influence ; prov:influencer <BASEgrant/nsf/12> ; leap:pointer 'award[0]' ;"
        " <http://www.w3.org/2000/01/rdf-schema#label> 'names an award of the platform' ;"
        " dct:source <https://example.org/work.json> ."
    )
    for place in range(1, AUTHORS + 1):
        person, part = f"<BASEperson/crowd/{place}>", f"<{WORK.value}#author-{place}>"
        said += [
            f"<{WORK.value}> dct:creator {person} ; prov:qualifiedAttribution {part} .",
            f"{person} a foaf:Person , schema:Person ; foaf:name 'Author {chr(ord('Z') - place % 26)}{place}' .",
            f"{part} a prov:Attribution ; prov:agent {person} ; schema:position {place} ;"
            " dcat:hadRole <http://id.loc.gov/vocabulary/relators/aut> .",
        ]
    said.append(
        f"<{WORK.value}#author-1> schema:affiliation <BASEorganization/noaa> , 'An institute <without> a node' ."
    )
    return "\n".join(said)


def tell(writer: Writer) -> None:
    publish(writer, "crowd", "Works", triples(crowd()), 5)


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Site]]:
    home = followed(fill(tmp_path_factory.mktemp("works") / "home", tell))
    with running(home.path) as started:
        yield started, Site(Settings(home=home.path))


def test_contributors_come_in_the_order_of_the_work(works: tuple[Server, Site]) -> None:
    found = contributors_of(works[1].revision().reading, WORK)
    assert [one.anchor for one in found] == [f"author-{place}" for place in range(1, AUTHORS + 1)]
    assert [one.place for one in found] == list(range(1, AUTHORS + 1))
    assert {str(getattr(cell, "label", getattr(cell, "text", ""))) for cell in found[0].affiliations} == {
        "NOAA",
        "An institute <without> a node",
    }


def test_the_page_of_a_work_names_each_contributor_once(works: tuple[Server, Site]) -> None:
    text = works[0].get("/doi/10.1000/crowd").text
    main = text[text.index("<main") :]
    for place in range(1, AUTHORS + 1):
        before_panels = main[: main.index('id="panel-uses"')]
        assert len(re.findall(rf'href="/person/crowd/{place}"', before_panels)) == 1, place
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert {f"author-{place}" for place in range(1, AUTHORS + 1)} <= set(ids)
    assert "nobody" in ids
    assert main.index('id="panel-work-authors"') < main.index('id="section-statements"')
    words = " ".join("".join(html5lib.parse(text, namespaceHTMLElements=False).itertext()).split())
    assert f"Contributors {AUTHORS}" in words
    assert f"{AUTHORS - 25} more" in words


def test_what_the_list_does_not_say_stays_among_the_statements(works: tuple[Server, Site]) -> None:
    page = entity_page(works[1].revision(), WORK)
    labels = {row.label for group in page.other_groups for row in group.rows}
    assert "creator" not in labels
    assert {"contributor", "publisher", "qualified attribution"} <= labels
    assert "creator" in {row.label for group in page.groups for row in group.rows}
    assert [part.anchor for part in page.parts_except(page.anchors)] == ["nobody"]


def test_a_report_that_no_panel_is_about_lists_its_contributors_too(works: tuple[Server, Site]) -> None:
    text = works[0].get("/doi/10.1000/report").text
    assert 'id="author-1"' in text
    assert text.index("Contributors <") < text.index('id="section-statements"')
    assert "Query behind Contributors" not in text


def test_the_page_of_a_work_says_why_it_is_here(works: tuple[Server, Site]) -> None:
    text = works[0].get("/doi/10.1000/crowd").text
    reason = text[text.index('<li id="membership-1">') :].partition("</li>")[0]
    words = " ".join(re.sub("<[^>]*>", "", reason).split())
    assert words == "It names an award of the platform: Alpha waves example.org/work.json award[0]"
    assert 'href="/grant/nsf/12"' in reason


def test_a_dataset_keeps_its_attributions(works: tuple[Server, Site]) -> None:
    page = entity_page(works[1].revision(), NamedNode(f"{BASE}dataset/leap-test/alpha"))
    assert page.contributors == []
    assert page.other_groups == page.groups
