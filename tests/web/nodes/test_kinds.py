"""The pages of hubs, images, works and concepts: what their users look for first, once, and in order."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from leap_kg.graph.publish import Writer
from leap_kg.graph.statements import Term
from leap_kg.ingest.works.kinds import Kind
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.settings import Settings
from leap_kg.web.nodes.concept import concept_page
from leap_kg.web.nodes.dataset import dataset_page
from leap_kg.web.nodes.hub import binary, duration, hub_page
from leap_kg.web.nodes.image import image_page
from leap_kg.web.nodes.releases import MOVING, RELEASE, UNKNOWN, UNLISTED
from leap_kg.web.nodes.software import software_page
from leap_kg.web.nodes.work import work_page
from leap_kg.web.revision import Revision
from leap_kg.web.site import Site
from leap_kg.web.templates import aged
from tests.sparql.questions.asked import questions
from tests.web.platform import fill, followed, publish, triples
from tests.web.server import Server, running

AUT = "<http://id.loc.gov/vocabulary/relators/aut>"
SAID = """
@prefix adms: <http://www.w3.org/ns/adms#> .
@prefix fabio: <http://purl.org/spar/fabio/> .
<BASEhub/coast> a leap:HubDeployment ; dct:title "Coast" ; dcat:endpointURL <https://coast.example.org> ;
    dct:audience <BASEgroup/all> ; schema:hasMeasurement <BASEhub/coast#quota> , <BASEhub/coast#idle> ;
    leap:offersImage <BASEimage/tide/2024.01.01> , <BASEimage/tide/2030.01.01> , <BASEimage/other/x> ,
        <BASEimage/tide/latest> .
<BASEhub/coast#quota> schema:propertyID <BASEmachine/home-quota> ; schema:value 10737418240 .
<BASEhub/coast#idle> schema:propertyID <BASEmachine/idle-time> ; schema:value 5400 ;
    prov:wasDerivedFrom <https://charts.example.org/values.yaml> .
<BASEgroup/all> a foaf:Group ; foaf:name "all" .
<BASEgroup/few> a foaf:Group ; foaf:name "few" .
<BASEhub/coast/settings#b> schema:isPartOf <BASEhub/coast> ; dct:type <BASEhub-part/profile> ; dct:title "Large" ;
    schema:position 1 ; dct:audience <BASEgroup/few> ; dct:description "For those who need it." .
<BASEhub/coast/settings#a> schema:isPartOf <BASEhub/coast> ; dct:type <BASEhub-part/profile> ; dct:title "Small" ;
    schema:position 0 ; schema:hasMeasurement <BASEhub/coast/settings#a1> .
<BASEhub/coast/settings#a1> schema:propertyID <BASEmachine/memory-limit> ; schema:value 8589934592 .
<BASEhub/coast/settings#b-m> schema:isPartOf <BASEhub/coast/settings#b> ; dct:type <BASEhub-part/machine> ;
    dct:title "With a GPU" ; dct:audience <BASEgroup/few> ;
    schema:hasMeasurement <BASEhub/coast/settings#m1> , <BASEhub/coast/settings#m2> , <BASEhub/coast/settings#m3> ,
        <BASEhub/coast/settings#m4> , <BASEhub/coast/settings#m5> .
<BASEhub/coast/settings#m1> schema:propertyID <BASEmachine/gpus> ; schema:value 2 .
<BASEhub/coast/settings#m2> schema:propertyID <BASEmachine/accelerator> ; schema:value "t4" .
<BASEhub/coast/settings#m3> schema:propertyID <BASEmachine/cpu-guarantee> ; schema:value 0.5 .
<BASEhub/coast/settings#m4> schema:propertyID <BASEmachine/cpu-limit> ; schema:value 4 .
<BASEhub/coast/settings#m5> schema:propertyID <BASEmachine/instance-type> ; schema:value "n1" .
<BASEhub/coast/settings#b-c> schema:isPartOf <BASEhub/coast/settings#b> ; dct:type <BASEhub-part/choice> ;
    dct:title "The tide image" ; leap:offersImage <BASEimage/tide/2024.01.01> .
<BASEimage/tide/2023.01.01> a leap:ContainerImage ; dct:title "tide:2023.01.01" ; dct:isVersionOf <BASEimage/tide> ;
    leap:versionOrder "2023" ; dct:issued "2023-01-01"^^xsd:date ;
    schema:softwareRequirements <pkg:conda/a@1> , <pkg:conda/b@1> .
