"""Every kind of finding: produced by a small example, not by the mended one, with a place, a hint and a severity."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad

import leap_kg.ingest
from leap_kg.ingest.formats.reading import File, Reading
from leap_kg.ingest.leap.feedstock import LONGEST_TITLE, read_feedstock
from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.ingest.source import Mapped
from leap_kg.ontology.declared import ontology_quads
from leap_kg.ontology.namespaces import SKOS
from leap_kg.ontology.shapes import validate
from leap_kg.resources import declarations
from tests.ingest import faults
from tests.ingest.comparison.said import Lab, state
from tests.ingest.leap.mapped import mapped
from tests.ingest.shelf import (
    BASE,
    CARBERRY,
    PERTSCH,
    Bench,
    Shelf,
    catalog_of,
    catalog_source,
    catalog_url,
    dataset,
    entry_of,
    findings,
    kinds,
    meta_address,
    meta_of,
    published_source,
)

CATALOG = f"""\
meta_yaml_url: {meta_address("alpha")}
tags:
  - ocean
stores:
  - id: one
    name: The store
    url: gs://lab/one.zarr
"""
META = f"""\
title: Alpha
description: What alpha holds.
recipes:
  - id: one
    object: recipe:recipe
provenance:
  providers:
    - name: The Lab
      roles: [producer]
      url: https://lab.example.org/
  license: CC-BY-4.0
maintainers:
  - name: Josiah Carberry
    orcid: {CARBERRY}
    github: jcarberry
