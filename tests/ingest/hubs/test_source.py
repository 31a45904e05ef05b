"""Hubs from cluster files: LEAP's real ones in full, and what strangers may write into them."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.ingest.fetch import Ask, Body, Fetcher, FetchFailed
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.hubs import Hubs, hub_values, profile_list
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable, Ref
from leap_kg.ontology.namespaces import DCT
from leap_kg.settings import DEFAULT_BASE as BASE

CLUSTER = "https://github.com/o/r/blob/main/cluster.yaml"


class Files(Fetcher):
    """Files in memory, by address; keeps what was asked for."""

    def __init__(self, files: dict[str, object]) -> None:
        self.files = files
        self.asked: list[str] = []

    def fetch(self, ask: Ask | str) -> Body:
        url = Ask.of(ask).url
        self.asked.append(url)
        name = url.rpartition("/")[2]
        if name not in self.files:
            raise FetchFailed(url, "nothing is there", "missing", 404)
        return Body.of(url, url, yaml.safe_dump(self.files[name], sort_keys=False).encode(), None)


def source(declaration: Path) -> Hubs:
    return Hubs("hubs", "Hubs", declaration, timedelta(days=1), BASE)


def declared(folder: Path, text: str = f"clusters: [{{id: c, cluster_yaml: '{CLUSTER}'}}]") -> Path:
    path = folder / "clusters.yaml"
    path.write_text(text)
    return path


def hub(*files: str, **more: object) -> dict[str, object]:
    return {"name": "prod", "domain": "hub.example.org", "helm_chart_values_files": list(files), **more}


def mapped(*values: object, settings: dict[str, object] | None = None) -> Mapped:
    """One hub with these values files, one after the other."""
    cluster = {"hubs": [settings or hub()]}
    bodies = [Part("cluster", CLUSTER, "", yaml.safe_dump(cluster).encode())]
    for number, value in enumerate(values):
        bodies.append(Part("values", f"https://x.org/{number}.yaml", "", yaml.safe_dump(value).encode()))
    return source(Path("clusters.yaml")).map(RawRecord("c/prod", tuple(bodies)))


def profile(image: object) -> dict[str, Any]:
    return {"jupyterhub": {"singleuser": {"profileList": [{"kubespawner_override": {"image": image}}]}}}


def titles(record: Mapped) -> list[str]:
    offered = [t.object for t in record.triples if t.predicate.value == BASE + "ontology#offersImage"]
    return [t.object.value for t in record.triples if t.subject in offered and t.predicate == DCT("title")]  # type: ignore[union-attr]


def image_iris(record: Mapped) -> list[str]:
    offered = [t for t in record.triples if t.subject == record.subject and t.predicate.value.endswith("offersImage")]
    return [t.object.value.removeprefix(BASE) for t in offered]  # type: ignore[union-attr]


# --- hubs that are taken for one another -----------------------------------------------------------------


def test_of_hubs_with_one_domain_the_first_is_read_and_the_others_are_told(tmp_path: Path) -> None:
    plain = "hubs: [{id: own, domain: hub.example.org, values: ['https://x.org/a.yaml']}]"
    hubs = source(declared(tmp_path, f"clusters: [{{id: c, cluster_yaml: '{CLUSTER}'}}]\n{plain}"))
    entries = [hub("a.yaml"), {**hub("b.yaml"), "name": "twin"}, {**hub(), "name": "other", "domain": "o.example.org"}]
    fetcher = Files({"cluster.yaml": {"hubs": entries}, "a.yaml": profile("x/a:1"), "b.yaml": profile("x/b:2")})
    _, first, twin, other, own = hubs.enumerate(Listing(fetcher))
    assert [ref.problem for ref in (first, other)] == ["", ""]
    assert twin.problem.startswith("its domain hub.example.org is that of the hub 'c/prod' too")
    assert own.problem == twin.problem
    record = hubs.map(hubs.fetch(first, fetcher))
    assert titles(record) == ["x/a:1"]
    assert [(f.kind, f.value) for f in record.findings] == [("duplicate-id", "hub.example.org")]
    assert "not read: twin" in record.findings[0].message
    assert hubs.map(hubs.fetch(other, fetcher)).findings == []


def test_two_hubs_of_one_name_are_refused_with_their_cluster(tmp_path: Path) -> None:
    (ref,) = source(declared(tmp_path)).enumerate(Listing(Files({"cluster.yaml": {"hubs": [hub(), hub()]}})))
    assert ref.problem == "two hubs are called 'prod': give each a name of its own"


# --- which files are read -------------------------------------------------------------------------------


def test_values_files_beside_the_cluster_are_read_and_secret_ones_never(tmp_path: Path) -> None:
    names = [
        "a.values.yaml",
        "enc-prod.secret.values.yaml",
        "b.yml",
        "../up.yaml",
        "https://evil.example/x.yaml",
        "/etc/x.yaml",
    ]
    fetcher = Files({"cluster.yaml": {"hubs": [hub(*names)]}, "a.values.yaml": profile("x/a:1"), "b.yml": {}})
    hubs = source(declared(tmp_path))
    _, ref = hubs.enumerate(Listing(fetcher))
    record = hubs.map(hubs.fetch(ref, fetcher))
    assert [url.rpartition("/main/")[2] for url in fetcher.asked[1:]] == ["cluster.yaml", "a.values.yaml", "b.yml"]
    assert titles(record) == ["x/a:1"]
    assert [(f.kind, f.value) for f in record.findings] == [("bad-value", name) for name in names[3:]]


def test_a_values_file_that_is_missing_fails_its_hub_only(tmp_path: Path) -> None:
    hubs = source(declared(tmp_path))
    fetcher = Files({"cluster.yaml": {"hubs": [hub("absent.yaml"), {**hub(), "name": "other"}]}})
    _, broken, fine = hubs.enumerate(Listing(fetcher))
    with pytest.raises(FetchFailed, match=r"absent\.yaml"):
        hubs.fetch(broken, fetcher)
    assert titles(hubs.map(hubs.fetch(fine, fetcher))) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x: 1", "no list under 'clusters'"),
        ("clusters: 5", "no list under 'clusters'"),
        ("clusters: [{id: c}]", "needs an id"),
        ("clusters: [{id: C/1, cluster_yaml: 'https://x.org/c.yaml'}]", "needs an id"),
        ("clusters: [c]", "needs an id"),
        ("clusters: [{id: c, cluster_yaml: 'https://x.org'}, {id: c, cluster_yaml: 'https://y.org'}]", "two clusters"),
    ],
)  # fmt: skip
def test_a_faulty_declaration_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(RecordUnusable, match=reason):
        list(source(declared(tmp_path, text)).enumerate(Listing(Files({}))))


def test_a_missing_declaration_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordUnusable, match="cannot read"):
        list(source(tmp_path / "absent.yaml").enumerate(Listing(Files({}))))


@pytest.mark.parametrize("cluster", [{}, {"hubs": 1}, {"hubs": ["prod"]}, {"hubs": [{"domain": "x.org"}]}])
def test_a_cluster_that_cannot_be_read_is_a_dead_letter_and_others_go_on(tmp_path: Path, cluster: object) -> None:
    fine = "https://github.com/o/r/blob/main/fine.yaml"
    declaration = f"clusters: [{{id: c, cluster_yaml: '{CLUSTER}'}}, {{id: d, cluster_yaml: '{fine}'}}]"
    fetcher = Files({"cluster.yaml": cluster, "fine.yaml": {"hubs": [hub()]}})
    broken, *others = source(declared(tmp_path, declaration)).enumerate(Listing(fetcher))
    assert re.search(r"no list under 'hubs'|no name", broken.problem)
    assert [(ref.key, ref.problem) for ref in others] == [("d", ""), ("d/prod", "")]
    (gone,) = source(declared(tmp_path)).enumerate(Listing(Files({})))
    assert gone.problem.endswith("nothing is there")


def test_a_hub_without_a_cluster_is_read_from_its_values_alone(tmp_path: Path) -> None:
    text = "hubs: [{id: own, title: Own hub, domain: own.example.org, values: ['https://x.org/values.yaml']}]"
    hubs = source(declared(tmp_path, text))
    profiles = [{"display_name": "Only", "kubespawner_override": {"image": "x/y:1"}}]
    fetcher = Files({"values.yaml": {"singleuser": {"profileList": profiles}}})
    (ref,) = hubs.enumerate(Listing(fetcher))
    record = hubs.map(hubs.fetch(ref, fetcher))
    assert (ref.key, record.subject) == ("-/own", NamedNode(BASE + "hub/own.example.org"))
    assert titles(record) == ["x/y:1"]
    assert profile_list(record.triples, record.subject) == profiles
    assert hub_values(record.triples, record.subject) == {"singleuser": {"profileList": profiles}}
    fetcher.files["values.yaml"] = {"$schema": "x", "type": "object"}
    with pytest.raises(RecordUnusable, match="are these a hub's values"):
        hubs.map(hubs.fetch(ref, fetcher))


@pytest.mark.parametrize("key", ["gone", "gone/prod", "-/gone"])
def test_what_is_not_declared_any_more_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(RecordUnusable, match="not declared any more"):
        source(declared(tmp_path)).fetch(Ref(key, CLUSTER), Files({}))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("hubs: [{id: h}]", "and a domain"),
        ("hubs: [{id: h, domain: h.example.org}]", "list of addresses"),
        ("hubs: [{id: h, domain: h.example.org, values: [1, {}]}]", "list of addresses"),
        ("hubs: [{id: H, domain: h.example.org, values: [x]}]", "and a domain"),
    ],
)
def test_a_faulty_hub_without_a_cluster_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(RecordUnusable, match=reason):
        list(source(declared(tmp_path, text)).enumerate(Listing(Files({}))))


# --- what values say ------------------------------------------------------------------------------------


def test_images_are_found_below_either_chart_in_all_places() -> None:
    singleuser = {
        "image": {"name": "x/default", "tag": "1"},
        "profileList": [
            {
                "kubespawner_override": {"image": "x/profile:1"},
                "profile_options": {
                    "image": {
                        "unlisted_choice": {"kubespawner_override": {"image": "{value}"}},
                        "choices": {
                            "a": {"kubespawner_override": {"image": "x/a:1"}},
                            "b": {"kubespawner_override": {}},
                        },
                    },
                    "more": {"choices": {"c": {"kubespawner_override": {"image": "x/a:1"}}}},
                },
            }
        ],
    }
    for values in ({"jupyterhub": {"singleuser": singleuser}}, {"basehub": {"jupyterhub": {"singleuser": singleuser}}}):
        record = mapped(values)
        assert titles(record) == ["x/default:1", "x/profile:1", "x/a:1"]
        assert record.findings == []


def test_later_values_files_win_as_with_helm() -> None:
    first = {
        "jupyterhub": {
            "singleuser": {"image": {"name": "x/a", "tag": "1"}, **profile("x/b:1")["jupyterhub"]["singleuser"]}
        }
    }
    second = {"jupyterhub": {"singleuser": {"image": {"tag": "2"}, "profileList": []}}}
    assert titles(mapped(first, second)) == ["x/a:2"]
    assert titles(mapped(second, first)) == ["x/a:1", "x/b:1"]
    assert titles(mapped(first, {"jupyterhub": {"singleuser": None}})) == []


@pytest.mark.parametrize(
    ("text", "iri", "title"),
    [
        ("quay.io/2i2c/x:abc", "image/quay.io/2i2c/x/abc", "quay.io/2i2c/x:abc"),
        ("docker.io/pangeo/x:1", "image/pangeo/x/1", "pangeo/x:1"),
        ("localhost:5000/x:1", "image/localhost:5000/x/1", "localhost:5000/x:1"),
        ("x/y@sha256:" + "a" * 64, "image/x/y/sha256:" + "a" * 64, "x/y@sha256:" + "a" * 64),
        ("x/y:1@sha256:" + "a" * 64, "image/x/y/1", "x/y:1"),
    ],
)
def test_an_image_is_named_by_repository_and_version(text: str, iri: str, title: str) -> None:
    record = mapped(profile(text))
    assert (image_iris(record), titles(record), record.findings) == ([iri], [title], [])


@pytest.mark.parametrize("text", ["x/y", "x/y:latest", "localhost:5000/y"])
def test_an_image_without_a_version_is_offered_and_reported_with_its_file_and_line(text: str) -> None:
    record = mapped({}, profile(text))
    assert [title.endswith("y:latest") for title in titles(record)] == [True]
    (finding,) = record.findings
    assert (finding.kind, finding.file, finding.value) == ("unknown-version", "https://x.org/1.yaml", text)
    assert finding.pointer == "jupyterhub.singleuser.profileList[0].kubespawner_override.image (line 5)"


@pytest.mark.parametrize(
    "text", ["{value}", "x y:1", "x/y:", "-:1", ["x"], "https://x.org/y:1", "x/../y:1", "x//y:1", "é:1"]
)
def test_what_is_no_image_is_reported_and_left_out(text: object) -> None:
    record = mapped(profile(text))
    assert titles(record) == []
    assert [finding.kind for finding in record.findings] == ["bad-value"]


@pytest.mark.parametrize(
    "domain", [None, "", "localhost", "a b.org", "x.org/path", "-x.org", "x..org", "a" * 250 + ".org", 5]
)
def test_a_hub_without_a_domain_cannot_be_named(domain: object) -> None:
    with pytest.raises(RecordUnusable, match="no domain"):
        mapped(settings=hub(domain=domain))


def test_a_hub_is_titled_by_its_name_where_it_has_no_other() -> None:
    for given_name, title in (("Example", "Example"), (None, "prod"), (" ", "prod")):
        record = mapped(settings=hub(display_name=given_name))
        assert Triple(record.subject, DCT("title"), Literal(title)) in record.triples


def test_a_hub_that_left_its_cluster_between_listing_and_reading_is_refused() -> None:
    body = Part("cluster", CLUSTER, "", yaml.safe_dump({"hubs": [hub()]}).encode())
    with pytest.raises(RecordUnusable, match="no hub 'gone' any more"):
        source(Path("clusters.yaml")).map(RawRecord("c/gone", (body,)))


KEYS = st.sampled_from(
    [
        *("jupyterhub", "basehub", "singleuser", "image", "name", "tag", "profileList", "kubespawner_override"),
        *("profile_options", "choices", "x"),
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.sampled_from(["x/y:1", "{value}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.dictionaries(KEYS, VALUES), max_size=3), st.dictionaries(KEYS, VALUES))
def test_any_values_give_a_hub_or_a_reason(values: list[dict[str, Any]], singleuser: dict[str, Any]) -> None:
    try:
        record = mapped(*values, {"jupyterhub": {"singleuser": singleuser}})
    except (RecordUnusable, Unreadable):
        return
    found = [*record.triples, *(t for finding in record.findings for t in finding.triples(record.subject, BASE))]
    assert all(isinstance(t.subject, NamedNode) and isinstance(t.object, NamedNode | Literal) for t in found)


@given(st.binary(max_size=60), st.sampled_from(["cluster", "values"]))
def test_any_bytes_give_a_hub_or_a_reason(data: bytes, role: str) -> None:
    cluster = yaml.safe_dump({"hubs": [hub()]}).encode()
    parts = (Part("cluster", CLUSTER, "", data if role == "cluster" else cluster), Part("values", CLUSTER, "", data))
    try:
        record = source(Path("clusters.yaml")).map(RawRecord("c/prod", parts))
    except (RecordUnusable, Unreadable):
        return
    assert record.triples
