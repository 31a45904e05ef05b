"""A small repository and a gold set on it, whose scores are known."""

import subprocess
from pathlib import Path

SETTINGS = 'BUCKET = "gs://lab"\n'
CODE = """\
import xarray as xr
from settings import BUCKET

heat = xr.open_zarr(f"{BUCKET}/heat.zarr")
rain = xr.open_zarr("gs://lab/rain.zarr")
ice = xr.open_zarr("gs://lab/ice.zarr")
wind = xr.open_zarr("gs://lab/" + year() + ".zarr")
"""
README = """\
# Rain

## Citation

Please cite https://doi.org/10.5555/rain

Thanks to https://doi.org/10.5555/thanks
"""
SITES = [
    ("s1", "code.py", 4, "reads", "gs://lab/heat.zarr", "exact"),
    ("s2", "code.py", 5, "reads", "https://storage.googleapis.com/lab/rain.zarr", "exact"),
    ("s3", "code.py", 6, "none", "", "no"),
    ("s4", "code.py", 7, "reads", "gs://lab/{*}.zarr", "template"),
    ("s5", "code.py", 1, "writes", "gs://other/never.zarr", "exact"),
]
PAIRS = [("p1", 5, "10.5555/rain", "implements", "yes"), ("p2", 7, "10.5555/thanks", "cites", "no")]


def make_clones(folder: Path) -> Path:
    """A folder with a clone of `lab/rain`."""
    work = folder / "lab" / "rain"
    work.mkdir(parents=True)
    for name, text in (("code.py", CODE), ("settings.py", SETTINGS), ("README.md", README)):
        (work / name).write_text(text)
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *who, "-C", str(work), *command], check=True)
    return folder


def make_gold(folder: Path, clones: Path) -> Path:
    """The set of places in these clones."""
    at = f"lab/rain,{_commit(clones)}"
    places = [f"{name},{at},{path},,{line},{line}" for name, path, line, *_ in SITES]
    write(folder / "call_sites.csv", "site,repository,commit,path,cell,start,end", *places)
    settled = folder / "labels" / "settled"
    labels = [f"{name},{label},{address},{known}" for name, _, _, label, address, known in SITES]
    write(settled / "call_sites.csv", "site,label,address,resolvable", *labels)
    pairs = [f"{name},{at},README.md,{line},{line},{paper}" for name, line, paper, *_ in PAIRS]
    write(folder / "papers.csv", "pair,repository,commit,path,start,end,paper", *pairs)
    judged = [f"{name},{label},{back}" for name, _, _, label, back in PAIRS]
    write(settled / "papers.csv", "pair,label,names_back", *judged)
    write(folder / "whole_files.csv", "repository,commit,path")
    write(folder / "seen.csv", "repository")
    return folder


def write(file: Path, *lines: str) -> None:
    """A file of these lines."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines) + "\n")


def _commit(clones: Path) -> str:
    command = ["git", "-C", str(clones / "lab" / "rain"), "rev-parse", "HEAD"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
