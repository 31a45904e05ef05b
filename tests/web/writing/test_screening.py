"""Settings of hubs written by hand over HTTP: a secret among them is refused, by whatever way it comes."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import RdfFormat, Triple, serialize

from leap_kg.hub.declared.declaring import hub_node, source_of
from leap_kg.ingest.hubs.mapping import VALUES
from leap_kg.ingest.hubs.settings import settings_triples
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.web.author import Author, at, graph, token
from tests.web.server import Server, running

HUB = hub_node("hub.example.org", BASE)
GRAPH = f"{BASE}graph/source/own-hubs"
SECRET = "Tr0ub4dor-and-3"
FINE: dict[str, Any] = {
    "hub": {"config": {"Authenticator": {"admin_users": ["ada"]}, "existingSecret": "oauth-of-the-hub"}},
    "singleuser": {"extraEnv": [{"name": "GITHUB_TOKEN", "value": "$(GITHUB_TOKEN)"}], "tokens": "a\nb"},
}
WRONG: list[dict[str, Any]] = [
    {"hub": {"config": {"GitHubOAuthenticator": {"client_secret": SECRET}}}},
    {"singleuser": {"extraEnv": [{"name": "API_TOKEN", "value": SECRET}]}},
    {"singleuser": {"cmd": ["--index", f"https://bob:{SECRET}@pypi.example.org/simple"]}},
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("screening") / "home"


@pytest.fixture(scope="module")
def open_server(place: Path) -> Iterator[Server]:
    with running(place) as started:
        yield started


@pytest.fixture
def admin(open_server: Server, place: Path) -> Author:
    return Author(open_server, token(place, "admin"))


def text(triples: Iterable[Triple]) -> str:
    written = serialize(triples, format=RdfFormat.N_TRIPLES)
    assert written is not None
    return written.decode()


def said(value: Any) -> list[Triple]:
    return list(settings_triples(HUB, VALUES, value))


def test_settings_without_secrets_are_taken(admin: Author, place: Path) -> None:
    assert admin.put(GRAPH, text(said(FINE))).status_code in (201, 204)
    assert len(graph(place, GRAPH)) == len(set(said(FINE)))


@pytest.mark.parametrize("value", WRONG, ids=lambda value: next(iter(value)))
def test_a_secret_is_refused_by_every_way_and_not_repeated(admin: Author, place: Path, value: Any) -> None:
    admin.put(GRAPH, text(said(FINE)))
    before, triples = graph(place, GRAPH), text(said(value))
    update = f"INSERT DATA {{ GRAPH <{GRAPH}> {{ {triples} }} }}"
    patch = "".join(f"A {line}\n" for line in triples.splitlines())
    answers = [
        admin.put(GRAPH, triples),
        admin.put("urn:example:mine", triples),
        admin.ask("POST", at(GRAPH), triples),
        admin.update(update),
        admin.ask("PATCH", at(GRAPH), f"TX .\n{patch}TC .\n", "application/rdf-patch"),
        admin.ask("PATCH", at(GRAPH), update, "application/sparql-update"),
    ]
    for answer in answers:
        assert (answer.status_code, SECRET in answer.text) == (422, False), answer.text
        assert "holds a password, a key or a token" in answer.text
        assert f"<{HUB.value}/settings#" in answer.text
    assert graph(place, GRAPH) == before
    assert graph(place, "urn:example:mine") == set()


def test_a_value_that_only_gets_a_new_text_is_looked_at_with_its_name(admin: Author, place: Path) -> None:
    values: dict[str, Any] = {"singleuser": {"extraEnv": [{"name": "API_TOKEN", "value": "$(API_TOKEN)"}]}}
    values["hub"] = {"password": "<below>"}
    admin.put(GRAPH, text(said(values)))
    before = graph(place, GRAPH)
    for old in ("$(API_TOKEN)", "<below>"):
        change = f'DELETE {{ GRAPH ?g {{ ?s ?p "{old}" }} }} INSERT {{ GRAPH ?g {{ ?s ?p "{SECRET}" }} }}'
        answer = admin.update(f'{change} WHERE {{ GRAPH ?g {{ ?s ?p "{old}" }} }}')
        assert (answer.status_code, SECRET in answer.text) == (422, False), answer.text
    assert graph(place, GRAPH) == before


def test_declarations_name_secrets_and_hold_none(admin: Author, place: Path) -> None:
    declared = f"{BASE}graph/source/{source_of('lab')}"
    assert admin.put(declared, text(said({"recipes": [{"secret": "recipe-login"}]}))).status_code == 201
    before = graph(place, declared)
    wrong = {"releases": [{"chart": {"repository": f"https://bob:{SECRET}@charts.example.org/"}}]}
    answer = admin.put(declared, text(said(wrong)))
    assert (answer.status_code, SECRET in answer.text) == (422, False), answer.text
    assert graph(place, declared) == before
