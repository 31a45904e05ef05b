"""What differs between images and hubs, which tags are no releases, which image fits, and what depends on what."""

import pytest
from pyoxigraph import Store

from leap_kg.settings import DEFAULT_BASE as BASE
from tests.sparql.questions.asked import ask, said, stored

IMAGES = """
kg:image\\/tide a schema:SoftwareApplication ; dct:title "lab/tide" .
<urn:tide:1> a leap:ContainerImage ; dct:title "lab/tide:1" ; dct:isVersionOf kg:image\\/tide ; leap:versionOrder "1," ;
    dct:issued "2024-01-01"^^xsd:date ; schema:softwareRequirements <pkg:conda/zarr@2.9> , <pkg:conda/gone@1> ,
    <pkg:conda/numpy@2> , <pkg:conda/odd@x> , <pkg:conda/same@1> .
<urn:tide:2> a leap:ContainerImage ; dct:title "lab/tide:2" ; dct:isVersionOf kg:image\\/tide ; leap:versionOrder "2," ;
    dct:issued "2025-01-01"^^xsd:date ; schema:softwareRequirements <pkg:conda/zarr@2.10> , <pkg:conda/new@1> ,
    <pkg:conda/numpy@1> , <pkg:conda/odd@y> , <pkg:conda/same@1> .
<urn:tide:3> a leap:ContainerImage ; dct:title "lab/tide:3" ; dct:isVersionOf kg:image\\/tide ; leap:versionOrder "3," ;
    dct:issued "2026-01-01"^^xsd:date .
<urn:tide:9> a leap:ContainerImage ; dct:title "lab/tide:9" .
<urn:tide:latest> a leap:ContainerImage ; dct:title "lab/tide:latest" ; dct:isVersionOf kg:image\\/tide ;
    codemeta:hasSourceCode <urn:builder> ; schema:softwareRequirements <pkg:conda/zarr@2.10> .
<urn:wave:1> a leap:ContainerImage ; dct:title "lab/wave:1" .
<urn:coast> a leap:HubDeployment ; dct:title "Coast" ; leap:offersImage <urn:tide:1> , <urn:tide:9> , <urn:wave:1> .
<urn:notebook> a leap:Notebook ; dct:title "look.ipynb" ; leap:runsIn <urn:tide:2> ; schema:isPartOf <urn:code> ;
    dct:requires <pkg:pypi/zarr> , <pkg:pypi/nowhere> ; prov:used <urn:store> .
<urn:code> a schema:SoftwareSourceCode ; dct:title "code" ; codemeta:referencePublication <urn:paper> .
<urn:paper> a schema:ScholarlyArticle ; dct:title "Paper" .
<urn:file> a leap:Environment ; schema:isPartOf <urn:code> ; schema:softwareRequirements <pkg:pypi/numpy@2> ;
    prov:wasDerivedFrom <urn:tide:latest> .
<urn:recipe> a leap:Recipe ; dct:title "recipe" ; dct:identifier "recipe" ; leap:runsIn <urn:tide:1> ;
    schema:isPartOf <urn:shop> .
<urn:shop> a schema:SoftwareSourceCode ; dct:title "shop" .
<urn:store> leap:recipe <urn:recipe> ; a leap:ZarrStore ; dct:title "store" ; leap:storageURI "gs://box/tides.zarr" .
<urn:sea> a dcat:Dataset ; dct:title "Sea" ; dcat:distribution <urn:store> ;
    dct:source <https://example.org/sea.yaml> .
<urn:box> a dcat:DataService ; dct:title "box" ; leap:storageURI "gs://box" .
<urn:boxes> a dcat:DataService ; dct:title "boxes" ; leap:storageURI "gs://boxes" .
""" + "".join(
    f"<pkg:conda/{name}@{version}> dct:isVersionOf <pkg:conda/{name}> ; schema:softwareVersion {version!r} "
    f"{f'; leap:versionOrder {order!r}' if order else ''} . <pkg:conda/{name}> dct:title {name!r} . "
    for name, version, order in (
        ("zarr", "2.9", "2.09,"),
        ("zarr", "2.10", "2.10,"),
        ("gone", "1", "1,"),
        ("new", "1", "1,"),
        ("numpy", "1", "1,"),
        ("numpy", "2", "2,"),
        ("odd", "x", ""),
        ("odd", "y", ""),
        ("same", "1", "1,"),
    )
).replace("'", '"')


