"""What files say of the environment that code runs in, with the line."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.links.environments import read_environment, reads
from leap_kg.links.signal import Role

DOCKERFILE = """ARG TAG=2024.05.01
FROM python:3.12 AS build
RUN pip wheel .
FROM quay.io/pangeo/pangeo-notebook:${TAG} AS final
COPY --from=build /a /b
COPY --from=ghcr.io/astral-sh/uv:0.4 /uv /uv
FROM final
"""


def brief(text: str, path: str) -> list[tuple[str, float, int]]:
    found = read_environment(text.encode(), path)
    assert all((each.method, each.role) == ("E1", Role.RUNS_IN) for each in found.signals)
    lines = text.split("\n")
    assert all(each.place.quote == lines[each.place.start - 1][:200] for each in found.signals)
    return [(each.target, each.confidence, each.place.start) for each in found.signals]


def test_a_dockerfile_runs_in_the_image_of_its_last_stage() -> None:
    assert brief(DOCKERFILE, "Dockerfile") == [
        ("quay.io/pangeo/pangeo-notebook:2024.05.01", 0.95, 4),
        ("ghcr.io/astral-sh/uv:0.4", 0.5, 6),
    ]
    digest = "a" * 64
    assert brief(f"FROM x/y@sha256:{digest}\n", "ci/Dockerfile") == [(f"x/y@sha256:{digest}", 0.6, 1)]


def test_a_tag_that_only_the_builder_knows_leaves_a_template_and_a_finding() -> None:
    found = read_environment(b"ARG TAG\nFROM pangeo/base-image:${TAG}\n", "binder/Dockerfile")
    assert [(each.target, each.confidence, each.exact) for each in found.signals] == [
        ("pangeo/base-image:{*}", 0.75, False)
    ]
    assert [each.kind for each in found.findings] == ["unknown-version"]


@pytest.mark.parametrize(
    ("path", "confidence"),
    [
        ("environment.yml", 0.95),
        ("binder/environment.yml", 0.95),
        ("models/environment.yml", 0.8),
        ("ci/environment.yml", 0.6),
        ("environment-dev.yml", 0.6),
    ],
)
def test_an_environment_file_is_the_environment(path: str, confidence: float) -> None:
    text = "# made by hand\nname: x\ndependencies:\n  - xarray\n"
    assert brief(text, path) == [(f"./{path}", confidence, 2)]


def test_other_files_of_binder_count_in_its_folder_only() -> None:
    assert brief("xarray\n", ".binder/requirements.txt") == [("./.binder/requirements.txt", 0.95, 1)]
    assert brief("[deps]\n", "binder/Project.toml") == [("./binder/Project.toml", 0.95, 1)]
    assert brief("xarray\n", "requirements.txt") == [("./requirements.txt", 0.8, 1)]
    assert brief("[deps]\n", "Project.toml") == []
    assert brief("gfortran\n", "binder/apt.txt") == []


def test_the_runtime_that_is_asked_for() -> None:
    assert brief("python-3.11\n", "runtime.txt") == [("python 3.11", 0.95, 1)]
    assert brief("r-4.1-2021-06-01\n", "binder/runtime.txt") == [("r 4.1-2021-06-01", 0.95, 1)]


def test_a_notebook_runs_in_the_language_of_its_kernel() -> None:
    metadata = {
        "kernelspec": {"name": "conda-env-leap", "display_name": "Python [leap]"},
        "language_info": {"name": "python", "version": "3.11.6"},
    }
    text = json.dumps({"cells": [], "metadata": metadata}, indent=1)
    (found,) = read_environment(text.encode(), "a.ipynb").signals
    assert (found.target, found.via) == ("python 3.11.6", "kernelspec conda-env-leap (Python [leap])")
    assert '"version": "3.11.6"' in text.split("\n")[found.place.start - 1]
    assert read_environment(b'{"cells": [], "metadata": {}}', "a.ipynb").signals == ()


@pytest.mark.parametrize("path", ["environment.yml", "Dockerfile", "a.ipynb", "_config.yml"])
@pytest.mark.parametrize("data", [b"\0", b"- [", b"launch_buttons: [", "Größe".encode("latin-1")], ids=str)
def test_a_file_that_cannot_be_read_is_a_finding_at_most(data: bytes, path: str) -> None:
    found = read_environment(data, path)
    assert found.signals == ()
    assert {each.kind for each in found.findings} <= {"unreadable-file", "bad-text"}


def test_which_paths_are_read() -> None:
    assert all(map(reads, ["Dockerfile", "a/b.Dockerfile", "environment.yaml", "a.ipynb", "binder/install.R"]))
    assert not any(map(reads, ["install.R", "setup.py", "pyproject.toml", "docs/conf.py"]))


LINES = st.lists(
    st.sampled_from(["FROM a AS b", "FROM b", "FROM ${A:-c}", "ARG A=1", "ARG A", "COPY --from=a x y", "\\", "- a",
                     "name: x", "dependencies:", "{", "python-3", "é", '{"metadata":', "launch_buttons: {}"]),
    max_size=12,
)  # fmt: skip


@settings(max_examples=50)
@given(
    LINES.map("\n".join), st.sampled_from(["Dockerfile", "environment.yml", "runtime.txt", "_config.yml", "a.ipynb"])
)
def test_any_text_gives_targets_on_lines_that_exist(text: str, path: str) -> None:
    lines = text.split("\n")
    for signal in read_environment(text.encode(), path).signals:
        assert signal.target
        assert signal.place.quote == lines[signal.place.start - 1][:200]
