"""The page of a large revision: its nodes in groups, and each group as a list of its own."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from leap_kg.graph.publish import Writer
from leap_kg.settings import Settings
from leap_kg.web.site import Site
from tests.web.platform import fill, followed, publish, triples
from tests.web.server import Server, running

MANY = 45
CONCEPTS = "".join(f"<BASEconcept/{n}> a skos:Concept ; skos:prefLabel 'Concept {n}' .\n" for n in range(MANY))
REST = (
    "<DATASET/delta> a dcat:Dataset ; dct:title 'Delta' ; dct:source <https://example.org/delta> .\n"
    "<BASEthing/odd> dct:title 'Odd' .\n"
)


def tell(writer: Writer) -> None:
    publish(writer, "many", "Many", triples(CONCEPTS + REST), 5)
    publish(writer, "many", "Many", triples(CONCEPTS.replace("Concept 1'", "Concept one'")), 6)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Site]]:
    home = followed(fill(Path(tmp_path_factory.mktemp("large")) / "home", tell))
    with running(home.path) as started:
        yield started, Site(Settings(home=home.path))


def test_groups_are_the_nodes_by_kind_and_fate(large: tuple[Server, Site]) -> None:
    timeline = large[1].history.timeline
    assert [(g.how, g.kind, g.count) for g in timeline.groups(5)] == [
        ("new", "dataset", 1),
        ("new", "concept", MANY),
        ("new", "", 1),
    ]
    assert [(g.how, g.kind, g.count) for g in timeline.groups(6)] == [
        ("changed", "concept", 1),
        ("removed", "dataset", 1),
        ("removed", "", 1),
    ]
    for revision in range(1, 7):
        groups = timeline.groups(revision)
        assert sum(group.count for group in groups) == timeline.touched_count(revision)
        for group in groups:
            members = timeline.touched(revision, group.count, group.place)
            assert {(one.how, one.kind) for one in members} == {(group.how, group.kind)}


def test_a_large_revision_shows_groups_and_lists_one_that_is_chosen(large: tuple[Server, Site]) -> None:
    server = large[0]
    page = server.get("/changes/5").text
    assert 'id="section-groups"' in page
    assert page.count("<details") == 0
    ways = dict(re.findall(r'href="(/changes/5\?[^"]+)" rel="nofollow"><strong>([\d,]+)</strong>', page))
    assert sorted(ways.values()) == ["1", "1", str(MANY)]
    for way, count in ways.items():
        listed = server.get(way.replace("&amp;", "&")).text
        assert listed.count("<details") == min(int(count), 40)
        assert ("page=2" in listed) == (int(count) > 40)
    every = [server.get(f"/changes/5?list=all&page={number}").text for number in (1, 2)]
    assert sum(page.count("<details") for page in every) == MANY + 2
    assert server.get("/changes/5?how=eaten&kind=concept").status_code == 200
    assert server.get("/changes/5.json").json()["total"] == MANY + 2


def test_a_small_revision_shows_all_its_nodes_at_once(large: tuple[Server, Site]) -> None:
    page = large[0].get("/changes/6").text
    assert "Concept one" in page
    assert page.count("<details") == 3
