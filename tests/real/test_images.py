"""Pangeo's real image releases: every list that was recorded, and the questions people ask about them."""

import re
from pathlib import Path

import pytest

from leap_kg.ontology.namespaces import DCT, SCHEMA
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.sparql.parameters import ParameterError
from tests.real import mapped
from tests.real.mapped import Said

FILES = mapped.DATA / "pangeo-docker-images"

pytestmark = pytest.mark.skipif(not FILES.is_dir(), reason=f"the images' files are not at {FILES}")

IMAGE = f"{BASE}image/pangeo/"


@pytest.fixture(scope="module")
def said() -> Said:
    return mapped.of("pangeo-images", "leap-catalog", "leap-hubs", "pangeo-forge")


def folders() -> list[Path]:
    """Every folder of an image that was recorded."""
    return sorted(path for path in (*FILES.glob("tags/*/*"), *FILES.glob("HEAD/*")) if path.is_dir())


def node(folder: Path) -> str:
    tag = "latest" if folder.parent.name == "HEAD" else folder.parent.name
    return f"{IMAGE}{folder.name}/{tag}"


def listed(folder: Path) -> set[tuple[str, str]]:
    """Name and version of each line of a packages.txt, read by another rule than the source's."""
    file = folder / "packages.txt"
    lines = file.read_text().splitlines() if file.is_file() else []
    pattern = re.compile(r"^(?P<name>[a-z0-9_].*?)(?:==|-)(?P<version>\d[^-=]*|[a-z0-9]+\.[^-=]*)$")
    newer = any("==" in line for line in lines)
    found = [line.split("==") if newer else list(pattern.match(line).groups()) for line in lines if pattern.match(line)]  # type: ignore[union-attr]
    return {(name, version) for name, version in found}


def test_every_recorded_image_is_published_and_none_is_dead(said: Said) -> None:
    images = {key: subject for key, subject in said.subjects.items() if subject.startswith(IMAGE)}
    assert set(images.values()) == {node(folder) for folder in folders()}
    assert len(images) == 49
    assert not [key for key in said.dead if key.startswith("pangeo/")]


@pytest.mark.parametrize("folder", folders() or [Path()], ids=lambda folder: f"{folder.parent.name}-{folder.name}")
def test_every_package_of_a_list_is_in_the_image(said: Said, folder: Path) -> None:
    versions = said.objects(node(folder), SCHEMA("softwareRequirements"))
    names = {
        (
            *said.objects(next(iter(said.objects(version, DCT("isVersionOf")))), DCT("title")),
            *said.objects(version, SCHEMA("softwareVersion")),
        )
        for version in versions
    }
    wanted = listed(folder)
    assert wanted <= {(name, version) for name, version in names}
    assert bool(names) == (folder / "packages.txt").is_file()
    if wanted:
        assert len(names) - len(wanted) <= len(wanted) // 20


def test_the_one_line_that_is_no_package_is_a_finding(said: Said) -> None:
    found = [
        (key, each.value, each.kind)
        for key, all_of_it in said.findings.items()
        if key.startswith("pangeo/")
        for each in all_of_it
        if each.value
    ]
    assert found == [(f"pangeo/{name}-notebook:2021.12.02", "IT", "bad-value") for name in ("base", "pangeo", "ml")]


# --- question 19 ------------------------------------------------------------------------------------------


def test_when_zarr_changed_in_the_notebook_image(said: Said) -> None:
    rows = said.ask("questions/package-changes")
    assert [(row["date"], row["change"], row["before"], row["now"]) for row in rows] == [
        ("2021-09-30", "first known", "unknown", "2.10.1"),
        ("2021-12-02", "changed", "2.10.1", "2.10.3"),
        ("2022-06-02", "changed", "2.10.3", "2.11.3"),
        ("2022-07-13", "changed", "2.11.3", "2.12.0"),
        ("2023-08-29", "changed", "2.12.0", "2.16.1"),
        ("2024-02-27", "changed", "2.16.1", "2.17.0"),
        ("2024-06-02", "changed", "2.17.0", "2.18.2"),
        ("2024-10-26", "changed", "2.18.2", "2.18.3"),
        ("2025-05-22", "changed", "2.18.3", "3.0.8"),
        ("2025-12-30", "changed", "3.0.8", "3.1.5"),
    ]
    assert rows[1]["previous"] == f"{IMAGE}pangeo-notebook/2021.09.30"


