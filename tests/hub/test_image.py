"""The image and the compose file, as far as they can be held to account without building them."""

import fnmatch
import re
import shlex
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from typer.main import get_command

from leap_kg.cli.app import app
from leap_kg.hub.objects.pods import HOME, USER
from leap_kg.resources import declarations

ROOT = declarations()
IMAGE = ROOT / "hub" / "image"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)


class Instruction(NamedTuple):
    """One instruction of a Dockerfile, in the stage of that number."""

    stage: int
    word: str
    rest: str


@cache
def instructions() -> tuple[Instruction, ...]:
    """The Dockerfile, instruction by instruction."""
    text = (IMAGE / "Dockerfile").read_text()
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    found, stage = [], -1
    for line in re.sub(r"\\\n\s*", "", lines).splitlines():
        if line.strip():
            word, _, rest = line.partition(" ")
            stage += word == "FROM"
            found.append(Instruction(stage, word, rest))
    return tuple(found)


def of(word: str, stage: int | None = None) -> list[str]:
    return [each.rest for each in instructions() if each.word == word and stage in (None, each.stage)]


def copied() -> list[tuple[int, str, str]]:
    """What comes from the repository: in which stage, from where, to where."""
    found = []
    for each in instructions():
        if each.word == "COPY" and not each.rest.startswith("--from"):
            *sources, target = shlex.split(each.rest)
            found += [(each.stage, source, target) for source in sources]
    return found


def is_ignored(path: str) -> bool:
    """Whether the last pattern that fits the path, or a folder it is in, leaves it out."""
    ignored = False
    for line in (IMAGE / "Dockerfile.dockerignore").read_text().splitlines():
        pattern = line.strip()
        if pattern and not pattern.startswith("#"):
            parts = path.split("/")
            places = ["/".join(parts[: number + 1]) for number in range(len(parts))]
            bare = pattern.removeprefix("!")
            if any(fnmatch.fnmatchcase(each, bare) for each in places):
                ignored = not pattern.startswith("!")
    return ignored


def test_all_that_is_copied_is_there_and_reaches_the_build() -> None:
    sources = copied()
    assert len(sources) > 15
    for _, source, _ in sources:
        assert (ROOT / source).exists(), source
        assert not is_ignored(source), source
        assert not is_ignored(f"{source}/deep/inside")


@pytest.mark.parametrize(
    "path", [".git/config", ".venv/bin/python", ".env", "hub/.env", "tests/hub/test_image.py", "web/node_modules/a.js",
             "web/dist/a.js", "src/leap_kg/__pycache__/a.pyc", "requirements.lock"]
)  # fmt: skip
def test_nothing_else_does(path: str) -> None:
    assert is_ignored(path)


def test_the_wheel_finds_all_it_is_made_of() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    there = [target for stage, _, target in copied() if stage == 1]
    there += [shlex.split(rest)[-1] for rest in of("COPY", 1) if rest.startswith("--from=web")]
    for needed in (*wheel["packages"], *wheel["force-include"], project["project"]["readme"]):
        assert any(needed == each or needed.startswith(f"{each}/") or each == "./" for each in there), needed
    web = {source.removeprefix("web/") for stage, source, _ in copied() if stage == 0}
    assert web >= {"package.json", "package-lock.json", "src", "styles", "scripts", "vite.config.ts", "tsconfig.json"}


def test_it_runs_as_nobody_in_particular_with_what_the_lock_says() -> None:
    last = max(each.stage for each in instructions())
    assert of("USER", last) == [f"{USER}:{USER}"]
    assert f"LEAP_KG_HOME={HOME}" in of("ENV", last)[0]
    assert yaml.safe_load(of("ENTRYPOINT", last)[0]) == ["tini", "--"]
    name, command, *_ = yaml.safe_load(of("CMD", last)[0])
    assert name == "leap-kg"
    assert command in get_command(app).commands  # type: ignore[attr-defined]
    installs = [part for rest in of("RUN") for part in rest.split("&&") if "pip install" in part]
    assert len(installs) == 3
    assert all("--require-hashes -r hub/image/" in each or "--no-deps /opt/wheels" in each for each in installs)
    assert all("npm ci --ignore-scripts" in rest for rest in of("RUN", 0) if "npm ci" in rest)
    assert not [rest for rest in of("RUN", last) if "pip" in rest or "npm" in rest]


def pins(path: Path) -> dict[str, set[str]]:
    """The versions that a lock has of each package; every one with a hash."""
    text = path.read_text()
    found: dict[str, set[str]] = {}
    for name, version in _PIN.findall(text):
        found.setdefault(canonicalize_name(name), set()).add(version)
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", text)) >= len(found)
    return found


def test_its_locks_are_what_the_tests_ran_with() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    server, build, tested = (
        pins(path) for path in (IMAGE / "server.lock", IMAGE / "build.lock", ROOT / "requirements.lock")
    )
    extras = [text for name in ("data", "export", "hub", "icechunk") for text in project["optional-dependencies"][name]]
    for text in (*project["dependencies"], *extras):
        wanted = Requirement(text)
        assert all(wanted.specifier.contains(each) for each in server[canonicalize_name(wanted.name)]), text
    other = {name for name, found in {**server, **build}.items() if name in tested and not found <= tested[name]}
    assert other <= {"python-dateutil"}
    assert set(build) >= {"hatchling"}
    assert not {"pytest", "playwright", "hatchling"} & set(server)


def test_the_compose_file_holds_to_the_image() -> None:
    value: dict[str, Any] = yaml.safe_load((ROOT / "hub" / "compose.yaml").read_text())
    build = value["services"]["home"]["build"]
    assert (ROOT / "hub" / build["context"] / build["dockerfile"]).resolve() == IMAGE / "Dockerfile"
    commands = get_command(app).commands  # type: ignore[attr-defined]
    for name, service in value["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"]
        assert service["user"] == f"{USER}:{USER}"
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
        words = shlex.split(" ".join(service["command"]))
        assert words[words.index("leap-kg") + 1] in commands
        named = {volume.partition(":")[0] for volume in service["volumes"]}
        assert named <= set(value["volumes"])
        assert any(volume.endswith(f":{HOME}") for volume in service["volumes"])
        assert set(service.get("depends_on", {})) <= set(value["services"])
    writers = [name for name, service in value["services"].items() if "serve" in service["command"]]
    assert writers == ["writer"]
