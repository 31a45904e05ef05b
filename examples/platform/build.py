"""Builds the example platform: `python examples/platform/build.py DESTINATION`.

Copies this folder to DESTINATION, writes where DESTINATION's stores are wherever a file says `{stores}` (as a
URL), `{store-folder}` (as a path, in code) or `{store-nodes}` (as the IRI that the graph gives them), and runs
every recipe of every feedstock there. For each repository it writes what GitHub would answer, and for the hubs what a
cloud would bill. Building twice gives the same bytes. It needs the `data` extra of leap-kg.

Hazard: what an earlier build left in DESTINATION is replaced. A folder that holds anything else is refused.
"""

import csv
import hashlib
import json
import shutil
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from leap_kg.ontology.identifiers import Refusal, storage
from leap_kg.settings import DEFAULT_BASE

THIS = Path(__file__).resolve()
HERE = THIS.parent
MARK = ".example-platform"
RENDERED = {".yaml", ".json", ".jsonld", ".ipynb", ".ttl", ".csv"}
COPIED = {*RENDERED, ".py", ".md", ".cff"}
COMMITTED = "2025-03-01T09:00:00Z"
_AUTHOR = "Josiah Carberry <josiah@example.org> 1740819600 +0000"


class NotOurs(ValueError):
    """The destination cannot be used; the message says why."""


def build(destination: Path) -> Path:
    """Build the platform in `destination`; returns its absolute path. Raises `NotOurs`."""
    destination = destination.resolve()
    stores = destination / "stores"
    places = _places(stores)
    _clear(destination)
    stores.mkdir(parents=True)
    (destination / MARK).touch()
    for source in sorted(HERE.rglob("*")):
        if source.is_file() and (source.suffix in COPIED or source.name == "Dockerfile") and source != THIS:
            _copy(source, destination / source.relative_to(HERE), places)
    for repository in sorted((destination / "repositories").iterdir()):
        _answer_for_github(repository, destination / "github" / repository.name)
    _bill(destination / "bills")
    for recipe, name in _recipes(destination):
        getattr(recipe, name)(stores)
    return destination


def _places(stores: Path) -> dict[str, str]:
    """What each placeholder stands for."""
    location = storage.parse(stores.as_uri())
    if isinstance(location, Refusal):
        raise NotOurs(f"stores in {stores} could not be named in the graph ({location.reason}): choose another folder")
    # A notebook is JSON that holds Python: what is special in a text is escaped for both.
    in_python = json.dumps(str(stores), ensure_ascii=False)[1:-1]
    return {
        "{stores}": stores.as_uri(),
        "{store-folder}": json.dumps(in_python, ensure_ascii=False)[1:-1],
        "{store-nodes}": f"{DEFAULT_BASE}store/{location.slug}",
    }


def _clear(destination: Path) -> None:
    if not destination.exists():
        return
    if not destination.is_dir() or (any(destination.iterdir()) and not (destination / MARK).exists()):
        raise NotOurs(f"{destination} holds something else: name a new folder, or one that this program filled")
    shutil.rmtree(destination)


def _copy(source: Path, target: Path, places: dict[str, str]) -> None:
    text = source.read_text(encoding="utf-8")
    if source.suffix in RENDERED:
        for placeholder, place in places.items():
            text = text.replace(placeholder, place)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def _answer_for_github(repository: Path, answers: Path) -> None:
    """Write what GitHub would answer for the folder `repository`, named `owner__name`; hashes are git's own."""
    owner, _, name = repository.name.partition("__")
    files = {file.name: file.read_bytes() for file in sorted(repository.iterdir())}
    blobs = {path: _git_name("blob", data) for path, data in files.items()}
    tree = _git_name("tree", b"".join(f"100644 {path}\0".encode() + bytes.fromhex(sha) for path, sha in blobs.items()))
    commit = _git_name(
        "commit", f"tree {tree}\nauthor {_AUTHOR}\ncommitter {_AUTHOR}\n\nThe code of the paper\n".encode()
    )
    answers.mkdir(parents=True)
    (answers / "commit").write_text(commit, encoding="utf-8")
    entries = [
        {"path": path, "mode": "100644", "type": "blob", "sha": sha, "size": len(files[path])}
        for path, sha in blobs.items()
    ]
    _write_json(answers / "tree.json", {"sha": commit, "tree": entries, "truncated": False})
    _write_json(answers / "releases.json", [])
    _write_json(answers / "contributors.json", [])
    _write_json(
        answers / "repository.json",
        {
            "id": int(hashlib.sha256(repository.name.encode()).hexdigest()[:8], 16),
            "full_name": f"{owner}/{name}",
            "private": False,
            "default_branch": "main",
            "description": "Does it rain more where the water is warm? The code.",
            "language": "Jupyter Notebook",
            "license": {"spdx_id": "Apache-2.0", "key": "apache-2.0", "name": "Apache License 2.0"},
            "owner": {"login": owner, "id": 1, "type": "Organization"},
            "created_at": COMMITTED,
            "pushed_at": COMMITTED,
            "updated_at": COMMITTED,
        },
    )


