"""Links that start a notebook: on hubs that offer its image, and on Binder where its repository says what it needs."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from pyoxigraph import NamedNode

from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.settings import Settings
from leap_kg.web.nodes.launching import Launch, launches_of
from leap_kg.web.reading import Reading
from leap_kg.web.site import Site
from tests.web.platform import publish, triples

FILE = "https://github.com/lab/work/blob/feature%2Fa/deep%20sea/look.ipynb"
TURTLE = f"""
<{FILE}> a leap:Notebook ; dct:title "A look" ; leap:runsIn <BASEimage/lab/sea/1> ; prov:used <BASEstore/sea> .
<BASEnotebook/copy> a leap:Notebook ; dct:title "Copy" ; dct:source <{FILE}> ; prov:used <BASEdataset/sea> .
<BASEnotebook/part> a leap:Notebook ; dct:title "Part" ; schema:isPartOf <https://github.com/lab/work> ;
    dct:source <https://github.com/lab/work/blob/main/part.ipynb> .
<https://github.com/lab/work> a schema:SoftwareSourceCode ; dct:title "lab/work" ; leap:runsIn <BASEimage/lab/sea/1> .
<BASEnotebook/elsewhere> a leap:Notebook ; dct:title "Elsewhere" ; leap:runsIn <BASEimage/lab/sea/1> ;
    dct:source <https://github.com.evil.example/lab/work/blob/main/x.ipynb> ; prov:used <BASEdataset/sea> .
<BASEdataset/sea> a dcat:Dataset ; dct:title "Sea" ; dct:source <https://example.org/sea> ;
    dcat:distribution <BASEstore/sea> .
<BASEstore/sea> a dcat:Distribution , leap:ZarrStore ; dct:title "Sea store" ;
    leap:storageURI "https://data.lab.org/sea.zarr"^^xsd:anyURI .
<BASEimage/lab/sea/1> a leap:ContainerImage ; dct:title "lab/sea:1" .
<BASEhub/good> a leap:HubDeployment ; dct:title "Good hub" ; dcat:endpointURL <https://hub.lab.org/> .
<BASEhub/good#choice-1> leap:offersImage <BASEimage/lab/sea/1> .
<BASEhub/plain> a leap:HubDeployment ; dct:title "Plain hub" ; dcat:endpointURL <http://hub.lab.org/> ;
    leap:offersImage <BASEimage/lab/sea/1> .
<BASEhub/parted> a leap:HubDeployment ; dct:title "Parted hub" ; dcat:endpointURL <https://parted.lab.org/> ;
    leap:offersImage <BASEimage/lab/parts/2> .
<BASEhub/parted/settings#p9> schema:isPartOf <BASEhub/parted> ; dct:title "Large" ; schema:position 10 .
<BASEhub/parted/settings#p2> schema:isPartOf <BASEhub/parted> ; dct:title "Small" ; schema:position 2 .
<BASEhub/parted/settings#c1> schema:isPartOf <BASEhub/parted/settings#p9> ; dct:title "Parts" ; schema:position 1 ;
    leap:offersImage <BASEimage/lab/parts/2> .
<BASEhub/parted/settings#c2> schema:isPartOf <BASEhub/parted/settings#p2> ; dct:title "Parts, too" ; schema:position 3 ;
    leap:offersImage <BASEimage/lab/parts/2> .
<BASEimage/lab/parts/2> a leap:ContainerImage ; dct:title "lab/parts:2" .
<BASEnotebook/parted> a leap:Notebook ; dct:title "Parted" ; leap:runsIn <BASEimage/lab/parts/2> ;
    dct:source <https://github.com/lab/alone/blob/main/x.ipynb> .
<BASEhub/other> a leap:HubDeployment ; dct:title "Other hub" ; dcat:endpointURL <https://other.lab.org/> .
"""
NEEDS = '<https://github.com/lab/work/blob/main/{path}> a leap:Environment ; dct:title "{path}" .'


def reading_of(folder: Path, more: str = "") -> Reading:
    home = Home(folder / "home")
    with Writer(home, BASE) as writer:
        publish(writer, "run", "Run", triples(TURTLE + more), 1)
    return Site(Settings(home=home.path)).revision().reading


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    return reading_of(tmp_path_factory.mktemp("run"), NEEDS.format(path="environment.yml"))


def one(reading: Reading, iri: str) -> Launch:
    (found,) = launches_of(reading, NamedNode(iri))
    return found


def test_a_hub_that_offers_the_image_pulls_the_repository_and_opens_the_file(reading: Reading) -> None:
    found = one(reading, FILE)
    assert [place.label for place in found.places] == ["Open on Good hub", "Open on Binder"]
    parts = urlsplit(found.places[0].path)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "hub.lab.org", "/hub/user-redirect/git-pull")
    assert parse_qs(parts.query) == {
        "repo": ["https://github.com/lab/work"],
        "branch": ["feature/a"],
        "urlpath": ["lab/tree/work/deep sea/look.ipynb"],
    }
    assert [image.label for image in found.images] == ["lab/sea:1"]


def test_a_link_says_what_to_choose_for_the_recorded_image(reading: Reading) -> None:
    (place,) = one(reading, f"{BASE}notebook/parted").places
    assert place.label == "Open on Parted hub (Small, Parts, too)"
    assert place.path.startswith("https://parted.lab.org/hub/user-redirect/git-pull?")


def test_a_notebook_runs_where_its_repository_does(reading: Reading) -> None:
    assert [place.label for place in one(reading, f"{BASE}notebook/part").places] == [
        "Open on Good hub",
        "Open on Binder",
    ]


def test_binder_is_offered_where_the_repository_says_what_it_needs(reading: Reading, tmp_path: Path) -> None:
    (binder,) = one(reading, f"{BASE}notebook/copy").places
    assert binder.path == "https://mybinder.org/v2/gh/lab/work/feature%2Fa?urlpath=lab%2Ftree%2Fdeep+sea%2Flook.ipynb"
    without = reading_of(tmp_path, NEEDS.format(path="docs/environment.yml"))
    assert [place.label for place in one(without, FILE).places] == ["Open on Good hub"]
    assert launches_of(without, NamedNode(f"{BASE}notebook/copy")) == []


def test_data_lead_to_the_notebooks_that_use_them(reading: Reading) -> None:
    assert {each.notebook.label for each in launches_of(reading, NamedNode(f"{BASE}dataset/sea"))} == {"A look", "Copy"}
    assert {each.notebook.label for each in launches_of(reading, NamedNode(f"{BASE}store/sea"))} == {"A look"}


def test_what_is_no_file_on_github_or_no_safe_hub_is_left_out(reading: Reading) -> None:
    assert launches_of(reading, NamedNode(f"{BASE}notebook/elsewhere")) == []
    assert launches_of(reading, NamedNode(f"{BASE}hub/good")) == []