<BASEimage/tide/2023.06.01> a leap:ContainerImage ; dct:title "tide:2023.06.01" ; dct:isVersionOf <BASEimage/tide> ;
    leap:versionOrder "2023.5" .
<BASEimage/tide/2024.01.01> a leap:ContainerImage ; dct:title "tide:2024.01.01" ; dct:isVersionOf <BASEimage/tide> ;
    leap:versionOrder "2024" ; dct:issued "2024-01-01"^^xsd:date ; dct:source <https://example.org/environment.yml> ;
    schema:softwareRequirements <pkg:conda/a@2> , <pkg:conda/c@1> .
<BASEimage/tide/2025.01.01> a leap:ContainerImage ; dct:title "tide:2025.01.01" ; dct:isVersionOf <BASEimage/tide> ;
    leap:versionOrder "2025" .
<BASEimage/tide> a schema:SoftwareApplication ; dct:title "tide" .
<BASEimage/tide/latest> a leap:ContainerImage ; dct:title "tide:latest" ; dct:isVersionOf <BASEimage/tide> .
<BASEimage/tide/2030.01.01> a leap:ContainerImage ; dct:title "tide:2030.01.01" .
<BASEimage/other/x> a leap:ContainerImage ; dct:title "other:x" .
<https://example.org/environment.yml> a leap:Environment ; dct:title "environment.yml" ; dct:requires <pkg:conda/a> .
<pkg:conda/a> a schema:SoftwareApplication ; dct:title "a" .
<pkg:conda/b> a schema:SoftwareApplication ; dct:title "b" .
<pkg:conda/c> a schema:SoftwareApplication ; dct:title "c" .
<https://github.com/lab/tide/releases/tag/v1> a schema:SoftwareApplication ; dct:title "lab/tide v1" .
<pkg:conda/b@1> a schema:SoftwareApplication ; dct:title "b 1" .
<pkg:conda/a@1> dct:isVersionOf <pkg:conda/a> ; schema:softwareVersion "1" .
<pkg:conda/a@2> dct:isVersionOf <pkg:conda/a> ; schema:softwareVersion "2" .
<pkg:conda/b@1> dct:isVersionOf <pkg:conda/b> ; schema:softwareVersion "1" .
<pkg:conda/c@1> dct:isVersionOf <pkg:conda/c> ; schema:softwareVersion "1" .
<https://doi.org/10.1000/tide> a fabio:JournalArticle , schema:ScholarlyArticle ; dct:title "Tides & moons" ;
    dct:abstract "Water <b>moves</b>." ; dct:issued "2021-05"^^xsd:gYearMonth ;
    dct:creator <BASEperson/z> , <BASEperson/a> ;
    dct:isPartOf <BASEjournal/sea> ; schema:funding <BASEgrant/sea/1> ; schema:isAccessibleForFree true ;
    adms:status <BASEwork-status/retracted> ; cito:isRetractedBy <https://doi.org/10.1000/notice> ;
    prov:qualifiedAttribution <https://doi.org/10.1000/tide#z> , <https://doi.org/10.1000/tide#a> .
<https://doi.org/10.1000/tide#z> prov:agent <BASEperson/z> ; dcat:hadRole AUT ; schema:position 1 .
<https://doi.org/10.1000/tide#a> prov:agent <BASEperson/a> ; dcat:hadRole AUT ; schema:position 2 .
<BASEperson/z> a foaf:Person , schema:Person ; foaf:name "Zoe First" .
<BASEperson/a> a foaf:Person , schema:Person ; foaf:name "Abe Second" .
<BASEjournal/sea> a schema:Periodical ; dct:title "Sea" .
<BASEgrant/sea/1> a schema:Grant ; dct:title "Sea 1" ; schema:funder <BASEorganization/sea> .
<BASEorganization/sea> a <http://www.w3.org/ns/org#Organization> ; foaf:name "Sea Fund" .
<BASEwork-status/retracted> a skos:Concept ; skos:prefLabel "retracted" .
<https://doi.org/10.1000/notice> a schema:ScholarlyArticle ; dct:title "Notice" ;
    dct:bibliographicCitation "The notice." .
<https://doi.org/10.1000/early> a schema:ScholarlyArticle ; dct:title "Tides, early" ;
    dct:bibliographicCitation "Early." .