def part(hub: str, number: int, slug: str, **more: str) -> str:
    """A profile with one choice of its machine."""
    node = f"<urn:{hub}#p{number}>"
    groups = f"; dct:audience <urn:{more['group']}>" if "group" in more else ""
    return f"""
    {node} dct:type <{BASE}hub-part/profile> ; schema:isPartOf <urn:{hub}> ; dct:identifier "{slug}" ;
        dct:title "{more.get("title", slug)}" {groups} .
    <urn:{hub}#c{number}> dct:type <{BASE}hub-part/machine> ; schema:isPartOf {node} ; dct:identifier "m" ;
        dct:title "M" ; leap:offersImage <urn:{more.get("image", "tide")}> ;
        schema:hasMeasurement <urn:{hub}#s{number}> .
    <urn:{hub}#s{number}> schema:propertyID <{BASE}machine/memory-limit> ; schema:value {more.get("memory", "8")} .
    """


HUBS = (
    """
<urn:one> a leap:HubDeployment ; dct:title "One" ; dct:audience <urn:all> .
<urn:two> a leap:HubDeployment ; dct:title "Two" .
<urn:all> foaf:name "all" . <urn:few> foaf:name "few" .
<urn:tide> dct:title "tide:1" . <urn:wave> dct:title "wave:1" .
"""
    + part("one", 0, "small", memory="8", group="few")
    + part("two", 0, "small", memory="16", group="few", image="wave")
    + part("one", 1, "large", title="Large")
    + part("two", 1, "large", title="Larger")
    + part("one", 2, "gpu")
)


@pytest.fixture(scope="module")
def images() -> Store:
    return stored(said(IMAGES))


def test_packages_are_added_removed_or_at_another_version(images: Store) -> None:
    rows = ask(images, "image-differences", first="urn:tide:1", second="urn:tide:2")
    assert [
        (row["package"].removeprefix("pkg:conda/"), row["first"], row["second"], row["change"]) for row in rows
    ] == [
        ("gone", "1", "absent", "removed"),
        ("new", "absent", "1", "added"),
        ("numpy", "2", "1", "down"),
        ("odd", "x", "y", "other"),
        ("zarr", "2.9", "2.10", "up"),
    ]
    assert ask(images, "image-differences", first="urn:tide:1", second="urn:tide:3") == []
    assert ask(images, "image-differences", first="urn:tide:1", second="urn:tide:1") == []


def test_tags_that_no_release_has(images: Store) -> None:
    rows = ask(images, "image-tags-without-release")
    assert [(row["image"], row["state"], row.get("newest"), row["user"], row["how"]) for row in rows] == [
        ("urn:tide:latest", "a tag that moves", "urn:tide:3", "urn:file", "is built on it"),
        ("urn:tide:9", "not among the releases that were read", "urn:tide:3", "urn:coast", "offers it"),
        ("urn:wave:1", "unknown", None, "urn:coast", "offers it"),
    ]


def test_hubs_offer_images_that_are_behind_the_newest_release(images: Store) -> None:
    rows = {row["image"]: row for row in ask(images, "hub-images")}
    old = rows["urn:tide:1"]
    assert (old["newer"], old["newest"], old["latest"]) == ("2", "urn:tide:3", "2026-01-01")
    assert (rows["urn:tide:9"]["newer"], rows["urn:tide:9"]["newest"]) == ("unknown", "urn:tide:3")
    assert "newest" not in rows["urn:wave:1"]


def test_code_names_images_that_no_hub_offers(images: Store) -> None:
    rows = ask(images, "environments-not-offered")
    assert [(row["code"], row["image"], row["how"], row["offered"]) for row in rows] == [
        ("urn:code", "urn:tide:latest", "its Dockerfile builds on it", "urn:tide:1"),
        ("urn:code", "urn:tide:latest", "its Dockerfile builds on it", "urn:tide:9"),
        ("urn:notebook", "urn:tide:2", "runs in it", "urn:tide:1"),
        ("urn:notebook", "urn:tide:2", "runs in it", "urn:tide:9"),
    ]


