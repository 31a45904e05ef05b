"""A secret in an address is nowhere to be found again, whichever text of whichever source it was planted in."""

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.ingest.bodies import Bodies
from leap_kg.ingest.esm.source import EsmConfig
from leap_kg.ingest.fetch import Fetcher
from leap_kg.ingest.files import Files
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.hubs import Hubs
from leap_kg.ingest.intake.source import IntakeConfig
from leap_kg.ingest.mapping.finding import Finding, Place, Severity
from leap_kg.ingest.pangeoforge.source import PangeoForgeConfig
from leap_kg.ingest.raw import RawStore
from leap_kg.ingest.runs.taking import Taker, Taking, Wanted
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ingest.stac.source import StacConfig
from leap_kg.ingest.state import State
from leap_kg.ingest.zarr.source import ZarrConfig
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, RDF
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.esm import tables
from tests.ingest.shelf import (
    LIST,
    Shelf,
    catalog_of,
    catalog_source,
    catalog_url,
    entry_of,
    meta_address,
    meta_of,
    published_source,
)
from tests.ingest.stac import examples

SECRET = "Qz7Secret0Value1Kept2Nowhere"
PLANTED = (
    f"https://user:{SECRET}@h.example.org/page",
    f"s3://AKIA:{SECRET}@bucket/key.zarr",
    f"s3://AKIA:ab/{SECRET}@bucket/key.zarr",
    f"https://{SECRET}@h.example.org/",
    f"https://h.example.org/x.zarr?X-Amz-Signature={SECRET}",
    f"./x.tif?se=1&sig={SECRET}",
    f"https://h.example.org/login?to=https%3A%2F%2Fu%3A{SECRET}%40h.example.org",
    f"see [the data](https://h.example.org/d?token={SECRET}), or \"gs://u:{SECRET}@b/c\"",
)  # fmt: skip
WEB = "https://data.example.org/"
STORED = {
    ".zgroup": {"zarr_format": 2},
    ".zattrs": {"title": "T", "references": "R", "creator_name": "C", "creator_url": "U", "keywords": ["a"], "x": "y"},
    "a/.zarray": {"zarr_format": 2, "shape": [2], "chunks": [2], "dtype": "<f4", "compressor": None, "filters": None,
                  "order": "C", "fill_value": None},
    "a/.zattrs": {"units": "K", "long_name": "L", "standard_name": "sea_surface_temperature"},
}  # fmt: skip
DOCUMENTS: dict[str, Any] = {
    "leap-catalog": {
        "list": {"feedstocks": [catalog_url("one")]},
        "catalog": catalog_of("one", links=[{"label": "Docs", "url": "https://x.example/"}], thumbnail="t.png"),
        "meta": meta_of("one"),
    },
    "leap-published": [entry_of("one", links=[{"label": "Docs", "url": "https://x.example/"}])],
    "pangeo-forge": meta_of("one"),
    "intake": {"sources": {"a": {"driver": "zarr", "args": {"urlpath": "gs://b/c.zarr"}, "metadata": {"title": "T"}},
                           "b": {"driver": "yaml_file", "args": {"path": "{{ CATALOG_DIR }}/other.yaml"}}}},
    "esm": {"row": list(tables.ROW), "collection": tables.COLLECTION},
    "stac": [examples.CATALOG, {**examples.ITEM, "assets": {"a": {"href": "./a.tif", "title": "A"}}}],
    "zarr": STORED,
    "files": {"jsonld": [{"@context": f"{BASE}context.jsonld", "id": "event/a", "type": "Event", "title": "A"}],
              "yaml": [{"type": "Event", "title": "B", "page": "https://x.example/", "startDate": "2020"}]},
    "hub": {"hubs": [{"name": "h", "domain": "h.example.org", "helm_chart": "basehub", "display_name": "H",
                      "helm_chart_values_files": ["v.yaml"]}], "provider_url": "https://x.example/"},
}  # fmt: skip


