"""The panels: on the pages of their classes, bounded, and the same rows behind the link to the query."""

import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from pyoxigraph import NamedNode

from leap_kg.settings import DEFAULT_BASE
from leap_kg.web.cells import Node, Text
from leap_kg.web.nodes.panels import _panel, panels_of
from leap_kg.web.revision import Revision
from tests.links.test_mining import PANELS as LINKED
from tests.sparql.questions.asked import questions
from tests.web.platform import ALPHA, LOGIN, PERSON, REPOSITORY, SPDX, STORE, SUFFIXED
from tests.web.server import Server

IMAGE = f"{DEFAULT_BASE}image/pangeo/pangeo-notebook/2022.06.02"
EXPECTED = {
    ALPHA: {"dataset-stores": 2, "record-findings": 1, "dataset-papers": 2, "same-maintainer": 1},
    STORE: {"store-datasets": 1, "store-users": 1},
    PERSON: {"maintained-datasets": 2, "works-of-person": 1},
    LOGIN: {"maintained-datasets": 1, "works-of-person": 1},
    f"{DEFAULT_BASE}organization/leap": {"provided-datasets": 1},
    REPOSITORY: {"repository-datasets": 2, "repository-code": 2},
    f"{DEFAULT_BASE}recipe/leap-test/alpha/alpha": {"recipe-output": 2},
    SUFFIXED: {"notebook-data": 1},
    "https://doi.org/10.1000/alpha.1": {"paper-datasets": 1, "cited-by": 1},
    "https://doi.org/10.1000/alpha.2": {"work-authors": 1},
    "https://orcid.org/0000-0001-5109-3700": {"works-of-person": 1},
    f"{DEFAULT_BASE}grant/nsf/12": {"grant-works": 1},
    "https://portal.issn.org/resource/ISSN/2049-3630": {"journal-works": 1},
    SPDX: {"licence-datasets": 1},
    f"{DEFAULT_BASE}role/producer": {"role-datasets": 2},
    f"{DEFAULT_BASE}format/zarr": {"format-stores": 1},
    "http://vocab.nerc.ac.uk/standard_name/sea_surface_temperature/": {"concept-data": 1, "concept-users": 1},
    f"{DEFAULT_BASE}finding-kind/engine-suffix": {"kind-findings": 1},
    f"{DEFAULT_BASE}role": {"scheme-concepts": 6},
    IMAGE: {"image-code": 1, "image-hubs": 1},
    f"{DEFAULT_BASE}hub/leap/prod": {"hub-images": 1, "hub-profiles": 1},
    f"{DEFAULT_BASE}cluster/leap": {"located-here": 1},
    f"{DEFAULT_BASE}bucket/gs/leap-test": {"bucket-contents": 2},
    "https://github.com/orgs/leap-test/teams/all": {"group-profiles": 1},
    f"{DEFAULT_BASE}graph/source/test-catalog": {"source-runs": 2, "source-records": 9},
}


@pytest.mark.parametrize("iri", EXPECTED)
def test_a_page_has_the_panels_of_its_class_with_their_rows(revision: Revision, iri: str) -> None:
    found = {panel.name: len(panel.rows) for panel in panels_of(revision.reading, NamedNode(iri))}
    assert {"uses", "used-by"} <= found.keys()
    assert {name: rows for name, rows in found.items() if name not in ("uses", "used-by")} == EXPECTED[iri]


def test_a_dataset_of_several_maintainers_is_one_row_of_its_stores_panel(revision: Revision) -> None:
    (panel,) = [each for each in panels_of(revision.reading, NamedNode(STORE)) if each.name == "store-datasets"]
    (row,) = panel.rows
    assert isinstance(row["dataset"], Node)
    assert row["dataset"].iri == ALPHA
    assert isinstance(row["maintainers"], Text)
    assert row["maintainers"].text == "Josiah Carberry, Kim"


def test_every_panel_is_tested() -> None:
    panels = [query for query in questions().all() if query.name.startswith("panels/")]
    linked = {name for expected in LINKED.values() for name in expected}
    tested = {name for expected in EXPECTED.values() for name in expected} | linked | {"uses", "used-by"}
    assert {query.name.removeprefix("panels/") for query in panels} == tested


def test_every_query_that_pages_run_is_bounded() -> None:
    for query in questions().all():
        if query.name.startswith(("panels/", "pages/")):
            assert re.search(r"^LIMIT \d+$", query.text.rstrip().splitlines()[-1]), query.name


def test_used_by_names_the_page_a_part_stands_on(revision: Revision) -> None:
    panels = {panel.name: panel for panel in panels_of(revision.reading, NamedNode(f"{DEFAULT_BASE}organization/noaa"))}
    users = [(row["user"].path, row["property"].label) for row in panels["used-by"].rows]  # type: ignore[union-attr]
    assert ("/dataset/leap-test/alpha", "creator") in users
    assert ("/dataset/leap-test/alpha", "agent") not in users  # which repeats it


def test_the_query_behind_a_panel_gives_its_rows(server: Server, revision: Revision) -> None:
    for iri in (ALPHA, PERSON, IMAGE):
        for panel in panels_of(revision.reading, NamedNode(iri)):
            query = parse_qs(urlsplit(panel.query_url).query)["query"][0]
            answer = server.get(panel.query_url, accept="application/sparql-results+json")
            assert answer.status_code == 200, panel.name
            assert len(answer.json()["results"]["bindings"]) == len(panel.rows), panel.name
            page = server.get(panel.query_url)
            assert page.status_code == 200
            assert query.splitlines()[0] in page.text


def test_a_panel_knows_whether_there_may_be_more(revision: Revision) -> None:
    known = revision.reading.queries.get("panels/used-by")
    assert known is not None
    small = replace(known, text="SELECT ?user WHERE { ?user ?p ?_node }\nLIMIT 2")
    assert _panel(revision.reading, small, NamedNode(PERSON)).cut
    whole = replace(small, text=small.text.replace("LIMIT 2", "LIMIT 400"))
    assert not _panel(revision.reading, whole, NamedNode(PERSON)).cut