<https://doi.org/10.1000/tide> prov:wasRevisionOf <https://doi.org/10.1000/early> ;
    dct:bibliographicCitation "Zoe First, Abe Second (2021). Tides & moons. Sea." .
<urn:name:new> a skos:Concept ; skos:prefLabel "new_name" ; schema:unitText "K" ; skos:definition "What it means." ;
    skos:altLabel "old_name" ; skos:notation "11"^^<BASEnotation/grib> .
<BASEitem/1> a dcat:Dataset ; dct:title "Item 1" ; dct:source <https://example.org/item.json> ;
    dcat:inSeries <BASEitem/all> ; dct:isPartOf <BASEitem/all> ; dct:temporal <BASEitem/1#time> ;
    dct:spatial <BASEitem/1#place> ; prov:qualifiedAttribution <BASEitem/1#first> , <BASEitem/1#second> .
<BASEitem/all> a dcat:Dataset ; dct:title "All items" ; dct:source <https://example.org/all.json> .
<BASEitem/1#time> a dct:PeriodOfTime ; dcat:startDate "2020-02-03T04:05:00Z"^^xsd:dateTime ;
    dcat:endDate "2020-02-03T04:05:00Z"^^xsd:dateTime .
<BASEitem/1#place> a dct:Location ; dcat:bbox "POLYGON((1 2,3 2,3 4,1 4,1 2))" .
<BASEitem/1#first> prov:agent <BASEorganization/sea> ; dcat:hadRole <BASErole/host> ; schema:position 1 .
<BASEitem/1#second> prov:agent <BASEorganization/leap> ; dcat:hadRole <BASErole/host> ; schema:position 2 .
<urn:name:old> a skos:Concept ; skos:prefLabel "old_name" ; dct:isReplacedBy <urn:name:new> .
""".replace("AUT", AUT)


def tell(writer: Writer) -> None:
    publish(writer, "kinds", "Kinds", triples(SAID), 5)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Revision]]:
    home = followed(fill(tmp_path_factory.mktemp("kinds") / "home", tell))
    with running(home.path) as started:
        yield started, Site(Settings(home=home.path)).revision()


def test_a_hub_says_what_can_be_started_by_whom_on_what(shown: tuple[Server, Revision]) -> None:
    view = hub_page(shown[1], NamedNode(f"{BASE}hub/coast"))
    assert [(profile.title, [group.label for group in profile.groups]) for profile in view.profiles] == [
        ("Small", []),
        ("Large", ["few"]),
    ]
    small, large = view.profiles
    assert [(machine.memory, machine.title) for machine in small.machines] == [("8 GiB", "")]
    (machine,) = large.machines
    assert (machine.title, machine.cores, machine.gpus, machine.kind) == ("With a GPU", "0.5 to 4", "2 × t4", "n1")
    assert [group.label for group in machine.groups] == ["few"]
    assert [(title, image.node.label) for title, image in large.images] == [("The tide image", "tide:2024.01.01")]
    assert view.quota == "10 GiB"
    ((words, chart),) = view.stops
    assert (words, chart and chart.iri) == ("after 90 minutes without use", "https://charts.example.org/values.yaml")
    assert {(image.node.label, image.state, image.newer) for image in view.images} == {
        ("tide:2024.01.01", RELEASE, 1),
        ("tide:2030.01.01", UNLISTED, None),
        ("tide:latest", MOVING, None),
        ("other:x", UNKNOWN, None),
    }
    text = shown[0].get("/hub/coast").text
    assert text.index("Images offered") < text.index("Profiles and machines") < text.index("Everything the graph says")
    assert "For everybody who may sign in." in text
    assert "after 90 minutes without use" in text
    assert text.count('id="panel-hub-images"') == text.count('id="panel-hub-profiles"') == 1


def test_an_image_says_its_place_its_packages_and_what_changed(shown: tuple[Server, Revision]) -> None:
    view = image_page(shown[1], NamedNode(f"{BASE}image/tide/2024.01.01"))
    assert (view.release.state, view.release.issued, view.release.newer) == (RELEASE, "2024-01-01", 1)
    assert [(one.package.label, one.version.label) for one in view.asked] == [("a", "2")]
    assert [(one.package.label, one.version.label) for one in view.others] == [("c", "1")]
    against = view.comparison
    assert against is not None
    assert against.before.label == "tide:2023.01.01"  # the release between the two lists no packages
    assert [(one.package.label, one.before, one.now) for one in against.differences] == [
        ("a", "1", "2"),
        ("b", "1", "–"),
        ("c", "–", "1"),
    ]
    assert (against.changed, against.came, against.went) == (1, 1, 1)
    answer = shown[0].get(against.path)
    rows = shown[0].get(answer.headers["Location"], accept="application/sparql-results+json").json()
    assert len(rows["results"]["bindings"]) == 3
    assert image_page(shown[1], NamedNode(f"{BASE}image/tide/2023.01.01")).comparison is None
    assert "is not known" in shown[0].get("/image/tide/2030.01.01").text


def asked(revision: Revision, path: str) -> list[dict[str, Term]]:
    """What the query at a path of a page answers, with the parameters of that path."""
    address = urlsplit(path)
    query = revision.reading.queries.get(address.path.removeprefix("/queries/"))
    assert query is not None
    return revision.reading.select(query.bind(**dict(parse_qsl(address.query))))


def test_an_image_without_tag_lists_its_releases_newest_first_with_what_changed(shown: tuple[Server, Revision]) -> None:
    view = software_page(shown[1], NamedNode(f"{BASE}image/tide"))
    assert [
        (one.image.label, one.issued, one.packages, one.changes.in_short if one.changes else None, len(one.hubs))
        for one in view.issues
    ] == [
        ("2025.01.01", "", 0, None, 0),
        ("2024.01.01", "2024-01-01", 2, "1 changed, 1 came, 1 went", 1),
        ("2023.06.01", "", 0, None, 0),  # lists no packages, so the next one is compared with the one before it
        ("2023.01.01", "2023-01-01", 2, None, 0),
    ]
    assert [tag.label for tag in view.tags] == ["tide:latest"]
    text = shown[0].get("/image/tide").text
    path = view.issues[1].path
    assert path.replace("&", "&amp;") in text
    assert len(asked(shown[1], path)) == 3
    assert "Used by" not in text


def test_a_package_tells_when_each_image_changed_it(shown: tuple[Server, Revision]) -> None:
    found = {}
    for name in "abc":
        (line,) = software_page(shown[1], NamedNode(f"pkg:conda/{name}")).lines
        found[name] = [(one.image.label, one.issued, one.before, one.now) for one in line.steps]
        rows = asked(shown[1], line.path)
        assert [(row["date"].value, row["before"].value, row["now"].value) for row in rows[::-1]] == [
            each[1:] for each in found[name]
        ]
    assert found == {
        "a": [("2024.01.01", "2024-01-01", "1", "2"), ("2023.01.01", "2023-01-01", "unknown", "1")],
        "b": [("2024.01.01", "2024-01-01", "1", "absent"), ("2023.01.01", "2023-01-01", "unknown", "1")],
        "c": [("2024.01.01", "2024-01-01", "absent", "1")],
    }
    view = software_page(shown[1], NamedNode("pkg:conda/a"))
    assert [one.iri for one in view.versions] == ["pkg:conda/a@2", "pkg:conda/a@1"]
    assert "When it changed in tide" in shown[0].get("/node?iri=pkg:conda/a").text


@pytest.mark.parametrize(
    ("iri", "word"),
    [
        ("pkg:conda/b", "Package"),
        ("pkg:conda/b@1", "Package version"),
        (f"{BASE}image/tide", "Image series"),
        ("https://github.com/lab/tide/releases/tag/v1", "Software release"),
        (f"{BASE}image/tide/2024.01.01", "Container image"),
    ],
)
def test_software_is_called_what_it_is(shown: tuple[Server, Revision], iri: str, word: str) -> None:
    assert shown[1].reading.link(NamedNode(iri)).kind == word
    place = shown[0].get(f"/node?iri={iri}")
    page = shown[0].get(place.headers["Location"]) if place.is_redirect else place
    heading = page.text.partition("<h1")[0].rpartition("<main")[2] + page.text.partition("<h1")[2][:600]
    assert re.search(rf"</svg>{word}</a>", heading)
    listed = shown[0].get("/browse.json?limit=100&kind=software,image").json()["hits"]
    assert [hit["kind"] for hit in listed if hit["iri"] == iri] in ([word], [])


def test_a_paper_begins_with_its_authors_in_order_and_whether_it_stands(shown: tuple[Server, Revision]) -> None:
    view = work_page(shown[1], NamedNode("https://doi.org/10.1000/tide"))
    assert [author.label for author in view.authors] == ["Zoe First", "Abe Second"]
    facts = {words: [getattr(value, "label", value) for value in values] for words, values in view.facts}
    assert facts["Published in"] == ["Sea"]
    assert facts["Access"] == ["free to read"]
    assert facts["DOI"] == ["10.1000/tide"]
    assert [(one.grant and one.grant.label, [f.label for f in one.funders]) for one in view.funding] == [
        ("Sea 1", ["Sea Fund"])
    ]
    related = {words: [node.label for node in nodes] for words, nodes in view.related}
    assert related["Earlier version"] == ["Tides, early"]
    early = work_page(shown[1], NamedNode("https://doi.org/10.1000/early"))
    assert {words: [node.label for node in nodes] for words, nodes in early.related} == {
        "Later version": ["Tides & moons"]
    }
    bibtex = dict(view.cited.forms)["BibTeX"]
    assert "author = {Zoe First and Abe Second}" in bibtex
    assert r"title = {{Tides \& moons}}" in bibtex
    text = shown[0].get("/doi/10.1000/tide").text
    order = ["Zoe First, Abe Second", "no longer stands", "Published in", "Abstract", "How to cite", "Funding"]
    places = [text.index(words, text.index("<main")) for words in order]
    assert places == sorted(places)
    assert "Water &lt;b&gt;moves" in text


def test_a_concept_says_what_it_means_and_what_took_its_place(shown: tuple[Server, Revision]) -> None:
    facts = concept_page(shown[1], NamedNode("urn:name:new")).facts
    assert {
        words: [getattr(value, "label", getattr(value, "text", value)) for value in values] for words, values in facts
    } == {
        "Canonical unit": ["K"],
        "Other names": ["old_name"],
        "Codes": ["11"],
        "Replaces": ["old_name"],
    }
    old = shown[0].get("/node?iri=urn:name:old")
    assert old.status_code == 200
    assert "This name is out of use" in old.text
    assert "What it means." in shown[0].get("/node?iri=urn:name:new").text


def test_an_item_says_where_and_when_it_is_and_keeps_its_providers_in_order(shown: tuple[Server, Revision]) -> None:
    view = dataset_page(shown[1], NamedNode(f"{BASE}item/1"))
    assert [(extent.label, extent.value) for extent in view.extents] == [
        ("Time", "2020-02-03 04:05 UTC"),
        ("Place", "2° N to 4° N, 1° E to 3° E"),
    ]
    assert [provider.agent.label for provider in view.providers] == ["Sea Fund", "LEAP"]
    assert [whole.label for whole in view.series] == ["All items"]
    text = shown[0].get("/item/1").text
    assert text.count('id="section-extent"') == text.count('id="section-series"') == 1


def test_the_panels_of_works_are_those_of_all_works() -> None:
    panels = {query.name: set(query.panel_of) for query in questions().all()}
    for kind in set(Kind) - {Kind.JOURNAL, Kind.DATASET}:
        for cls in kind.classes:
            assert cls.value in panels["panels/work-authors"], (kind, cls)
            assert cls.value in panels["panels/cited-by"], (kind, cls)


@settings(max_examples=50)
@given(st.integers(0, 10**18 - 1))
def test_memory_in_words_is_near_the_number(number: int) -> None:
    value, unit = binary(str(number)).split()
    power = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB").index(unit)
    assert abs(float(value) * 1024**power - number) <= 0.051 * 1024**power
    assert float(value) < 1024 or unit == "PiB"


@pytest.mark.parametrize("text", ["", "many", "-1", "1.5", "٣", "9" * 19])
def test_what_is_no_number_of_bytes_is_no_memory(text: str) -> None:
    assert binary(text) == ""


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-03-01", "0 days old"),
        ("2026-02-28", "1 day old"),
        ("2025-12-30", "2 months old"),
        ("2024-06-02", "21 months old"),
        ("2022-06-02", "3 years old"),
        ("2026-03-02", ""),
        ("no day", ""),
        ("", ""),
    ],
)
def test_ages_are_told_in_words(day: str, words: str) -> None:
    assert aged(day, "2026-03-01T12:00:00Z") == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(3600, "1 hour"), (604800, "7 days"), (5400, "90 minutes"), (59, "59 seconds"), (0, "0 seconds"), (1, "1 second")],
)
def test_a_time_is_told_in_its_largest_whole_unit(seconds: int, words: str) -> None:
    assert duration(seconds) == words
