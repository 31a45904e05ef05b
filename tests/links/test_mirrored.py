"""Evidence in files that a mirror answered points at the commit that the copy is of, and at no other."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from leap_kg.ingest.mirror import read_mirror
from leap_kg.links.mirrored import Mirrored
from leap_kg.ontology.identifiers import github

COMMIT = "c0ffee" + "0" * 34
CODE = "https://github.com/lab/code"
TEXT = 'import xarray\nxarray.open_zarr("gs://leap/ocean.zarr")\n'


def mirror_of(folder: Path, said: object) -> Path:
    """A mirror of one repository, whose snapshot says this."""
    copy = folder / "copies" / "lab__code"
    (copy / "feedstock").mkdir(parents=True)
    (copy / "feedstock" / "recipe.py").write_text(TEXT)
    (copy / "_snapshot.json").write_text(said if isinstance(said, str) else json.dumps(said))
    rule = {"match": r"https://github\.com/([^/]+)/([^/]+)/blob/(?:HEAD|main)/(.+)", "file": r"copies/\1__\2/\3"}
    (folder / "mirror.yaml").write_text(yaml.safe_dump([rule]))
    return folder / "mirror.yaml"


def commit_said(mirror: Path, path: str = "feedstock/recipe.py", text: str = TEXT, ref: str = "HEAD") -> str:
    url = f"{CODE}/blob/{ref}/{path}"
    place = github.parse_file(url)
    assert isinstance(place, github.File)
    return Mirrored(read_mirror(mirror)).commit(place, url, hashlib.sha256(text.encode()).hexdigest())


def test_a_copy_that_names_its_commit_is_believed_while_it_is_what_was_harvested(tmp_path: Path) -> None:
    mirror = mirror_of(tmp_path, {"repo": "Lab/Code", "commit": COMMIT})
    assert commit_said(mirror) == commit_said(mirror, ref="main") == COMMIT
    assert commit_said(mirror, text=TEXT + "# changed\n") == ""
    assert commit_said(mirror, path="feedstock/none.py") == ""


@pytest.mark.parametrize(
    "said",
    [
        {"repo": "lab/other", "commit": COMMIT},
        {"repo": "lab/code", "commit": "main"},
        {"repo": ["lab/code"], "commit": COMMIT},
        {"commit": COMMIT},
        [COMMIT],
        "{",
        "[" * 5000,
    ],
)
def test_a_copy_that_says_anything_else_names_no_commit(tmp_path: Path, said: object) -> None:
    assert commit_said(mirror_of(tmp_path, said)) == ""


@pytest.mark.all
def test_links_of_a_mirrored_feedstock_open_at_its_commit_also_in_later_runs(tmp_path: Path) -> None:
    mirror = mirror_of(tmp_path, {"repo": "lab/code", "commit": COMMIT})
    source = {"id": "code", "kind": "github", "title": "Code", "via": "files", "repositories": ["lab/code"]}
    (tmp_path / "copies" / "lab__code" / "CITATION.cff").write_text(
        "cff-version: 1.2.0\nmessage: Cite\ntitle: The code\nauthors: [{name: The Lab}]\n"
        "preferred-citation: {type: article, title: A paper, authors: [{name: The Lab}], doi: 10.5555/paper.1}\n"
    )
    (tmp_path / "sources.yaml").write_text(yaml.safe_dump({"sources": [source]}))
    variables = {k: v for k, v in os.environ.items() if not k.startswith("LEAP_KG_")}

    def run(*arguments: str) -> str:
        command = [sys.executable, "-c", "from leap_kg.cli import main; main()", *arguments]
        environment = {**variables, "LEAP_KG_HOME": str(tmp_path / "kg")}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def places() -> set[str]:
        asked = "SELECT DISTINCT ?url { ?link cito:citesAsEvidence/schema:url ?url FILTER(CONTAINS(STR(?url), '#L')) }"
        return set(run("query", asked, "--format", "csv").split()[1:])

    run("harvest", "--sources", str(tmp_path / "sources.yaml"), "--mirror", str(mirror))
    run("links", "mine")
    assert places() == {f"{CODE}/blob/HEAD/CITATION.cff#L5"}
    run("links", "mine", "--mirror", str(mirror))
    assert places() == {f"{CODE}/blob/{COMMIT}/CITATION.cff#L5"}
    run("links", "mine")
    assert places() == {f"{CODE}/blob/{COMMIT}/CITATION.cff#L5"}
