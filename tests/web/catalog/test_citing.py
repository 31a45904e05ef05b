"""How to cite a dataset or work: its page, its files and its signpost say the same."""

import json

import html5lib
import pytest

from leap_kg.catalog.page import CITATIONS, Twin
from tests.web.platform import PERSON, STORE
from tests.web.server import Server

DATASET = "/dataset/leap-test/alpha"
PAPER = "/doi/10.1000/alpha.1"


def shown(page: str) -> str:
    """The texts of a page as somebody copies them."""
    return "".join(html5lib.parse(page, namespaceHTMLElements=False).itertext())


@pytest.mark.parametrize("path", [DATASET, PAPER])
@pytest.mark.parametrize("twin", list(CITATIONS), ids=lambda twin: CITATIONS[twin])
def test_every_form_is_served_and_linked(server: Server, path: str, twin: Twin) -> None:
    answer = server.get(path + twin.suffix, accept="*/*")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].partition(";")[0] == twin.media_type
    page = server.get(path).text
    assert f'href="{path}{twin.suffix}"' in page
    text = answer.content.decode()
    if CITATIONS[twin] in ("bibtex", "csl"):
        assert text.strip() in shown(page)
    if CITATIONS[twin] == "text":
        assert all(line in shown(page) for line in text.splitlines())


def test_what_is_cited_is_what_the_signpost_names(server: Server) -> None:
    items = json.loads(server.get(f"{DATASET}.csl.json", accept="*/*").content)
    linkset = server.get(f"{DATASET}.linkset.json", accept="*/*").json()
    assert linkset["linkset"][0]["cite-as"][0]["href"] == items[0]["URL"]
    croissant = server.get(f"{DATASET}.croissant.json", accept="*/*").json()
    assert croissant["citeAs"] == server.get(f"{DATASET}.bib", accept="*/*").content.decode()


@pytest.mark.parametrize("iri", [PERSON, STORE])
def test_people_and_stores_are_not_cited(server: Server, iri: str) -> None:
    assert server.get(f"/node.bib?iri={iri}", accept="*/*").status_code == 404
