"""Questions 19 to 26 on LEAP's real hubs and Pangeo's real images: answers held against the files, read anew here."""

import json
import re
from collections import defaultdict
from typing import Any

import pytest
import yaml
from packaging.version import InvalidVersion, Version
from pyoxigraph import NamedNode

from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.sparql.naming import named
from tests.real import mapped
from tests.real.mapped import DATA, Said

IMAGES = DATA / "pangeo-docker-images"
CLUSTER = DATA / "2i2c-infrastructure" / "config" / "clusters" / "leap"
FEEDSTOCKS = DATA / "feedstocks"
IMAGE = f"{BASE}image/pangeo/"
FILES = {
    "staging": ["daskhub-common.values.yaml", "staging.values.yaml"],
    "prod": ["daskhub-common.values.yaml", "prod.values.yaml"],
    "public": ["public.values.yaml"],
}

pytestmark = pytest.mark.skipif(
    not (IMAGES.is_dir() and CLUSTER.is_dir()), reason="the files of hubs and images are not in ../shared/data"
)


@pytest.fixture(scope="module")
def said() -> Said:
    return mapped.of("pangeo-images", "leap-catalog", "leap-published", "leap-hubs", "pangeo-forge", "feedstock-code")


def packages(tag: str, name: str = "pangeo-notebook") -> dict[str, str]:
    """What a packages.txt lists, in either of its formats."""
    file = IMAGES / "tags" / tag / name / "packages.txt"
    found = {}
    for line in file.read_text().splitlines() if file.is_file() else ():
        package, _, version = line.partition("==") if "==" in line else line.rpartition("-")
        if re.search(r"\d", version) and not line.startswith("#"):
            found[package] = version
    return found


def singleuser(name: str) -> dict[str, Any]:
    """What a hub gives its users, its files one over the other."""

    def over(under: Any, value: Any) -> Any:
        if isinstance(under, dict) and isinstance(value, dict):
            return {**under, **{key: over(under.get(key), inner) for key, inner in value.items()}}
        return value

    values: Any = {}
    for file in FILES[name]:
        values = over(values, yaml.safe_load((CLUSTER / file).read_bytes()))
    found: dict[str, Any] = values.get("basehub", values)["jupyterhub"]["singleuser"]
    return found


def hubs() -> dict[str, tuple[str, str]]:
    """Domain and title of each hub, by its name in the file of the cluster."""
    listed = yaml.safe_load((CLUSTER / "cluster.yaml").read_bytes())["hubs"]
    return {hub["name"]: (hub["domain"], hub["display_name"]) for hub in listed}


def offered(name: str) -> set[str]:
    """Every image that the settings of a hub name."""
    own = singleuser(name)
    image = own.get("image") or {}
    found = {f"{image['name']}:{image['tag']}"} if image.get("name") else set()

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            named_image = value.get("image")
            if isinstance(named_image, str) and named_image != "{value}":
                found.add(named_image)
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(own.get("profileList"))
    return found


def tags(name: str) -> list[str]:
    """The tags at which an image was recorded, in order."""
    return sorted(path.parent.name for path in IMAGES.glob(f"tags/*/{name}"))


def later(one: str, other: str) -> str:
    """`up` or `down` from one version to the other by the rules of Python packages; else `other`."""
    if re.search(r"\d[abc]$", one) or re.search(r"\d[abc]$", other):
        return "other"
    try:
        first, second = Version(one), Version(other)
    except InvalidVersion:
        return "other"
    return "up" if first < second else "down" if second < first else "other"