_BILLED = date(2025, 1, 6)
_WEEKS = 10
# Whose pods, in which profile and team, and what they cost on a day, in millionths.
_USED = (
    ("research", "small", "ocean", 3_120_450),
    ("research", "small", "rain", 1_840_210),
    ("research", "large", "ocean", 14_775_035),
    ("research", "large", "rain", 6_300_900),
    ("teaching", "course", "students", 5_060_125),
    ("kube-system", "", "", 2_250_000),
    ("", "", "", 410_005),
)


def _bill(folder: Path) -> None:
    """Write what a cloud would bill for the hubs, as Google's export has it, with a few rows that are wrong."""
    folder.mkdir(parents=True)
    columns = ("service.description", "usage_start_time", "usage_end_time", "labels", "cost", "currency", "credits")
    with (folder / "2025-q1.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for number in range(7 * _WEEKS):
            day = _BILLED + timedelta(days=number)
            for namespace, profile, team, rate in _USED:
                # Less at weekends, more each week; the course begins in the fourth week.
                share = (10 if day.weekday() < 5 else 3) + number // 7
                if profile == "course" and number < 21:
                    continue
                writer.writerow(_usage(day, namespace, profile, team, f"{Decimal(rate * share).scaleb(-7)}", number))
        last = _BILLED + timedelta(days=7 * _WEEKS - 1)
        writer.writerow(_usage(last, "sandbox", "", "", "7.5", 1))
        writer.writerow(_usage(last, "research", "small", "rain", "-3.25", 1))
        writer.writerow(_usage(last, "teaching", "course", "students", "n/a", 1))
        writer.writerow(_usage(last, "teaching", "course", "students", "4.20", 1, "EUR"))


def _usage(
    day: date, namespace: str, profile: str, team: str, cost: str, number: int, currency: str = "USD"
) -> list[str]:
    """A row of the export: a day of pods with these labels; each seventh day has a discount."""
    named = (("k8s-namespace", namespace), ("k8s-label/profile", profile), ("k8s-label/team", team))
    labels = json.dumps([{"key": key, "value": value} for key, value in named if value])
    discount = json.dumps([{"name": "Sustained use", "amount": -0.125}] if number % 7 == 0 else [])
    start, end = f"{day} 00:00:00 UTC", f"{day + timedelta(days=1)} 00:00:00 UTC"
    return ["Compute Engine", start, end, labels, cost, currency, discount]


def _git_name(kind: str, data: bytes) -> str:
    """The name that git gives to an object."""
    return hashlib.sha1(f"{kind} {len(data)}\0".encode() + data, usedforsecurity=False).hexdigest()


def _write_json(file: Path, answer: Any) -> None:  # noqa: ANN401 - anything JSON can hold
    file.write_text(json.dumps(answer, indent=1), encoding="utf-8")


def _recipes(platform: Path) -> Iterator[tuple[ModuleType, str]]:
    """The module and the function of each recipe, feedstock by feedstock as the input list has them."""
    listed = yaml.safe_load((platform / "input.yaml").read_text(encoding="utf-8"))["feedstocks"]
    for url in listed:
        _, _, _, owner, repository, *_ = url.split("/")
        folder = platform / "feedstocks" / f"{owner}__{repository}" / "feedstock"
        if not (folder / "meta.yaml").exists():
            continue
        for recipe in yaml.safe_load((folder / "meta.yaml").read_text(encoding="utf-8"))["recipes"]:
            module, _, name = recipe["object"].partition(":")
            yield _module(folder / f"{module}.py"), name


def _module(file: Path) -> ModuleType:
    """The module; nothing is left beside its file, as an import would leave what it has compiled."""
    module = ModuleType(f"{file.parents[1].name}.{file.stem}")
    exec(compile(file.read_bytes(), str(file), "exec"), module.__dict__)  # noqa: S102 - a file of this repository
    return module


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: python {sys.argv[0]} DESTINATION")
    try:
        print(f"built the example platform in {build(Path(sys.argv[1]))}")
    except NotOurs as problem:
        sys.exit(str(problem))
