"""What a dataset says of itself, who uses it, how to cite it, how it came to be; also where texts are hostile."""

import json
import re

import html5lib
import pytest
import requests
from bibtexparser.entrypoint import parse_string

from leap_kg.client import Client, KgError
from leap_kg.client.citing import STYLES
from leap_kg.client.errors import Ambiguous, NotFound
from leap_kg.settings import DEFAULT_BASE as BASE

SST = "example-lab/sst-analysis-feedstock"


def test_it_says_what_it_is(kg: Client) -> None:
    dataset = kg.dataset(SST)
    assert dataset.title == "Example sea-surface temperature analysis"
    assert "ocean" in dataset.keywords
    assert dataset.licence == "CC-BY-4.0"
    assert dataset.url == f"{kg.url}/dataset/{SST}"
    assert {store.name for store in dataset.stores} >= {"sst-monthly", "sst-climatology"}
    assert repr(dataset) == f"<leap_kg dataset {SST}>"


def test_it_knows_who_uses_it_with_the_evidence(kg: Client) -> None:
    uses = kg.dataset(SST).used_by()
    assert {use.kind for use in uses} >= {"paper", "notebook"}
    assert any(use.evidence and use.confidence for use in uses)
    assert all(use.title for use in uses if use.kind == "paper")
    assert "confidence" in uses.to_dataframe().columns
    assert len({use.user for use in uses}) == len(uses)
    several = [use for use in uses if len(use.pieces) > 1]
    assert several
    assert all(len(set(use.pieces)) == len(use.pieces) for use in uses)


def test_it_knows_where_it_came_from_and_what_changed(kg: Client) -> None:
    dataset = kg.dataset(SST)
    found = {(origin.how, origin.what) for origin in dataset.provenance}
    assert ("feedstock", "https://github.com/example-lab/sst-analysis-feedstock") in found
    assert any(how == "recipe" for how, _ in found)
    assert any(how == "described by source" and what.endswith("source/example-catalog") for how, what in found)
    changing = kg.dataset("loopback/changing")
    newest, *_, first = changing.history
    assert (newest.added, newest.removed) == (1, 1)
    assert newest.revision is not None
    assert first.revision is not None
    assert newest.revision > first.revision
    assert changing.then(first.revision).title == "The old title"
    assert kg.dataset("loopback/changing", at=first.revision).title == "The old title"
    assert f"at={first.revision}" in changing.then(first.revision).url
    assert len(changing.versions) == 0


def test_a_store_is_chosen_by_what_people_call_it(kg: Client) -> None:
    dataset = kg.dataset(SST)
    monthly = dataset.store("sst-monthly")
    assert monthly.uri.endswith("/sst-monthly.zarr")
    assert dataset.store("climatology").name == "sst-climatology"
    assert dataset.store(monthly.iri) == dataset.store(monthly.uri) == monthly
    assert dataset.store("timeseries").derived_from == (monthly.iri,)
    assert dataset.store(0) in list(dataset.stores)
    with pytest.raises(Ambiguous, match=r"to_xarray\('sst-"):
        dataset.store()
    with pytest.raises(NotFound, match=r"There are .*sst-monthly"):
        dataset.store("salinity")
    with pytest.raises(NotFound, match="has 3 stores"):
        dataset.store(7)
    with pytest.raises(NotFound, match="knows no store"):
        kg.dataset("loopback/changing").to_xarray()


def test_bibtex_is_read_by_a_parser_and_has_the_dataset_and_its_papers(kg: Client) -> None:
    found = parse_string(kg.dataset(SST).cite("bibtex"))
    assert found.failed_blocks == []
    entry = found.entries[0]
    assert entry.entry_type == "misc"
    assert entry["title"].strip("{}") == "Example sea-surface temperature analysis"
    assert entry["note"] == "Data set"
    assert len({one.key for one in found.entries}) == len(found.entries)


@pytest.mark.parametrize(("style", "suffix"), sorted(STYLES.items()))
def test_a_citation_is_what_the_page_says(kg: Client, style: str, suffix: str) -> None:
    served = requests.get(f"{kg.dataset(SST).url}{suffix}", timeout=30)
    assert served.status_code == 200
    assert kg.dataset(SST).cite(style) == served.content.decode().removesuffix("\n")


def test_csl_is_json_and_text_is_one_line_each(kg: Client) -> None:
    items = json.loads(kg.dataset(SST).cite("csl"))
    assert items[0]["type"] == "dataset"
    assert items[0]["title"] == "Example sea-surface temperature analysis"
    assert all(item["URL"].startswith("https://") for item in items)
    text = kg.dataset(SST).cite()
    assert len(text.splitlines()) == len(items)
    with pytest.raises(KgError, match="bibtex, csl, text"):
        kg.dataset(SST).cite("apa")


def test_hostile_names_stay_texts_in_every_style(kg: Client) -> None:
    dataset = kg.dataset("loopback/hostile")
    found = parse_string(dataset.cite("bibtex"))
    assert found.failed_blocks == []
    assert len(found.entries) == 1
    assert not re.search(r"(?<!\\textbackslash\{\})\\input", dataset.cite("bibtex"))
    assert json.loads(dataset.cite("csl"))[0]["author"] == [{"literal": "} \\input{/etc/passwd} & <b>"}]
    assert [len(dataset.cite(style)) > 0 for style in STYLES]


def test_html_shows_hostile_texts_and_runs_nothing(kg: Client) -> None:
    dataset = kg.dataset("loopback/hostile")
    shown = [
        dataset._repr_html_(),
        dataset.stores._repr_html_(),
        kg.search("script")._repr_html_(),
        kg.search("script", kind="dataset")._repr_html_(),
        dataset.provenance._repr_html_(),
        kg._repr_html_(),
    ]
    for text in shown:
        tree = html5lib.parse(text, namespaceHTMLElements=False)
        names = {element.tag for element in tree.iter()}
        assert names <= {
            *("html", "head", "body", "div", "p", "strong", "a", "bdi", "table", "thead", "tbody", "tr", "th", "td"),
        }
        attributes = {(element.tag, name) for element in tree.iter() for name in element.attrib}
        assert attributes <= {("a", "href"), ("a", "rel"), ("table", "style"), ("th", "style"), ("td", "style")}
        assert all(element.get("href").startswith("http") for element in tree.iter("a"))
        assert "\u202e" not in text
    assert "&lt;script&gt;" in shown[0]
    assert "\u202e" not in repr(dataset.stores)


def test_a_page_of_a_moment_shows_that_moment(kg: Client) -> None:
    html = kg.dataset("loopback/changing").then("2026-03-01")
    with pytest.raises(KgError):
        html._repr_html_()
    assert "The new title" in kg.dataset("loopback/changing")._repr_html_()


def test_iris_of_others_have_a_page_too(kg: Client) -> None:
    assert kg.page("https://doi.org/10.5555/x?y") == f"{kg.url}/node?iri=https%3A%2F%2Fdoi.org%2F10.5555%2Fx%3Fy"
    assert kg.slug(f"{BASE}dataset/a/b") == "a/b"