@pytest.mark.parametrize(
    ("one", "two"), [("2025.12.30", "2026.01.30"), ("2024.06.02", "2025.05.22"), ("2026.01.30", "2021.09.30")]
)
def test_two_releases_differ_as_their_lists_do_and_in_which_direction(said: Said, one: str, two: str) -> None:
    first, second = packages(one), packages(two)
    wanted = {}
    for name in first.keys() | second.keys():
        if name not in first or name not in second:
            wanted[name] = "added" if name in second else "removed"
        elif first[name] != second[name]:
            wanted[name] = later(first[name], second[name])
    rows = said.ask(
        "questions/image-differences", first=f"{IMAGE}pangeo-notebook/{one}", second=f"{IMAGE}pangeo-notebook/{two}"
    )
    found = {row["package"].removeprefix("pkg:conda/"): row["change"] for row in rows if "pypi" not in row["package"]}
    assert found == wanted
    assert len(wanted) > 100


@pytest.mark.parametrize("day", ["2021-10-01", "2024-02-27", "2024-02-26", "2026-01-29", "today"])
def test_a_day_means_the_release_in_force(said: Said, day: str) -> None:
    released = [tag for tag in tags("pangeo-notebook") if day == "today" or tag.replace(".", "-") <= day]
    found = named(f"pangeo/pangeo-notebook@{day}", said.store, BASE)
    assert found == NamedNode(f"{IMAGE}pangeo-notebook/{released[-1]}")


def test_hubs_by_the_age_of_their_images(said: Said) -> None:
    rows = {
        (row["hub"].rpartition("/")[2], row["image"].removeprefix(f"{BASE}image/")): row
        for row in said.ask("questions/hub-images")
    }
    wanted = {(domain, image.replace(":", "/")) for name, (domain, _) in hubs().items() for image in offered(name)}
    assert set(rows) == wanted
    for (_, image), row in rows.items():
        name, _, tag = image.removeprefix("pangeo/").rpartition("/")
        known = tags(name)
        if tag in known:
            assert (row["state"], row["released"]) == ("release", tag.replace(".", "-"))
            assert row["newer"] == str(len(known) - 1 - known.index(tag))
        else:
            assert row["newer"] == "unknown"
            assert row["state"] == ("not among the releases that were read" if known else "unknown")
        assert row.get("newest") == (f"{IMAGE}{name}/{known[-1]}" if known else None)
        assert row.get("latest") == (known[-1].replace(".", "-") if known else None)


def test_tags_that_no_release_has(said: Said) -> None:
    rows = said.ask("questions/image-tags-without-release")
    by_hubs = {
        (row["user"].rpartition("/")[2], row["image"].removeprefix(f"{BASE}image/"))
        for row in rows
        if row["how"] == "offers it"
    }
    assert by_hubs == {
        (domain, image.replace(":", "/"))
        for name, (domain, _) in hubs().items()
        for image in offered(name)
        if image.rpartition(":")[2] not in tags(image.rpartition(":")[0].removeprefix("pangeo/"))
    }
    stated = {
        str(yaml.safe_load(file.read_bytes()).get("pangeo_notebook_version"))
        for file in FEEDSTOCKS.glob("*/feedstock/meta.yaml")
    }
    in_code = {row["image"].rpartition("/")[2] for row in rows if row["how"] == "runs in it"}
    assert in_code <= {tag for tag in stated if tag not in tags("pangeo-notebook")}
    assert "2022.05.02" in in_code