def test_a_package_that_came_and_one_that_was_never_there(said: Said) -> None:
    rows = said.ask("questions/package-changes", package="icechunk")
    assert rows[0]["before"] == "absent"
    assert rows[0]["change"] == "came"
    assert said.ask("questions/package-changes", package="no-such-package") == []


def test_which_release_has_a_version_and_which_hub_offers_it(said: Said) -> None:
    rows = said.ask("questions/package-releases", version="2.18.2")
    images = {row["release"].removeprefix(IMAGE) for row in rows}
    assert images == {"pangeo-notebook/2024.06.02", "ml-notebook/2024.06.02", "pytorch-notebook/2024.06.02"}
    assert {row.get("hub") for row in rows} == {f"{BASE}hub/public.leap.2i2c.cloud"}


# --- question 20 ------------------------------------------------------------------------------------------


def test_two_releases_differ_as_their_lists_do(said: Said) -> None:
    rows = {
        row["package"].removeprefix("pkg:conda/"): (row["first"], row["second"])
        for row in said.ask("questions/image-differences")
    }
    first, second = (dict(listed(FILES / "tags" / tag / "pangeo-notebook")) for tag in ("2025.12.30", "2026.01.30"))
    absent = dict.fromkeys({*first, *second}, "absent")
    before, now = {**absent, **first}, {**absent, **second}
    assert rows == {name: (before[name], now[name]) for name in absent if before[name] != now[name]}
    assert len(rows) > 100


def test_a_release_whose_packages_nobody_listed_differs_from_none(said: Said) -> None:
    unknown = f"{IMAGE}pangeo-notebook/2020.04.22"
    assert said.ask("questions/image-differences", first=unknown) == []


def test_two_hubs_differ_by_their_images(said: Said) -> None:
    rows = said.ask("questions/hub-differences")
    only = {(row["image"].removeprefix(IMAGE), row["hub"].rpartition("/")[2]) for row in rows}
    assert ("pangeo-notebook/2026.06.04", "leap.2i2c.cloud") in only
    assert ("pangeo-notebook/2024.06.02", "public.leap.2i2c.cloud") in only


# --- question 21 ------------------------------------------------------------------------------------------


def test_which_hub_offers_which_image_and_how_old_it_is(said: Said) -> None:
    rows = {
        (row["hub"].rpartition("/")[2], row["image"].removeprefix(IMAGE)): row
        for row in said.ask("questions/hub-images")
    }
    old = rows["public.leap.2i2c.cloud", "pangeo-notebook/2024.06.02"]
    assert (old["released"], old["newer"], old["state"]) == ("2024-06-02", "4", "release")
    new = rows["leap.2i2c.cloud", "pangeo-notebook/2026.06.04"]
    assert (new["newer"], new["state"]) == ("unknown", "not among the releases that were read")
    assert {row["state"] for key, row in rows.items() if "leap-edu-image" in key[1]} == {"unknown"}


# --- question 22 ------------------------------------------------------------------------------------------


def test_what_was_built_with_an_old_zarr(said: Said) -> None:
    rows = said.ask("questions/built-below")
    assert {(row["code"].removeprefix(f"{BASE}recipe/"), row["version"]) for row in rows} == {
        ("leap-stc/hadisst-pangeo-forge-osn-feedstock/hadisst", "2.10.3"),
        ("leap-stc/woa-1-degree-monthly-pangeo-forge-osn-feedstock/woa18-1deg-monthly", "2.10.3"),
        ("pangeo-forge/cmip6-feedstock/recipes", "2.10.3"),
    }


@pytest.mark.parametrize(
    ("bound", "count"),
    [("2.10.3", 0), ("2.10.3.0", 0), ("2.10.4", 3), ("2.9", 0), ("2.12", 8), ("2.100", 10)],
)
def test_a_bound_is_compared_as_versions_are(said: Said, bound: str, count: int) -> None:
    assert len({row["code"] for row in said.ask("questions/built-below", bound=bound)}) == count


def test_a_bound_that_is_no_version_in_numbers_is_refused_and_names_are_taken_in_any_case(said: Said) -> None:
    for bound in ("3'", "2.11rc1", ""):
        with pytest.raises(ParameterError, match=r"'bound' cannot be .* A version in numbers"):
            said.ask("questions/built-below", bound=bound)
    assert said.ask("questions/package-releases", package="ZARR") == said.ask("questions/package-releases")