def test_images_fit_by_what_they_have(images: Store) -> None:
    rows = ask(images, "images-that-fit", code="urn:notebook")
    names = ("image", "has", "lacks", "missing", "others", "stated", "hubs")
    assert [tuple(row.get(name) for name in names) for row in rows] == [
        ("urn:tide:1", "2", "1", "nowhere", "", None, "Coast"),
        ("urn:tide:2", "2", "1", "nowhere", "numpy=1", "yes", None),
        ("urn:tide:latest", "1", "2", "nowhere numpy", "", None, None),
    ]
    assert [row["missing"] for row in ask(images, "images-that-fit", code="urn:code")] == ["", "", "numpy"]
    # Of what nothing is known to be needed, nothing fits or lacks.
    assert ask(images, "images-that-fit", code="urn:recipe") == []


@pytest.mark.parametrize(
    ("node", "things"),
    [
        (
            "urn:tide:1",
            {"coast": "yes", "recipe": "yes"}
            | dict.fromkeys(("shop", "store", "sea", "notebook", "code", "paper"), "no"),
        ),
        ("urn:box", {"store": "yes", "sea": "no", "notebook": "no", "code": "no", "paper": "no"}),
        ("urn:boxes", {}),
        ("urn:wave:1", {"coast": "yes"}),
        (
            "pkg:conda/gone",
            {"tide:1": "yes"}
            | dict.fromkeys(("coast", "recipe", "shop", "store", "sea", "notebook", "code", "paper"), "no"),
        ),
        ("urn:paper", {}),
    ],
)
def test_everything_downstream_each_once(images: Store, node: str, things: dict[str, str]) -> None:
    found = {row["thing"].removeprefix("urn:"): row["directly"] for row in ask(images, "downstream", node=node)}
    assert found == things


def test_how_the_graph_came_about_depends_on_nothing(images: Store) -> None:
    """A harvest reads the files of environments, and makes a graph of them; neither breaks with a package."""
    provenance = """
<urn:graph> a void:Dataset ; dct:title "Source" ; prov:wasDerivedFrom <urn:file> , <urn:store> .
<urn:run> a prov:Activity , leap:HarvestRun ; prov:used <urn:file> , <urn:store> ; prov:generated <urn:graph> .
"""
    with_runs = stored([*said(IMAGES), *said(provenance)])
    for node in ("pkg:pypi/numpy@2", "urn:box"):
        found = ask(images, "downstream", node=node)
        assert found
        assert ask(with_runs, "downstream", node=node) == found
    assert {row["thing"] for row in ask(with_runs, "what-breaks", node="urn:store")} >= {"urn:notebook", "urn:sea"}
    assert "urn:run" not in {row["thing"] for row in ask(with_runs, "what-breaks", node="urn:store")}


def test_two_hubs_side_by_side() -> None:
    store = stored(said(HUBS))
    rows = ask(store, "profile-differences", first="urn:one", second="urn:two")
    assert [tuple(row[name] for name in ("profile", "choice", "what", "first", "second")) for row in rows] == [
        ("gpu", "", "groups", "all", "absent"),
        ("gpu", "", "name", "gpu", "absent"),
        ("gpu", "m", "image", "tide:1", "absent"),
        ("gpu", "m", "memory-limit", "8", "absent"),
        ("gpu", "m", "name", "M", "absent"),
        ("large", "", "groups", "all", "everybody"),
        ("large", "", "name", "Large", "Larger"),
        ("small", "m", "image", "tide:1", "wave:1"),
        ("small", "m", "memory-limit", "8", "16"),
    ]
    assert ask(store, "profile-differences", first="urn:one", second="urn:one") == []
    swapped = ask(store, "profile-differences", first="urn:two", second="urn:one")
    assert [(row["first"], row["second"]) for row in swapped] == [(row["second"], row["first"]) for row in rows]