def test_staging_is_as_production_and_the_public_hub_is_not(said: Said) -> None:
    staging, prod, public = (NamedNode(f"{BASE}hub/{hubs()[name][0]}") for name in ("staging", "prod", "public"))
    assert singleuser("staging")["profileList"] == singleuser("prod")["profileList"]
    assert said.ask("questions/profile-differences", first=staging, second=prod) == []
    rows = said.ask("questions/profile-differences", first=prod, second=public)
    told = {(row["profile"], row["choice"], row["what"]): (row["first"], row["second"]) for row in rows}
    here, there = (
        {profile.get("slug", ""): profile for profile in singleuser(name)["profileList"]} for name in ("prod", "public")
    )
    # Only one of them has these profiles; of one without a slug the name stands for it.
    only = {slug for slug in here if slug and slug not in there}
    assert only <= {
        profile
        for (profile, choice, what), (_, two) in told.items()
        if what == "name" and not choice and two == "absent"
    }
    both = [slug for slug in here if slug in there]
    assert both == ["medium-full"]
    config = yaml.safe_load((CLUSTER / "public.values.yaml").read_bytes())["jupyterhub"]["hub"]["config"]
    public_groups = config["GitHubOAuthenticator"]["allowed_organizations"]
    for slug in both:
        assert told[slug, "", "groups"] == tuple(
            ", ".join(sorted(each[slug].get("allowed_groups") or public_groups)) for each in (here, there)
        )
        choices = [each[slug]["profile_options"]["image"]["choices"] for each in (here, there)]
        for key in choices[0].keys() & choices[1].keys():
            images = tuple(each[key]["kubespawner_override"]["image"] for each in choices)
            assert told.get((slug, key, "image")) == (images if images[0] != images[1] else None)


def test_code_whose_image_no_hub_offers(said: Said) -> None:
    every = set[str]().union(*(offered(name) for name in hubs()))
    rows = said.ask("questions/environments-not-offered")
    assert rows
    for row in rows:
        assert row["image"].removeprefix(f"{BASE}image/").replace("notebook/", "notebook:") not in every
    recorded = {
        row["image"].rpartition("/")[2]
        for row in said.ask("questions/image-tags-without-release")
        if row["how"] == "runs in it"
    }
    found = {row["image"].rpartition("/")[2] for row in rows}
    assert recorded <= found
    assert {"2021.12.02", "2022.06.02", "2022.07.13"} <= found
    assert {row["offered"].removeprefix(IMAGE) for row in rows} == {
        image.removeprefix("pangeo/").replace(":", "/")
        for image in every
        if image.startswith("pangeo/pangeo-notebook:")
    }


def asked_for(text: str) -> dict[str, str]:
    """Names and fixed versions in a requirements.txt."""
    found = {}
    for line in text.splitlines():
        said = line.partition("#")[0].strip()
        wanted = re.match(r"([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*(?:==\s*([\w.]+))?", said)
        if wanted and "://" not in said:
            found[wanted[1].lower().replace("_", "-")] = wanted[2] or ""
    return found


@pytest.mark.parametrize("feedstock", ["leap-stc__GODAS", "leap-stc__GLEAM", "leap-stc__proto_feedstock"])
def test_which_image_fits_a_repository(said: Said, feedstock: str) -> None:
    needed = asked_for((FEEDSTOCKS / feedstock / "feedstock" / "requirements.txt").read_text())
    assert needed
    code = "https://github.com/" + feedstock.lower().replace("__", "/")
    rows = {row["image"]: row for row in said.ask("questions/images-that-fit", code=code)}
    lists = {tag: packages(tag) for tag in tags("pangeo-notebook") if packages(tag)}
    assert len(lists) == 11
    for tag, held in lists.items():
        row = rows[f"{IMAGE}pangeo-notebook/{tag}"]
        lacking = {name for name in needed if name not in held}
        # Locks also know packages of the Python index, which no packages.txt lists.
        assert set(row["missing"].split()) <= lacking
        assert int(row["has"]) + int(row["lacks"]) == len(needed)
        if set(row["missing"].split()) == lacking:
            assert {each.partition("=")[0] for each in row["others"].split()} == {
                name for name, version in needed.items() if version and name in held and held[name] != version
            }
    ordered = [int(row["lacks"]) for row in said.ask("questions/images-that-fit", code=code)]
    assert ordered == sorted(ordered)


