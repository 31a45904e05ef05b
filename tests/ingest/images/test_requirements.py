"""What environment files ask for, and which of it leaves a single version."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.images.requirements import (
    Requirements,
    read_conda_lock,
    read_environment,
    read_pyproject,
    read_requirements,
)

LINES = st.text(max_size=60) | st.sampled_from(
    (
        "zarr==2.1",
        "-r other.txt",
        "git+https://github.com/o/r",
        "a[b]>=1;python_version<'3'",
        "- ",
        "\\",
        "x==1.*",
        "pip:",
    )
)


def asked(found: Requirements) -> list[str]:
    return [wanted.package.value for wanted in found.wanted]


@given(st.lists(LINES, max_size=8).map("\n".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (read_environment, read_requirements, read_pyproject, read_conda_lock):
        try:
            found = read(text.encode("utf-8", "replace"), what="file")
        except Unreadable:
            continue
        assert all(fault.reason for fault in found.faults)


@given(st.from_regex(r"[a-z][a-z0-9]{0,9}", fullmatch=True), st.from_regex(r"[0-9]{1,3}\.[0-9]{1,3}", fullmatch=True))
def test_only_one_version_is_a_version(name: str, version: str) -> None:
    for bound in ("", f">={version}", f"<{version}", f"!={version}", f"~={version}", f">={version},<99"):
        assert asked(read_requirements(f"{name}{bound}".encode(), what="r")) == [f"pkg:pypi/{name}"]
        assert asked(read_environment(f"dependencies: ['{name}{bound}']".encode(), what="e")) == [f"pkg:conda/{name}"]
    assert asked(read_requirements(f"{name}=={version}".encode(), what="r")) == [f"pkg:pypi/{name}@{version}"]
    assert asked(read_requirements(f"{name}=={version}.*".encode(), what="r")) == [f"pkg:pypi/{name}"]
    text = f"dependencies: ['{name}=={version}']"
    assert asked(read_environment(text.encode(), what="e")) == [f"pkg:conda/{name}@{version}"]


def test_conda_match_specifications() -> None:
    found = read_environment(
        b"""
name: pangeo
channels: [conda-forge]
dependencies:
  - python=3.7*
  - conda-forge/linux-64::cupy
  - jaxlib=0.4.31=cuda12*
  - jaxlib>=0.4.31=cuda12*
  - param!=1.11.0
  - panel<0.9.3
  - numpy 1.21.*
  - pip:
      - zarr==2.18.3
      - "xarray[accel,io]>=2025.3.1"
      - -r requirements.txt
      - git+https://github.com/pangeo-forge/pangeo-forge-recipes@main
  - 7: {}
""",
        what="environment.yml",
    )
    assert found.name == "pangeo"
    assert asked(found) == [
        "pkg:conda/python",
        "pkg:conda/cupy",
        "pkg:conda/jaxlib@0.4.31",
        "pkg:conda/jaxlib",
        "pkg:conda/param",
        "pkg:conda/panel",
        "pkg:conda/numpy",
        "pkg:pypi/zarr@2.18.3",
        "pkg:pypi/xarray",
    ]
    assert [repository.key for repository, _ in found.repositories] == ["pangeo-forge/pangeo-forge-recipes"]
    assert [fault.text for fault in found.faults] == ["-r requirements.txt", "{'7': {}}"]
    assert [fault.line for fault in found.faults] == [15, 17]


@pytest.mark.parametrize(
    ("text", "package"),
    [
        ("numpy==1.2.3=py39_0", "pkg:conda/numpy@1.2.3"),
        ("zarr ==2.1=*", "pkg:conda/zarr@2.1"),
        ("zarr==2.*=py39_0", "pkg:conda/zarr"),
        ("7zip", "pkg:conda/7zip"),
        ("5", None),
        ("1.5", None),
    ],
)
def test_a_version_may_be_fixed_with_its_build_and_a_number_is_no_package(text: str, package: str | None) -> None:
    found = read_environment(f"dependencies:\n  - {text}\n".encode(), what="e")
    assert asked(found) == ([package] if package else [])
    assert [fault.text for fault in found.faults] == ([] if package else [text])


def test_requirements_of_pip() -> None:
    found = read_requirements(
        b"""# comment
--extra-index-url https://example.org
-e git+https://github.com/o/r#egg=thing
pangeo-forge-recipes==0.10.8  # the last
leap-data-management-utils[pangeo-forge] @ git+https://github.com/leap-stc/leap-data-management-utils.git@x
gcsfs==2024.2.0 \\
   --hash=sha256:00
git+https://github.com/ranchodeluxe/rioxarray
https://example.org/a.whl
-c constraints.txt
""",
        what="requirements.txt",
    )
    assert asked(found) == [
        "pkg:pypi/thing",
        "pkg:pypi/pangeo-forge-recipes@0.10.8",
        "pkg:pypi/leap-data-management-utils",
        "pkg:pypi/gcsfs@2024.2.0",
    ]
    assert [repository.key for repository, _ in found.repositories] == ["ranchodeluxe/rioxarray"]
    assert [fault.line for fault in found.faults] == [9, 10]


def test_pyproject_and_lock() -> None:
    text = b'[project]\nname = "x"\nrequires-python = ">=3.11"\ndependencies = ["zarr>=3", "dask==2025.4.0"]\n'
    found = read_pyproject(text, what="pyproject.toml")
    assert (found.name, found.python) == ("x", ">=3.11")
    assert asked(found) == ["pkg:pypi/zarr", "pkg:pypi/dask@2025.4.0"]
    lock = b"""
package:
  - {name: zarr, version: 2.18.3, manager: conda, platform: linux-64}
  - {name: zarr, version: 2.18.2, manager: conda, platform: osx-64}
  - {name: Foo_Bar, version: '1.0', manager: pip, platform: linux-64}
  - nothing
"""
    installed = read_conda_lock(lock, what="conda-lock.yml")
    assert [package.value for package in installed.packages] == ["pkg:conda/zarr@2.18.3", "pkg:pypi/foo-bar@1.0"]
    assert [fault.line for fault in installed.faults] == [6]


@pytest.mark.parametrize("text", ["[" * 100_000, "a = [[[" * 5000, "x = 1\nx = 2", 'a = "' + "\\u" * 9])
def test_hostile_toml_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="no TOML"):
        read_pyproject(text.encode(), what="pyproject.toml")


def test_an_environment_that_is_a_list_is_refused() -> None:
    with pytest.raises(Unreadable, match="no environment"):
        read_environment(b"- zarr\n", what="environment.yml")
