"""Which file Binder builds from."""

import pytest

from leap_kg.links.environments.binder import Build, build_of


@pytest.mark.parametrize(
    ("paths", "runtime", "expected"),
    [
        ([], "", None),
        (["README.md", "src/environment.yml"], "", None),
        (["environment.yml", "requirements.txt"], "", Build("environment.yml", ("requirements.txt",))),
        (["environment.yml", "Dockerfile"], "", Build("Dockerfile")),
        (["Dockerfile", "binder/Pipfile", "binder/apt.txt"], "", Build("binder/Pipfile", ("binder/apt.txt",))),
        (["environment.yml", ".binder/requirements.txt"], "", Build(".binder/requirements.txt")),
        (["binder/environment.yml", ".binder/environment.yml"], "", Build("", ambiguous=True)),
        (["binder/postBuild", "environment.yml"], "", None),
        (["environment.yml", "Project.toml"], "", Build("Project.toml", ("environment.yml",))),
        (["runtime.txt", "environment.yml"], "r-4.1-2021-06-01", Build("runtime.txt", ("environment.yml",))),
        (["runtime.txt", "requirements.txt"], "python-3.11", Build("requirements.txt", ("runtime.txt",))),
        (["runtime.txt"], "python-3.11", Build("runtime.txt")),
        (["setup.py"], "", Build("setup.py")),
        (["setup.py", "binder/apt.txt"], "", None),
        (["DESCRIPTION", "environment.yml"], "", Build("DESCRIPTION", ("environment.yml",))),
    ],
    ids=str,
)  # fmt: skip
def test_the_file_that_wins(paths: list[str], runtime: str, expected: Build | None) -> None:
    assert build_of(paths, runtime) == expected