"""

CODE = Path(leap_kg.ingest.__file__).parent
V, W, I = Severity.VIOLATION, Severity.WARNING, Severity.INFO  # noqa: E741
KWARGS = "    xarray_open_kwargs:\n      engine: zarr\n"

# Kind, severity, the text of the good files that is replaced, what replaces it (the fault begins in its last line,
# unless a `|` marks the line), and the pointer without its line.
EXAMPLES = [
    ("engine-suffix", V, "one.zarr\n", f"one.nc\n{KWARGS}", "stores[0].xarray_open_kwargs.engine"),
    ("unknown-licence", W, "CC-BY-4.0", "Just free", "provenance.license"),
    ("unknown-licence", W, "CC-BY-4.0", "https://doi.org/10.48670/moi-00168", "provenance.license"),
    ("missing-licence", V, "  license: CC-BY-4.0", "  license: ''", "provenance.license"),
    ("missing-licence", V, "provenance:|\n  providers:\n    - name: The Lab\n      roles: [producer]\n"
     "      url: https://lab.example.org/\n  license: CC-BY-4.0", "provenance: {}", "provenance.license"),
    ("unknown-role", W, "[producer]", "[data provider]", "provenance.providers[0].roles[0]"),
    ("misspelt-key", V, "tags:|\n", "tag:|\n", "tag"),
    ("misspelt-key", V, "maintainers:|\n", "maintainer:|\n", "maintainer"),
    ("misspelt-key", V, "description: What", "discription: What", "discription"),
    ("misspelt-key", V, "    name: The store", "    nmae: The store", "stores[0].nmae"),
    ("misspelt-key", V, "license: CC", "licence: CC", "provenance.licence"),
    ("unknown-key", I, "title: Alpha", "title: Alpha\nfavourite_colour: blue", "favourite_colour"),
    ("unknown-key", I, "    name: The store", "    name: The store\n    resolution: 1 km", "stores[0].resolution"),
    ("foreign-meta", W, "lab/alpha/blob", "lab/other/blob", "meta_yaml_url"),
    ("placeholder", W, "title: Alpha", "title: <FEEDSTOCK_NAME>", "title"),
    ("placeholder", W, "title: Alpha", "title: '{{ cookiecutter.name }}'", "title"),
    ("placeholder", W, "  - ocean", "  - my-custom-tag", "tags[0]"),
    ("placeholder", W, "CC-BY-4.0", "Just a Test", "provenance.license"),
    ("placeholder", W, "What alpha holds.", "A prototype test for the library", "description"),
    ("placeholder", W, "title: Alpha", "title: LEAP Data Library Prototype", "title"),
    ("placeholder", W, "- name: The Lab", "- name: Julius", "provenance.providers[0].name"),
    ("placeholder", W, "  - id: one\n    name: The store", "  - id: my-dataset|\n    name: The store", "stores[0].id"),
    ("placeholder", W, "gs://lab/one.zarr", "gs://lab/feedstocks/proto_feedstock/one.zarr", "stores[0].url"),
    ("placeholder", W, "  - id: one\n    object: recipe:recipe", "  - id: small|\n    object: recipe:small",
     "recipes[0].id"),
    ("placeholder", W, "one.zarr\n", "one.zarr\nrecipes:\n  small:\n    pyramid: gs://some-bucket/some-path",
     "recipes.small.pyramid"),
    ("placeholder", W, "title: Alpha", "title: Alpha\nstores_of_old:\n  - [gs://some-bucket/x]", "stores_of_old[0][0]"),
    ("temporary-store", W, "gs://lab/one.zarr", "gs://lab-scratch/one.zarr", "stores[0].url"),
    ("temporary-store", W, "gs://lab/one.zarr", "https://storage.googleapis.com/leap-scratch/one.zarr",
     "stores[0].url"),
    ("temporary-store", W, "one.zarr\n", "one.zarr\n    rechunking:\n      - path: gs://leap-scratch/two.zarr",
     "stores[0].rechunking[0].path"),
    ("duplicate-id", W, "one.zarr\n", "one.zarr\n  - {name: A second, url: 'gs://lab/two.zarr', id: one}",
     "stores[1].id"),
    ("duplicate-id", W, "one.zarr\n", "one.zarr\n  - {id: two, url: 'gs://lab/two.zarr', name: The store}",
     "stores[1].name"),
    ("duplicate-id", W, "one.zarr\n", "one.zarr\n  - id: two\n    url: https://storage.googleapis.com/lab/one.zarr/",
     "stores[1].url"),
    ("missing-contact", V, "maintainers:|\n  - name: Josiah Carberry\n"
     f"    orcid: {CARBERRY}\n    github: jcarberry", "maintainers: []", "maintainers"),
    ("missing-contact", W, f"  - name: Josiah Carberry|\n    orcid: {CARBERRY}\n    github: jcarberry",
     "  - name: Josiah Carberry", "maintainers[0]"),
    ("missing-description", W, "What alpha holds.", "''", "description"),
    ("missing-stores", I, "stores:|\n  - id: one\n    name: The store\n    url: gs://lab/one.zarr",
     "stores:", "stores"),
    ("bad-identifier", W, CARBERRY, "0000-0002-1825-0098", "maintainers[0].orcid"),
    ("bad-identifier", W, "github: jcarberry", "github: not a login", "maintainers[0].github"),
    ("bad-identifier", W, "https://lab.example.org/", "the lab's page", "provenance.providers[0].url"),
    ("bad-identifier", W, "https://lab.example.org/", "javascript:alert(1)", "provenance.providers[0].url"),
    ("bad-identifier", W, "title: Alpha", "title: Alpha\ncontact:\n  email: nobody", "contact.email"),
    ("bad-identifier", W, "title: Alpha", "title: Alpha\ncitation:\n  - title: T\n    doi: ten", "citation[0].doi"),
    ("bad-identifier", I, "title: Alpha", "title: Alpha\ncitation:\n  - title: T\n    doi: arXiv:2204.08322",
     "citation[0].doi"),
    ("bad-store-url", V, "gs://lab/one.zarr", "one.zarr", "stores[0].url"),
    ("bad-store-url", V, "gs://lab/one.zarr", "gs://lab/{member}.zarr", "stores[0].url"),
    ("bad-store-url", V, "  - id: one|\n    name: The store\n    url: gs://lab/one.zarr", "  - id: one",
     "stores[0].url"),
    ("bad-store-url", V, "one.zarr\n", "one.zarr\n    rechunking:\n      - path: nowhere\n",
     "stores[0].rechunking[0].path"),
    ("bad-value", W, "title: Alpha", "title: Alpha\nthumbnail: [a, b]", "thumbnail"),
    ("bad-value", W, "tags:|\n  - ocean", "tags: {ocean: true}", "tags"),
    ("bad-value", W, "  - ocean", "  - {ocean: deep}", "tags[0]"),
    ("bad-value", W, "    name: The store", "    name: The store\n    public: perhaps", "stores[0].public"),
    ("bad-value", W, "  providers:\n    - name: The Lab|\n", "  providers:\n    - name:|\n", "provenance.providers[0]"),
    ("bad-value", I, "tags:|\n  - ocean", "tags: ocean", "tags"),
    ("bad-text", I, "https://lab.example.org/", "https://lab.example.org/a b", "provenance.providers[0].url"),
    ("bad-text", W, "What alpha holds.", '"What \\e holds."', "description"),
    ("duplicate-key", W, "title: Alpha", "title: Aleph\ntitle: Alpha", "title"),
    ("duplicate-key", W, "    name: The store", "    name: A store\n    name: The store", "stores.0.name"),
    ("unknown-version", W, "title: Alpha", "title: Alpha\npangeo_forge_version: git+https://github.com/x/y@main",
     "pangeo_forge_version"),
    ("unknown-version", W, "title: Alpha", "title: Alpha\npangeo_notebook_version: 2022.06.022022.07.13",
     "pangeo_notebook_version"),
    ("unknown-version", W, "title: Alpha", "title: Alpha\npangeo_notebook_version: ١٩٩٩.٠١.٠١",
     "pangeo_notebook_version"),
]  # fmt: skip


def broken(old: str, new: str) -> tuple[str, str, int, str]:
    """The two files with one text replaced, the line where the fault is, and the address of the file that has it."""
    wanted, fault = old.replace("|", ""), new.replace("|", "")
    for number, text in enumerate((CATALOG, META)):
        if wanted in text:
            at = text.index(wanted)
            marked = new.index("|") if "|" in new else (0 if "|" in old else len(new.rstrip("\n")))
            line = (text[:at] + new[:marked]).count("\n") + 1
            files = [CATALOG, META]
            files[number] = text.replace(wanted, fault, 1)
            return files[0], files[1], line, (catalog_url("alpha"), meta_address("alpha"))[number]
    raise AssertionError(f"{wanted!r} is in neither file")


def read(kind: str, catalog: str, meta: str) -> Mapped:
    """The two files as a harvest has them: the second is fetched from where the first says that it is."""
    return mapped(catalog, meta, meta_url=meta_address("other") if kind == "foreign-meta" else "")


def of_kind(found: list[Finding], kind: str) -> list[Finding]:
    return [finding for finding in found if finding.kind == kind]


def test_files_without_fault_have_no_finding() -> None:
    assert mapped(CATALOG, META).findings == []


@pytest.mark.parametrize(("kind", "severity", "old", "new", "pointer"), EXAMPLES)
def test_a_fault_is_found_where_it_is(kind: str, severity: Severity, old: str, new: str, pointer: str) -> None:
    catalog, meta, line, file = broken(old, new)
    record = read(kind, catalog, meta)
    (finding,) = of_kind(record.findings, kind)
    assert finding.severity == severity
    assert finding.pointer == f"{pointer} (line {line})"
    assert finding.file == file
    assert re.fullmatch(r"[A-Z].{10,}\.", finding.hint)
    assert len(finding.message) > 10


def test_every_finding_passes_the_shapes() -> None:
    found = []
    for _, _, old, new, _ in EXAMPLES:
        catalog, meta, _, _ = broken(old, new)
        record = mapped(catalog, meta)
        found += [triple for finding in record.findings for triple in finding.triples(record.subject, BASE)]
    assert len(kinds(found)) > 40
    assert validate([Quad(t.subject, t.predicate, t.object) for t in found], BASE) == []


OF_RECIPES = {"requirement", "differs-from-source", "convention", "chunks", "missing-meta-url"}
"""What only running or checking a recipe finds; `tests.ingest.recipes` has the examples."""

OF_LINKS = {"uncommitted-files", "checkout-gone"}
"""What only mining a checkout finds; `tests.links` has the examples."""


def declared() -> set[str]:
    """The kinds of findings that the ontology has."""
    scheme, prefix = NamedNode(f"{BASE}finding-kind"), f"{BASE}finding-kind/"
    concepts = ontology_quads(BASE, NamedNode(f"{BASE}graph"))
    members = (q.subject for q in concepts if q.predicate == SKOS("inScheme") and q.object == scheme)
    return {str(member)[1:-1].removeprefix(prefix) for member in members}


def test_every_kind_is_produced_by_an_example_and_every_example_has_its_kind(
    tmp_path: Path, between: dict[str, list[Mapping[str, str]]]
) -> None:
    produced = {finding["kind"] for found in between.values() for finding in found}
    for kind, _, old, new, _ in EXAMPLES:
        catalog, meta, _, _ = broken(old, new)
        produced |= {finding.kind for finding in read(kind, catalog, meta).findings}
    for kind, example in faults.EXAMPLES.items():
        produced |= {finding.kind for finding in example.findings(tmp_path / kind, fault=True)}
    lab = Lab(tmp_path / "lab")
    lab.harvest({"old": state("a", "ingested"), "gone": state("a", "retracted")})
    between_sources = {finding["type"].rpartition("/")[2] for finding in lab.findings().values()}
    assert declared() == produced | between_sources | OF_RECIPES | OF_LINKS
    examples = {kind for kind, *_ in EXAMPLES} | ROUNDS.keys() | faults.EXAMPLES.keys()
    assert declared() == examples | OF_RECIPES | OF_LINKS | {"states-differ"}


@pytest.mark.parametrize("kind", faults.EXAMPLES)
def test_a_fault_of_another_source_is_found_and_goes_when_mended(tmp_path: Path, kind: str) -> None:
    example = faults.EXAMPLES[kind]
    found = [finding for finding in example.findings(tmp_path / "faulty", fault=True) if finding.kind == kind]
    assert found
    for finding in found:
        assert re.fullmatch(r"[A-Z].{10,}\.", finding.hint)
        assert len(finding.message) > 10
        assert str(finding.file).startswith(("http", "file:"))
    assert kind not in {finding.kind for finding in example.findings(tmp_path / "mended", fault=False)}


def test_every_kind_that_the_code_names_is_declared() -> None:
    text = (declarations() / "ontology" / "concepts.ttl").read_text()
    pattern = re.compile(r'(?:report\(\s*|kind=(?:"renamed" if .* else )?|focus = )"([a-z]+(?:-[a-z]+)*)"')
    texts = (file.read_text().replace('kind="stable"', "") for file in CODE.rglob("*.py"))  # a way to sort, of numpy
    named = {kind for said in texts for kind in pattern.findall(said)}
    assert named >= {kind for kind, *_ in EXAMPLES} - {"placeholder"}
    assert all(f"finding-kind/{kind}>" in text for kind in named)


def conflicting(shelf: Shelf) -> None:
    shelf.feedstock("beta", meta=meta_of("beta", maintainers=[{"name": "B", "orcid": PERTSCH, "github": "jcarberry"}]))


def unlisted(shelf: Shelf) -> None:
    shelf.list(["beta"])


def unpublished(shelf: Shelf) -> None:
    shelf.publish([entry_of("beta")])


def retitled(shelf: Shelf) -> None:
    shelf.publish([entry_of("alpha", title="An older title"), entry_of("beta")])


def changed(shelf: Shelf) -> None:
    shelf.publish([entry_of("alpha", description="An older description."), entry_of("beta")])


ROUNDS = {
    "identity-conflict": (conflicting, "lab", W),
    "not-in-input": (unlisted, "lab-published", W),
    "not-published": (unpublished, "lab-published", W),
    "renamed": (retitled, "lab-published", I),
    "differs-from-published": (changed, "lab-published", I),
}


@pytest.fixture(scope="module")
def between(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Mapping[str, str]]]:
    """What is found of each fault between records, all in one home, one after the other."""
    shelf = Shelf()
    shelf.feedstocks(["alpha", "beta"])
    shelf.publish([entry_of("alpha"), entry_of("beta")])
    good = dict(shelf.bodies)
    bench = Bench(tmp_path_factory.mktemp("between") / "home", shelf, catalog_source, published_source)
    bench.harvest()
    found = {}
    for kind, (harm, source, _) in ROUNDS.items():
        assert findings(bench.quads("lab") | bench.quads("lab-published")) == [], f"before {kind}"
        harm(shelf)
        bench.harvest()
        found[kind] = findings(bench.quads(source))
        shelf.bodies = dict(good)
        bench.harvest()
    assert findings(bench.quads("lab") | bench.quads("lab-published")) == [], "when all is mended"
    return found


@pytest.mark.parametrize("kind", ROUNDS)
def test_a_fault_between_records_is_found_and_goes_when_mended(
    kind: str, between: dict[str, list[Mapping[str, str]]]
) -> None:
    """That it goes is seen before the next fault is made."""
    severity = ROUNDS[kind][2]
    found = [finding for finding in between[kind] if finding["kind"] == kind]
    assert found
    for finding in found:
        assert finding["resultSeverity"].endswith(severity.value)
        assert finding["fixHint"].endswith(".")
        assert finding["focusNode"] in {dataset("alpha").value, dataset("beta").value}
        assert finding["source"].startswith("https://github.com/lab/")


@pytest.mark.parametrize(
    "text",
    [
        "CO<sub>2</sub> in the <strong>deep</strong> sea",
        "a < b and b > c",
        "<b>SST</b>",
        "if x <y> z",
        "{T, S}",
        "20 °C",
    ],
)
def test_markup_and_formulas_are_no_placeholders(text: str) -> None:
    assert mapped(CATALOG, META.replace("What alpha holds.", f'"{text}"')).findings == []


@pytest.mark.parametrize("key", ["id", "url", "date", "doi", "model", "version", "contact_person", "x"])
def test_a_key_like_no_other_is_unknown_and_not_misspelt(key: str) -> None:
    (finding,) = mapped(CATALOG, f"{META}{key}: 1\n").findings
    assert (finding.kind, finding.value) == ("unknown-key", key)


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("lniks", "misspelt-key"),
        ("lynxs", "unknown-key"),
        ("Links", "misspelt-key"),
        ("thumnale", "unknown-key"),
        ("thumnail", "misspelt-key"),
        ("tumnal", "unknown-key"),
        ("variabels", "misspelt-key"),
        ("varabels", "misspelt-key"),
        ("vrabels", "unknown-key"),
    ],
)
def test_short_keys_may_differ_by_one_letter_and_longer_ones_by_two(key: str, kind: str) -> None:
    (finding,) = mapped(CATALOG, f"{META}{key}: []\n").findings
    assert finding.kind == kind


def test_a_key_beside_the_right_one_is_unknown_and_not_misspelt() -> None:
    (finding,) = mapped(CATALOG, f"{META}titel: Alpha\n").findings
    assert finding.kind == "unknown-key"


def test_the_maintainer_of_the_template_is_doubted_only_beside_its_title() -> None:
    people = [{"name": "Julius Busecke", "github": "jbusecke"}]
    own = mapped(CATALOG, meta_of("alpha", maintainers=people))
    left = mapped(CATALOG, meta_of("alpha", maintainers=people, title="LEAP Data Library Prototype"))
    assert of_kind(own.findings, "placeholder") == []
    title, maintainer = of_kind(left.findings, "placeholder")
    assert (title.severity, maintainer.severity) == (W, I)
    assert maintainer.pointer.startswith("maintainers[0].name ")


def test_a_bucket_that_only_sounds_like_scratch_is_no_finding() -> None:
    for bucket in ("scratchpad", "lab-fromscratch", "lab"):
        record = mapped(CATALOG.replace("gs://lab/", f"gs://{bucket}/data/scratch/"), META)
        assert of_kind(record.findings, "temporary-store") == []


def test_both_places_of_two_stores_of_one_name_are_told() -> None:
    catalog, meta, _, _ = broken("one.zarr\n", "one.zarr\n  - {id: two, url: 'gs://lab/two.zarr', name: The store}")
    (finding,) = mapped(catalog, meta).findings
    assert finding.message == "stores[1].name is 'The store', as is stores[0].name (line 6)"
    assert finding.pointer == "stores[1].name (line 8)"


def test_one_mistake_is_one_finding() -> None:
    catalog, meta, _, _ = broken("one.zarr\n", f"one.nc\n{KWARGS}")
    record = mapped(catalog, meta)
    assert len(record.findings) == 1
    assert record.findings[0].focus == NamedNode(f"{BASE}store/gs/lab/one.nc")
    assert "h5netcdf" in record.findings[0].hint


@pytest.mark.parametrize("engine", ["h5netcdf", "netcdf4", "scipy"])
def test_an_engine_that_fits_is_no_finding(engine: str) -> None:
    catalog, meta, _, _ = broken("one.zarr\n", f"one.nc\n{KWARGS}")
    assert mapped(catalog.replace("engine: zarr", f"engine: {engine}"), meta).findings == []


def test_a_record_with_a_thousand_faults_names_the_first_thousand() -> None:
    stores = [{"id": f"s{n}", "name": f"s{n}", "url": "nowhere"} for n in range(3000)]
    found = mapped(catalog_of("alpha", stores=stores)).findings
    assert len(found) == 1001
    assert "more than 1000" in found[-1].message


def test_a_title_of_a_book_is_cut_and_kept() -> None:
    reading = Reading(files={}, default=File("https://example.org/meta.yaml"))
    title = "A very long title " * 100
    feedstock = read_feedstock({"title": title}, reading)
    assert len(feedstock.title) <= LONGEST_TITLE
    assert reading.unmapped["title"] == title.strip()
    assert "bad-value" in {finding.kind for finding in reading.findings}