def prepared(kind: str, document: Any, folder: Path) -> tuple[Source, Fetcher]:
    """The source of that kind, and what serves it the document."""
    shelf, more = Shelf(), dict[str, Any](id="any", title="Any")
    match kind:
        case "leap-catalog":
            shelf.put(LIST, document["list"])
            shelf.put(catalog_url("one"), document["catalog"])
            shelf.put(meta_address("one"), document["meta"])
            return catalog_source(), shelf
        case "leap-published":
            shelf.list(["one"])
            shelf.publish(document)
            return published_source(), shelf
        case "pangeo-forge":
            shelf.put("https://github.com/o/f/blob/main/feedstock/meta.yaml", document)
            return PangeoForgeConfig(**more, kind=kind, feedstocks=("o/f",), ref="main").source(folder, BASE), shelf
        case "intake":
            shelf.put(f"{WEB}cat.yaml", document)
            shelf.put(f"{WEB}other.yaml", document)
            return IntakeConfig(**more, kind=kind, catalogs=(f"{WEB}cat.yaml",)).source(folder, BASE), shelf
        case "esm":
            rows = [tables.COLUMNS, [f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in document["row"]]]
            shelf.put(f"{WEB}table.csv", "\n".join(",".join(row) for row in rows).encode())
            shelf.put(f"{WEB}c.json", json.dumps(document["collection"]).encode())
            return EsmConfig(**more, kind=kind, collection=f"{WEB}c.json").source(folder, BASE), shelf
        case "stac":
            for name, value in zip(("catalog.json", "c.json"), document, strict=True):
                shelf.put(WEB + name, json.dumps(value).encode())
            return StacConfig(**more, kind=kind, catalogs=(f"{WEB}catalog.json",)).source(folder, BASE), shelf
        case "zarr":
            shelf.put(f"{WEB}a.zarr/.zmetadata", json.dumps({"metadata": document}).encode())
            config = ZarrConfig(**more, kind=kind, stores=(f"{WEB}a.zarr",), pictures=False)
            return config.source(folder, BASE), shelf
        case "files":
            for form, value in document.items():
                (folder / f"a.{form}").write_text(json.dumps(value))
            return Files("any", "Any", folder, timedelta(days=1), BASE), shelf
        case _:
            (folder / "clusters").write_text(f"clusters: [{{id: c, cluster_yaml: '{WEB}cluster.yaml'}}]")
            shelf.put(f"{WEB}cluster.yaml", document)
            values = {"singleuser": {"extraEnv": document.get("provider_url"), "image": {"name": "x", "tag": "1"}}}
            shelf.put(f"{WEB}v.yaml", {"basehub": {"jupyterhub": values}})
            return Hubs("any", "Any", folder / "clusters", timedelta(days=1), BASE), shelf


