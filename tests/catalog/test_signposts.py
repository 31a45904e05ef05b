"""Signposts: in the header as many as it bears, in the linkset all; whatever is harvested, the header stays one."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.catalog.fair.served import Answer
from leap_kg.catalog.record import Agent
from leap_kg.catalog.signposts import MOST_IN_HEADER, Signpost, header, linkset, signposts, written
from leap_kg.outputs.party import Party
from tests.catalog.made import BARE, HOSTILE, PLACE, WHOLE, record_of

PAGE = "https://kg.example/dataset/leap-test/whole"


def targets(iri: str, relation: str) -> list[str]:
    links = Answer(headers={"link": header(record_of(iri), PLACE)}).links
    return [link.target for link in links if link.relation == relation]


def test_a_whole_dataset_has_every_signpost() -> None:
    assert targets(WHOLE, "cite-as") == ["https://doi.org/10.1000/whole"]
    assert targets(WHOLE, "author") == ["https://orcid.org/0000-0002-1825-0097"]
    assert targets(WHOLE, "license") == ["https://spdx.org/licenses/CC-BY-4.0"]
    assert targets(WHOLE, "type") == ["https://schema.org/AboutPage", "https://schema.org/Dataset"]
    assert targets(WHOLE, "item") == ["https://storage.googleapis.com/leap-test/whole.zarr"]
    assert len(targets(WHOLE, "describedby")) == 4
    assert targets(WHOLE, "linkset") == [f"{PAGE}.linkset.json"]


def test_a_bare_one_is_cited_by_its_iri() -> None:
    assert targets(BARE, "cite-as") == [BARE]
    assert targets(BARE, "author") == targets(BARE, "license") == targets(BARE, "item") == []


def test_the_linkset_leads_back_from_descriptions_and_data() -> None:
    contexts = {each["anchor"]: each for each in linkset(record_of(WHOLE), PLACE)["linkset"]}
    assert contexts[PAGE]["cite-as"] == [{"href": "https://doi.org/10.1000/whole"}]
    for twin in targets(WHOLE, "describedby"):
        assert contexts[twin]["describes"] == [{"href": PAGE, "type": "text/html"}]
    assert contexts["https://storage.googleapis.com/leap-test/whole.zarr"]["collection"][0]["href"] == PAGE


def test_a_header_has_no_more_links_than_proxies_take() -> None:
    many = tuple(Agent(f"https://orcid.org/{number}", "A", Party.PERSON) for number in range(500))
    record = replace(record_of(WHOLE), creators=many)
    assert header(record, PLACE).count('rel="author"') == MOST_IN_HEADER
    assert len(header(record, PLACE)) < 4096
    whole = linkset(record, PLACE)["linkset"][0]
    assert len(whole["author"]) == 500


def test_no_signpost_leads_where_browsers_may_not_go() -> None:
    for post in signposts(record_of(HOSTILE), PLACE):
        assert post.target.startswith(("https://", "http://")), post


@settings(max_examples=50)
@given(st.text(max_size=60))
def test_any_address_stays_within_its_link(text: str) -> None:
    link = written(Signpost("item", f"https://example.org/{text}"))
    assert link.isascii()
    assert "\n" not in link
    assert "\r" not in link
    (found,) = Answer(headers={"link": f"{link}, <https://x.example/>; rel=license"}).links[:1]
    assert found.relation == "item"
    assert len(Answer(headers={"link": f"{link}, <https://x.example/>; rel=license"}).links) == 2