def test_what_goes_with_an_image(said: Said) -> None:
    """Recipes say in meta.yaml that they run in it; their datasets and stores go with them."""
    tag = "2021.12.02"
    rows = said.ask("questions/downstream", node=f"{IMAGE}pangeo-notebook/{tag}")
    kinds = defaultdict(set)
    for row in rows:
        kinds[row["kind"].rpartition("#")[2].rpartition("/")[2]].add(row["thing"])
    stating = set()
    for file in FEEDSTOCKS.glob("*/feedstock/meta.yaml"):
        meta = yaml.safe_load(file.read_bytes())
        if str(meta.get("pangeo_notebook_version")) == tag:
            listed = meta["recipes"] if isinstance(meta["recipes"], list) else []
            stating |= {entry["id"] for entry in listed}
    assert stating
    assert len(kinds["Recipe"]) >= 3
    # One more gives a dictionary of recipes, under one name for all.
    assert {recipe.rpartition("/")[2] for recipe in kinds["Recipe"]} == stating | {"recipes"}
    assert {row["thing"] for row in rows if row["directly"] == "yes"} == kinds["Recipe"]
    assert len(kinds["ZarrStore"]) >= 2


def test_what_goes_with_a_package_version(said: Said) -> None:
    having = {
        f"{IMAGE}{folder.name}/{folder.parent.name}"
        for folder in IMAGES.glob("tags/*/*")
        if packages(folder.parent.name, folder.name).get("zarr") == "2.18.2"
    }
    rows = said.ask("questions/downstream", node="pkg:conda/zarr@2.18.2")
    assert {row["thing"] for row in rows if row["directly"] == "yes"} == having
    assert {row["thing"] for row in rows if row["directly"] == "no"} == {f"{BASE}hub/{hubs()['public'][0]}"}


def test_what_goes_with_a_bucket(said: Said) -> None:
    catalog = json.loads((DATA / "leap-catalog" / "consolidated-web-catalog.json").read_text())
    texts = [json.dumps(catalog), *(file.read_text() for file in FEEDSTOCKS.glob("*/feedstock/*.yaml"))]
    named_in_files = {
        address.rstrip("/").removeprefix("gs://")
        for text in texts
        for address in re.findall(r"gs://leap-persistent/[^\s\"']+", text)
    }
    rows = said.ask("questions/downstream", node=f"{BASE}bucket/gs/leap-persistent")
    near = {row["thing"].removeprefix(BASE) for row in rows if row["directly"] == "yes"}
    stores = {thing.removeprefix("store/gs/") for thing in near if thing.startswith("store/")}
    assert stores <= named_in_files
    assert {store for store in named_in_files if store.endswith(".zarr")} <= stores
    # The production hub gives the bucket to its users, as its settings say.
    assert "gs://leap-persistent/" in (CLUSTER / "prod.values.yaml").read_text()
    assert (
        near - {f"store/gs/{store}" for store in stores}
        == {f"hub/{hubs()['prod'][0]}", f"hub/{hubs()['public'][0]}"} & near
    )
    assert f"hub/{hubs()['prod'][0]}" in near
    assert any("/dataset/" in row["thing"] for row in rows if row["directly"] == "no")


QUESTIONS: tuple[tuple[str, dict[str, str]], ...] = (
    ("package-changes", {}),
    ("package-releases", {}),
    ("image-differences", {}),
    ("hub-differences", {}),
    ("profile-differences", {}),
    ("hub-images", {}),
    ("image-tags-without-release", {}),
    ("built-below", {}),
    ("environments-not-offered", {}),
    ("images-that-fit", {}),
    ("what-breaks", {}),
    ("downstream", {}),
    ("downstream", {"node": "pkg:conda/zarr"}),
    ("downstream", {"node": f"{BASE}bucket/gs/leap-persistent"}),
    ("who-may-use", {}),
    ("hub-costs", {}),
    ("hub-costs-by-week", {}),
)


def test_each_question_has_an_answer_or_says_unknown(said: Said) -> None:
    for name, values in QUESTIONS:
        rows = said.ask(f"questions/{name}", **values)
        assert rows or name == "profile-differences", name
    assert {row["cost"] for row in said.ask("questions/hub-costs-by-week")} == {"unknown"}