def texts(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every text in a value."""
    if isinstance(value, str):
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in items:
        yield from texts(inner, (*path, step))


def planted(value: Any, path: tuple[Any, ...], text: str) -> Any:
    """The value with the text at that place."""
    changed = copy.deepcopy(value)
    holder = changed
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = text
    return changed


def taken(source: Source, fetcher: Fetcher, folder: Path) -> tuple[Taking, str]:
    """What a run takes, and all that it says and keeps of it as one text."""
    with State(None) as state:
        taker = Taker(fetcher, Bodies(None, RawStore(folder)), state.staged, BASE, approve=False)
        told: list[str] = []
        taking = taker.take(source, Wanted(), (), lambda done, total, key: told.append(key))
        for row in state.staged.rows(source.id):
            told += [repr(row), state.staged.text(row.number).decode(), repr(state.staged.parts(row.number))]
        told += [repr(letter) for letter in taking.dead.values()]
        told += [taking.failure, taking.shortfall, taking.missing, *taking.used, *taking.seen]
    return taking, "\n".join(told)


PLACES = [(kind, path) for kind, document in DOCUMENTS.items() for path in texts(document)]


@given(place=st.sampled_from(PLACES), text=st.sampled_from(PLANTED), around=st.booleans())
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_secret_in_any_text_of_any_source_is_told_nowhere(
    place: tuple[str, tuple[Any, ...]], text: str, around: bool, tmp_path: Path
) -> None:
    kind, path = place
    said = planted(DOCUMENTS[kind], path, f"Before {text}, and after" if around else text)
    assert SECRET.lower() not in taken(*prepared(kind, said, tmp_path), tmp_path)[1].lower()


@pytest.mark.all
@pytest.mark.parametrize("kind", DOCUMENTS)
def test_a_secret_in_each_text_of_each_source_is_told_nowhere(kind: str, tmp_path: Path) -> None:
    for path in texts(DOCUMENTS[kind]):
        for text in PLANTED:
            said = planted(DOCUMENTS[kind], path, text)
            assert SECRET.lower() not in taken(*prepared(kind, said, tmp_path), tmp_path)[1].lower(), (path, text)


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_without_a_secret_nothing_is_taken_out(kind: str, tmp_path: Path) -> None:
    taking, said = taken(*prepared(kind, DOCUMENTS[kind], tmp_path), tmp_path)
    assert taking.seen - taking.dead.keys()
    assert "REDACTED" not in said


class Odd(Source):
    """A source of anybody's, which says secrets wherever one can be said."""

    id, title, origin, stale_after = "odd", "Odd", None, timedelta(days=1)

    def __init__(self, listed: list[Ref]) -> None:
        self.listed = listed
        self.asked: list[str] = []

    def enumerate(self, listing: Listing) -> Iterator[Ref]:
        yield from self.listed
        listing.shortfall = f"{PLANTED[0]} was not listed"

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        self.asked.append(ref.key)
        return RawRecord(ref.key, (Part.cut("text", PLANTED[0], ref.version.encode()),))

    def map(self, record: RawRecord) -> Mapped:
        what = record.parts[0].data.decode()
        if what == "unusable":
            raise RecordUnusable(f"{PLANTED[0]} is nothing", PLANTED[1])
        if what == "unreadable":
            raise Unreadable(f"{PLANTED[0]} is nothing", what=PLANTED[4])
        if what == "defect":
            raise LookupError(PLANTED[2])
        node = NamedNode(PLANTED[4]) if what == "node" else mint(BASE, "dataset", "odd")
        triples = [
            Triple(node, RDF("type"), DCAT("Dataset")),
            Triple(node, DCT("title"), Literal("T")),
            Triple(node, DCT("description"), Literal(f"en {PLANTED[0]}", language="en")),
            Triple(node, FOAF("page"), NamedNode(PLANTED[0])),
        ]
        finding = Finding("bad-value", Severity.INFO, PLANTED[0], PLANTED[1], PLANTED[2], PLANTED[3], PLANTED[4], node)
        return Mapped(record.key, node, triples, [finding], {"login": Place(PLANTED[0], PLANTED[4])})


@pytest.mark.parametrize("what", ["unusable", "unreadable", "defect", "node", "good"])
@pytest.mark.parametrize("found", [False, True])
def test_whatever_a_source_does_with_a_secret_it_is_told_nowhere(what: str, found: bool, tmp_path: Path) -> None:
    ref = Ref(PLANTED[0], PLANTED[0], version=what)
    if found:
        ref = replace(ref, found=(Part.cut("text", PLANTED[0], what.encode()),))
    odd = Odd([ref, replace(ref, key=PLANTED[1], problem=f"{PLANTED[0]} is no record")])
    taking, said = taken(odd, Shelf(), tmp_path)
    assert SECRET not in said
    assert taking.failure == ""
    assert "https://REDACTED@h.example.org/page" in taking.seen
    assert odd.asked == ([] if found else [PLANTED[0]])
    assert len(taking.dead) == (1 if what in ("node", "good") else 2)
    if what in ("node", "good"):
        assert f"{BASE}finding-kind/secret" in said
        assert "Revoke the key" in said


def test_records_whose_keys_differ_in_their_secrets_only_are_two(tmp_path: Path) -> None:
    keys = [f"https://u:{SECRET}{number}@h.example.org/" for number in (1, 2, 2)]
    taking, said = taken(Odd([Ref(key, key, problem="is nothing") for key in keys]), Shelf(), tmp_path)
    assert sorted(taking.dead) == ["https://REDACTED@h.example.org/", "https://REDACTED@h.example.org/ (2)"]
    assert SECRET not in said
